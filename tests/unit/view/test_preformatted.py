"""An answer shown character by character."""

from __future__ import annotations

import re

from ocinb.view.preformatted import PlainBlocks, to_preformatted


def words(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def test_text_is_kept_as_it_is_and_nothing_in_it_is_markup():
    html = to_preformatted("<b>*x*</b>\n  y")
    assert "&lt;b&gt;*x*&lt;/b&gt;\n  y" in html
    assert "white-space:pre-wrap" in html


def test_more_than_two_hundred_kilobytes_are_clipped_with_a_note():
    html = to_preformatted("x" * 300_000)
    assert len(html) < 201_000
    assert "only the first 200 kB" in html


def test_complete_lines_are_closed_and_the_rest_stays_open():
    blocks = PlainBlocks()
    blocks.feed("one\ntwo\nthr")
    closed, still_open = blocks.update()
    assert [words(html) for html in closed] == ["one\ntwo\n"]
    assert words(still_open) == "thr"
    blocks.feed("ee")
    assert blocks.update().closed == ()
    closed, still_open = blocks.finish()
    assert [words(html) for html in closed] == ["three"]
    assert still_open == ""
    assert blocks.finish().closed == ()


def test_nothing_new_closes_nothing():
    blocks = PlainBlocks()
    assert blocks.update() == ((), "")


def test_a_line_that_never_ends_is_broken_at_a_space():
    blocks = PlainBlocks()
    blocks.feed("word " * 500)
    closed, still_open = blocks.update()
    assert words(closed[0]).endswith("word ")
    assert still_open == ""
    blocks.feed("x" * 3000)
    assert len(words(blocks.update().closed[0])) == 3000


def test_the_live_view_draws_two_hundred_kilobytes_at_most():
    blocks = PlainBlocks()
    drawn = 0
    for _ in range(30):
        blocks.feed("y" * 9_999 + "\n")
        drawn += sum(len(words(html)) for html in blocks.update().closed)
    assert 190_000 <= drawn <= 200_000
