"""An answer that grows on the screen, piece by piece."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import comm
from ipywidgets import HTML, VBox

from ocinb.rendering import Blocks
from ocinb.widgets import LiveAnswer
from ocinb.widgets.live import HURRIED_S

if TYPE_CHECKING:
    import pytest


def blocks_of(live: LiveAnswer) -> list[HTML]:
    _, *drawn, _ = live.widget.children
    boxed = [[w] if isinstance(w, HTML) else w.children for w in drawn]
    return [block for box in boxed for block in box]


def pages_of(live: LiveAnswer) -> list[VBox]:
    return [page for page in live.widget.children if isinstance(page, VBox)]


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
    pages = pages_of(live)
    assert len(live.widget.children) - len(pages) <= 18
    assert all(len(page.children) <= 16 for page in pages)
    assert all(len(block.value) < 2500 for block in blocks_of(live))
    assert len(pages) < 20


def test_a_widget_sends_what_it_shows_and_what_kind_it_is():
    live = LiveAnswer(Blocks())
    feed(live, answer(50))
    kind = {"name", "module", "module_version"}
    told = {f"_{part}_{which}" for part in ("model", "view") for which in kind}
    for block in blocks_of(live):
        assert block.get_state().keys() == told | {"value"}
    for page in pages_of(live):
        assert page.get_state().keys() == told | {"children"}


def test_no_widget_has_a_layout_or_a_style_of_its_own(monkeypatch: pytest.MonkeyPatch):
    opened: list[str] = []

    def note(*, data: Any, **rest: Any) -> comm.DummyComm:
        opened.append(data["state"]["_model_name"])
        return comm.DummyComm(data=data, **rest)

    monkeypatch.setattr(comm, "create_comm", note)
    live = LiveAnswer(Blocks())
    feed(live, answer(50))
    live.close()
    assert set(opened) == {"HTMLModel", "VBoxModel"}
    assert opened.count("HTMLModel") > 10


def test_the_style_sheet_is_sent_once_and_takes_no_room():
    live = LiveAnswer(Blocks())
    head = live.widget.children[0]
    feed(live, answer(30))
    assert live.widget.children[0] is head
    assert ".ocinb-head{display:none}" in head.value
    assert "ocinb-head" in head._dom_classes
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
    head, *_, status = live.widget.children
    widgets = [head, *pages_of(live), status, *blocks_of(live)]
    live.close()
    assert all(widget.comm is None for widget in (*widgets, live.widget))


MANY = "more words than anybody reads "


def test_text_that_nobody_can_follow_is_drawn_less_often_within_a_limit():
    live = LiveAnswer(Blocks())
    assert live.every_s(0.05) == 0.05
    for _ in range(6):
        live.feed(MANY * 4)
        assert live.every_s(0.05) == HURRIED_S < 0.1


def test_text_that_can_be_followed_is_drawn_as_often_as_it_may():
    live = LiveAnswer(Blocks())
    for _ in range(50):
        live.feed("a few words ")
        assert live.every_s(0.05) == 0.05


def test_text_that_slows_down_is_drawn_more_often_again():
    live = LiveAnswer(Blocks())
    for text in (MANY * 10, MANY * 10, "and on"):
        live.feed(text)
        wait_s = live.every_s(0.05)
    assert wait_s == 0.05


def test_whoever_wants_fewer_redraws_gets_fewer():
    live = LiveAnswer(Blocks())
    live.feed(MANY * 100)
    assert live.every_s(0.5) == 0.5


def test_code_that_nobody_can_follow_gets_its_colours_when_its_part_is_closed():
    live = LiveAnswer(Blocks())
    line = "value = sum(1, 2)  # a comment\n"
    live.feed("```python\n" + line)
    assert 'class="nb"' in blocks_of(live)[-1].value
    live.every_s(0.05)
    live.feed(line * 10)
    assert 'class="nb"' not in blocks_of(live)[-1].value
    live.finish()
    assert blocks_of(live)[-1].value.count('class="nb"') == 11
