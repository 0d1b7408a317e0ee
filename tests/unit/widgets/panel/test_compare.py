"""One prompt with two settings, side by side."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from ocinb.errors import ConfigurationError, ParameterError
from tests.unit.widgets.panel.conftest import WITHIN_S, Hand

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.widgets.panel import ChatPanel

    Make = Callable[..., ChatPanel]


def compared(panel: ChatPanel) -> list[str]:
    runs = panel.compare("Hi", {"temperature": 1.0})
    for run in runs:
        run.result(WITHIN_S)
    return [run.text for run in runs]


def test_both_settings_are_asked_and_the_words_that_differ_are_marked(make: Make):
    panel = make(["The sky is blue."], ["The sky is grey."])
    panel.params["temperature"] = 0.0
    assert sorted(compared(panel)) == ["The sky is blue.", "The sky is grey."]
    assert sorted(p["temperature"] for p in panel.model.params) == [0.0, 1.0]
    text = Hand(panel).text
    assert "temperature=0.0" in text
    assert "temperature=1.0" in text
    assert "<mark" in text
    assert not panel.busy


@pytest.mark.parametrize(("name", "place"), [("A", 0), ("B", 1)])
def test_the_one_that_is_kept_goes_on_and_the_other_stays_a_branch(
    make: Make, name: str, place: int
):
    panel = make(["One."], ["Two."])
    texts = compared(panel)
    hand = Hand(panel)
    hand.press(f"Keep {name}")
    turns = panel.conversation.turns
    assert [turn.text for turn in turns] == [texts[place]]
    assert [t.text for t in panel.conversation.branches(turns[0])] == texts
    assert f"{place + 1} / 2" in hand.text
    assert "Keep A" not in hand.buttons


def test_with_the_section_open_a_prompt_written_is_asked_twice(make: Make):
    panel = make(["One."], ["Two."])
    hand = Hand(panel)
    hand.press("Compare")
    hand.write("Hi")
    due = time.monotonic() + WITHIN_S
    while "Keep A" not in hand.buttons:
        assert time.monotonic() < due
        time.sleep(0.01)
    assert len(panel.model.asked) == 2


def test_who_keeps_neither_goes_on_with_the_first(make: Make):
    panel = make(["One."], ["Two."], ["Three."])
    first, _ = compared(panel)
    panel.ask("And?").result(WITHIN_S)
    assert [turn.text for turn in panel.conversation.turns] == [first, "Three."]


def test_stop_stops_both(make: Make):
    panel = make([30])
    runs = panel.compare("Hi")
    with pytest.raises(ConfigurationError, match="still coming"):
        panel.ask("And?")
    panel.stop()
    assert {run.result(WITHIN_S).status for run in runs} == {"stopped"}
    assert not panel.busy


def test_what_one_of_them_cannot_be_sent_with_sends_neither(make: Make):
    panel = make()
    with pytest.raises(ParameterError, match="top_p"):
        panel.compare("Hi", {"top_p": 7})
    assert not panel.conversation.turns
    assert not panel.model.asked
