"""An answer that grows on the screen, piece by piece."""

from __future__ import annotations

import re
from typing import Any

from ipywidgets import HTML, VBox

from ocinb.rendering import Blocks
from ocinb.widgets import LiveAnswer


def blocks_of(live: LiveAnswer) -> list[HTML]:
    _, *pages, _ = live.widget.children
    return [block for page in pages for block in page.children]


def text_of(live: LiveAnswer) -> str:
    html = "".join(block.value for block in blocks_of(live))
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def answer(paragraphs: int) -> str:
    return "".join(
        f"Paragraph {n} " + "and on " * 40 + "\n\n" for n in range(paragraphs)
    )


def feed(live: LiveAnswer, text: str, step: int = 50) -> None:
    for start in range(0, len(text), step):
        live.feed(text[start : start + step])
    live.finish()


def test_the_whole_answer_is_shown_in_order():
    live, text = LiveAnswer(Blocks()), answer(60)
    feed(live, text)
    assert text_of(live) == " ".join(text.split())


def test_only_the_last_block_ever_changes():
    live = LiveAnswer(Blocks())
    changed: list[tuple[int, int]] = []

    def note(change: Any) -> None:
        blocks = blocks_of(live)
        changed.append((blocks.index(change["owner"]), len(blocks) - 1))

    watched: set[int] = set()
    for start in range(0, 12_000, 40):
        live.feed(answer(45)[start : start + 40])
        for block in blocks_of(live):
            if id(block) not in watched:
                watched.add(id(block))
                block.observe(note, "value")
    assert len(blocks_of(live)) > 5
    assert changed
    assert all(index == last for index, last in changed)


def test_blocks_are_small_and_so_are_the_boxes_that_hold_them():
    live = LiveAnswer(Blocks())
    feed(live, answer(200))
    _, *pages, _ = live.widget.children
    assert all(len(page.children) <= 16 for page in pages)
    assert all(len(block.value) < 2500 for block in blocks_of(live))
    assert len(pages) < 20


def test_all_blocks_share_one_layout_and_one_style():
    live = LiveAnswer(Blocks())
    feed(live, answer(50))
    head, *pages, status = live.widget.children
    html = [status, *blocks_of(live)]
    assert len({widget.layout.model_id for widget in (*html, *pages, live.widget)}) == 1
    assert len({widget.style.model_id for widget in (head, *html)}) == 1


def test_the_style_sheet_is_sent_once_and_takes_no_room():
    live = LiveAnswer(Blocks())
    head = live.widget.children[0]
    feed(live, answer(30))
    assert live.widget.children[0] is head
    assert head.value.startswith("<style>")
    assert head.layout.display == "none"
    assert not any("<style" in block.value for block in blocks_of(live))


def test_the_status_stands_under_the_answer_as_text():
    live = LiveAnswer(Blocks())
    live.show_status("<b>waiting</b>")
    feed(live, "hello")
    assert live.widget.children[-1].value.count("&lt;b&gt;waiting") == 1


def test_more_of_the_same_is_not_drawn_again():
    live = LiveAnswer(Blocks())
    live.feed("hello there")
    before = blocks_of(live)
    live.feed("")
    assert blocks_of(live) == before


def test_an_empty_answer_shows_no_block():
    live = LiveAnswer(Blocks())
    live.finish()
    assert blocks_of(live) == []
    assert isinstance(live.widget, VBox)


def test_closing_closes_every_widget():
    live = LiveAnswer(Blocks())
    feed(live, answer(60))
    head, *pages, status = live.widget.children
    widgets = [head, *pages, status, *blocks_of(live), head.layout, head.style]
    live.close()
    assert all(widget.comm is None for widget in (*widgets, live.widget))
