"""How a growing answer is drawn: closed pieces once, the open end again and again."""

from __future__ import annotations

import re

import pytest

from ocinb.rendering import Blocks, Update, to_html
from tests.unit.rendering.answers import Author, Page, stream
from tests.unit.rendering.test_markdown import ATTACKS, HOSTILE, assert_inert

WRAPPER = re.compile(r'<div class="ocinb [^"]*">(.*?)</div>\s*\Z', re.DOTALL)


def inside(pieces: list[str]) -> str:
    """Return what several pieces hold, without the element round each."""
    found = [WRAPPER.match(piece) for piece in pieces]
    assert all(found)
    return "".join(match[1] for match in found if match)


def test_a_text_that_is_fed_is_read_only_when_it_is_drawn():
    blocks = Blocks()
    assert blocks.update() == Update((), "")
    blocks.feed("Some *Mark")
    blocks.feed("down*.")
    assert blocks.update() == Update((), to_html("Some *Markdown*."))


def test_finishing_closes_what_is_open():
    blocks = Blocks()
    blocks.feed("Some *Markdown*.")
    blocks.update()
    assert blocks.finish() == Update((to_html("Some *Markdown*."),), "")
    assert blocks.finish() == Update((), "")


def test_nothing_fed_is_nothing_to_draw():
    assert Blocks().finish() == Update((), "")
    blocks = Blocks()
    blocks.feed("\n\n")
    assert blocks.finish() == Update((), "")


def test_an_update_without_new_text_draws_the_same():
    blocks = Blocks()
    blocks.feed("words")
    first = blocks.update()
    assert blocks.update() == first


@pytest.mark.parametrize("seed", range(12))
def test_an_answer_of_short_blocks_is_drawn_as_if_it_came_at_once(seed: int):
    answer = Author(seed).answer(blocks=12)
    streamed = stream(answer, size=7, redraw_every=5)
    assert "ocinb-more" in streamed.html or (
        inside(streamed.closed) == inside([to_html(answer)])
    )


@pytest.mark.parametrize("size", [3, 50, 700, 100_000])
@pytest.mark.parametrize("seed", range(5))
def test_an_answer_of_long_blocks_shows_the_same_text(seed: int, size: int):
    answer = Author(seed).answer(blocks=3, size=8)
    streamed = stream(answer, size, redraw_every=max(1, 200 // size))
    assert Page(streamed.html).squeezed == Page(to_html(answer)).squeezed


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_inert_at_every_moment(attack: str):
    blocks = Blocks()
    for start in range(0, 2 * len(attack) + 2, 3):
        blocks.feed(f"{attack}\n\n{attack}"[start : start + 3])
        assert_inert(blocks.update().open_html)
    assert_inert("".join(blocks.finish().closed))


def endless(kind: str) -> str:
    author = Author(1)
    code = author.code(160)
    return {
        "code": f"```python\n{code}",
        "plain code": f"```\n{code}",
        "code in a list": "1. So:\n\n   ```python\n   " + code.replace("\n", "\n   "),
        "code in a quote": "> ```python\n> " + code.replace("\n", "\n> "),
        "a list": author.lines(60, "- "),
        "a numbered list": author.numbered(60),
        "a list in an item": "1. So:\n" + author.lines(60, "   - "),
        "a paragraph": author.lines(60).replace("\n", " "),
        "lines": author.lines(60),
        "a quote": author.lines(60, "> "),
        "a table": author.table(160),
        "one item": "- " + author.lines(60).replace("\n", " "),
        "one heading": "# " + author.lines(60).replace("\n", " "),
        "one word": "a" * 6_000,
        "one number": "1" * 6_000,
        "one line of code": "```python\n" + "x" * 6_000,
        "emphasis without an end": "**" + author.words(700),
        "a string without an end": '```python\n"""' + author.lines(60),
        "indented code": "    " + code.replace("\n", "\n    "),
        "a rule": "-" * 6_000,
        "what is too deep": ("> " * 30 + "word\n") * 60,
    }[kind]


ENDLESS = (
    *("code", "plain code", "code in a list", "code in a quote", "a list"),
    *("a numbered list", "a list in an item", "a paragraph", "lines", "a quote"),
    *("a table", "one item", "one heading", "one word", "one number"),
    *("one line of code", "emphasis without an end", "a string without an end"),
    *("indented code", "a rule", "what is too deep"),
)


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_block_that_never_ends_is_closed_in_parts(kind: str):
    text = endless(kind)
    streamed = stream(text, size=80)
    assert len(streamed.closed) > 2
    assert max(map(len, streamed.opens)) < 3_000
    assert Page(streamed.html).squeezed == Page(to_html(text)).squeezed


@pytest.mark.parametrize("kind", ["code", "a list", "a paragraph", "a table"])
def test_what_is_drawn_grows_with_the_text_not_with_its_square(kind: str):
    text = endless(kind)

    def drawn(part: str) -> int:
        streamed = stream(part, size=80)
        return sum(map(len, (*streamed.closed, *streamed.opens)))

    assert drawn(text) < 2.8 * drawn(text[: len(text) // 2])


def test_code_of_many_parts_looks_like_one_box():
    streamed = stream(endless("code"), size=80)
    boxes = [str(value) for value in Page(streamed.html).values("div", "class")]
    first, *middle, last = [value for value in boxes if "highlight" in value]
    assert first == "highlight ocinb-on"
    assert set(middle) == {"highlight ocinb-more ocinb-on"}
    assert last == "highlight ocinb-more"


def test_code_of_many_parts_keeps_its_colours():
    text = endless("code")
    spans = re.compile(r'<span class="(\w+)">([^<]*)</span>')
    assert spans.findall(stream(text, 80).html) == spans.findall(to_html(text))


def test_a_numbered_list_of_many_parts_counts_on():
    text = "\n".join("1. " + "word " * 10 for _ in range(60))
    pieces = [Page(piece) for piece in stream(text, size=80).closed]
    counts = [page.tags.count("li") for page in pieces]
    starts = [int(str((page.values("ol", "start") or [1])[0])) for page in pieces]
    assert starts == [1 + sum(counts[:n]) for n in range(len(pieces))]


def test_an_item_of_many_parts_has_one_mark():
    streamed = stream(endless("one item"), size=80)
    marks = [Page(piece).values("li", "class") for piece in streamed.closed]
    assert marks == [[], *[["ocinb-more"]] * (len(marks) - 1)]


def test_a_table_of_many_parts_has_one_header():
    assert Page(stream(endless("a table"), size=80).html).tags.count("thead") == 1


def test_blocks_after_a_block_of_many_parts_are_not_joined_to_it():
    streamed = stream(endless("code") + "\n```\n\nSome words.", size=80)
    assert streamed.html.endswith("<p>Some words.</p>\n</div>")


@pytest.mark.parametrize("marks", ["-", "#", "1.", "```", "==", "|", "> ", "  *"])
def test_a_last_line_of_marks_waits_for_what_it_is(marks: str):
    blocks = Blocks()
    blocks.feed(f"Some words\n{marks}")
    assert Page(blocks.update().open_html).squeezed == "Somewords"
    assert Page(blocks.finish().closed[0]).squeezed.startswith("Somewords")


def test_a_word_that_comes_later_does_not_move_a_closed_border():
    before = "Word. " * 120
    for line in ("- a", "2. b", "# c", "| d |\n|---|\n| e |", "===", "```\nf\n```"):
        text = f"{before}\n{line}\n\nend"
        assert Page(stream(text, size=1).html).squeezed == (
            Page(to_html(text)).squeezed
        )


@pytest.mark.parametrize(
    "text", ["a\r\nb\rc", "a\x1b[31mb\x1b[0mc", "\x1b]8;;http://x\x07a", "\ud83d\ude00"]
)
def test_what_belongs_together_may_come_in_parts(text: str):
    assert inside(stream(text, size=1).closed) == inside([to_html(text)])


def test_what_was_held_back_is_shown_in_the_end():
    assert Page(stream("a \x1b[3", size=1).html).squeezed == "a3"
    assert Page(stream("a \ud83d", size=1).html).squeezed == "a\ufffd"


@pytest.mark.parametrize("size", [1_000, 150_000, 400_000])
def test_text_over_the_limit_is_left_out_with_one_note(size: int):
    streamed = stream("word " * 50_000, size)
    assert streamed.html.count("word") == 40_000
    assert streamed.html.count("ocinb-note") == 1
    assert streamed.closed[-1].count("ocinb-note") == 1


def test_the_note_is_seen_while_the_answer_still_comes():
    blocks = Blocks()
    blocks.feed("word " * 50_000)
    assert "ocinb-note" in blocks.update().open_html
    blocks.feed("more")
    assert "ocinb-note" in blocks.update().open_html


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_drawn_bit_by_bit_within_bounds(kind: str):
    streamed = stream(HOSTILE[kind](1_500), size=400)
    assert_inert(streamed.html)
    # Four times the size of a piece, and at most five characters for each one of it.
    assert max(map(len, streamed.opens)) < 4 * 600 * 5


def test_items_before_one_that_is_nested_too_deep_are_still_drawn():
    text = "- some words\n" * 60 + "- " + "> " * 30 + "deep\n"
    streamed = stream(text, size=len(text))
    assert Page(streamed.html).text.count("some words") == 60
    assert "deep" in Page(streamed.html).text
