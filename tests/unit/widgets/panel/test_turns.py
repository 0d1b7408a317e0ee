"""What can be done with a turn: regenerate, edit, branches, delete, continue, copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.widgets.panel.conftest import WITHIN_S, Hand, widgets_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.widgets.panel import ChatPanel

    Make = Callable[..., ChatPanel]


def ended(panel: ChatPanel) -> None:
    """Wait for the answers that are coming."""
    for run in list(panel._chat._runs.values()):
        run.result(WITHIN_S)


def texts(panel: ChatPanel) -> list[str]:
    return [turn.text for turn in panel.conversation.turns]


def test_an_answer_regenerated_is_a_branch_and_the_picker_walks(make: Make):
    panel = make(["One."], ["Two."])
    hand = Hand(panel)
    panel.ask("Hi").result(WITHIN_S)
    assert "1 / 2" not in hand.text
    hand.press("Regenerate")
    ended(panel)
    assert texts(panel) == ["Two."]
    assert "2 / 2" in hand.text
    hand.press("Previous")
    assert texts(panel) == ["One."]
    assert "1 / 2" in hand.text
    assert "Two." not in hand.text
    hand.press("Next")
    assert texts(panel) == ["Two."]


def test_a_prompt_is_edited_and_sent_as_a_branch(make: Make):
    panel = make(["One."], ["Two."])
    hand = Hand(panel)
    panel.ask("Hi").result(WITHIN_S)
    hand.press("Edit")
    box = [w for w in widgets_in(panel) if getattr(w, "value", None) == "Hi"][-1]
    box.value = "Hello"
    hand.press("Send as a branch")
    ended(panel)
    turns = panel.conversation.turns
    assert [(turn.prompt, turn.text) for turn in turns] == [("Hello", "Two.")]
    assert len(panel.conversation.branches(turns[0])) == 2


def test_an_edit_can_be_given_up(make: Make):
    panel = make()
    hand = Hand(panel)
    panel.ask("Hi").result(WITHIN_S)
    hand.press("Edit")
    hand.press("Cancel")
    assert "Cancel" not in hand.buttons
    assert texts(panel) == ["Hello there."]


def test_a_turn_is_deleted_when_that_is_said_twice(make: Make):
    panel = make()
    hand = Hand(panel)
    panel.ask("Hi").result(WITHIN_S)
    hand.press("Delete")
    assert texts(panel) == ["Hello there."]
    hand.press("Really delete?")
    assert not panel.conversation.turns
    assert "Hello there." not in hand.text


def test_an_answer_that_was_cut_goes_on_in_its_place(make: Make):
    panel = make(["It was ", "cut"], [" and went on."], finish_reason="length")
    hand = Hand(panel)
    panel.ask("Hi").result(WITHIN_S)
    assert "cut at max_tokens" in hand.text
    hand.press("Continue")
    ended(panel)
    assert texts(panel) == ["It was cut and went on."]
    assert "It was cut and went on." in hand.text


def test_a_whole_answer_has_nothing_to_go_on_with(make: Make):
    panel = make()
    panel.ask("Hi").result(WITHIN_S)
    assert "Continue" not in Hand(panel).buttons


def test_the_text_of_an_answer_can_be_copied(make: Make):
    panel = make(["**Bold** and `code`."])
    hand = Hand(panel)
    panel.ask("Hi").result(WITHIN_S)
    hand.press("Copy")
    assert hand.box("The answer as text").value == "**Bold** and `code`."
    hand.press("Close")
    assert "Close" not in hand.buttons


def test_nothing_is_done_with_a_turn_while_an_answer_comes(make: Make):
    panel = make(["One."], [30])
    hand = Hand(panel)
    panel.ask("Hi").result(WITHIN_S)
    run = panel.ask("Again")
    hand.press("Regenerate")
    assert "an answer is still coming" in hand.text
    panel.stop()
    run.result(WITHIN_S)
    assert len(panel.conversation.turns) == 2


def test_a_prompt_typed_and_entered_is_sent(make: Make):
    panel = make()
    hand = Hand(panel)
    hand.write("Hi")
    ended(panel)
    assert [turn.prompt for turn in panel.conversation.turns] == ["Hi"]
    assert hand.box("Prompt").value == ""


def test_enter_twice_sends_once(make: Make):
    panel = make()
    hand = Hand(panel)
    hand.write("Hi")
    ended(panel)
    line = hand.box("Prompt")
    line._handle_custom_msg({"event": "submit"}, [])
    assert len(panel.conversation.turns) == 1


def test_a_prompt_that_cannot_be_sent_stays_where_it_was_written(make: Make):
    panel = make()
    panel.params["n"] = 2
    hand = Hand(panel)
    hand.write("Hi")
    assert hand.box("Prompt").value == "Hi"
    assert "n must be 1 in a panel" in hand.text


def test_a_large_box_takes_over_what_was_written(make: Make):
    panel = make()
    hand = Hand(panel)
    hand.box("Prompt").value = "one line"
    hand.press("Larger")
    box: Any = hand.box("Prompt")
    assert (type(box).__name__, box.value) == ("Textarea", "one line")
    box.value = "two\nlines"
    hand.press("Send")
    ended(panel)
    assert panel.conversation.turns[0].prompt == "two\nlines"


def test_a_screen_reader_hears_the_beginning_and_the_end(make: Make):
    panel, heard = make(["Hello", " there."]), []
    announcer = panel._announcer.widget
    announcer.observe(lambda change: heard.append(change["new"]), "value")
    panel.ask("Hi").result(WITHIN_S)
    assert len(heard) == 2
    assert "The answer begins" in heard[0]
    assert "The answer has 2 words" in heard[1]
    assert all('role="status"' in html for html in heard)
