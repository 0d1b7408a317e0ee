"""A growing text in a section that is closed until it is clicked."""

from __future__ import annotations

from ocinb.rendering import Blocks
from ocinb.widgets import FoldedText, LiveAnswer


def shown(folded: FoldedText) -> str:
    (box,) = folded.widget.children
    _, *blocks, _ = box.children
    return "".join(block.value for block in blocks)


def test_it_is_closed_at_first_and_has_a_title():
    folded = FoldedText("Reasoning")
    assert folded.widget.selected_index is None
    assert not folded.open
    assert "Reasoning" in str(folded.widget.get_state())


def test_it_stays_open_while_it_grows():
    folded = FoldedText("Reasoning")
    folded.widget.selected_index = 0
    folded.feed("one ")
    folded.feed("*two*")
    assert folded.widget.selected_index == 0
    assert folded.open
    assert "<em>two</em>" in shown(folded)


def test_what_it_shows_is_inert():
    folded = FoldedText("Reasoning")
    folded.feed("<script>alert(1)</script> ![x](http://evil.test/x.png)")
    assert "<script" not in shown(folded)
    assert "<img" not in shown(folded)


def test_it_can_stand_over_an_answer():
    live, folded = LiveAnswer(Blocks()), FoldedText("Reasoning")
    live.feed("yes")
    live.put_above(folded.widget)
    live.feed(" and no\n\n" * 400)
    assert live.widget.children[1] is folded.widget
    assert len(live.widget.children) > 3


def test_closing_it_closes_every_widget():
    folded = FoldedText("Reasoning")
    folded.feed("x\n\n" * 900)
    (box,) = folded.widget.children
    widgets = (folded.widget, folded.widget.layout, box, *box.children)
    folded.close()
    assert all(widget.comm is None for widget in widgets)
