"""The panel from code: what is asked, what comes, what is told."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from ipywidgets import HTML, VBox
from traitlets import link

from ocinb.conversation import Conversation
from ocinb.errors import ConfigurationError, ParameterError
from ocinb.widgets.panel import ChatPanel
from tests.unit.widgets.panel.conftest import WITHIN_S, Hand

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., ChatPanel]


def test_who_waits_for_the_answer_finds_it_drawn_and_told(make: Make):
    panel = make()
    run = panel.ask("Hi")
    assert run.result(WITHIN_S).text == "Hello there."
    assert run.done
    assert panel.value == "Hello there."
    assert not panel.busy
    assert "Hello there." in Hand(panel).text


async def test_a_run_can_be_awaited(make: Make):
    panel = make()
    turn = await panel.ask("Hi")
    assert turn.text == panel.value == "Hello there."


def test_busy_is_told_from_the_beginning_to_the_end(make: Make):
    panel, told = make(), []
    panel.observe(lambda change: told.append(change["new"]), "busy")
    panel.ask("Hi").result(WITHIN_S)
    assert told == [True, False]


def test_an_observer_may_ask_the_next_prompt(make: Make):
    panel = make(["one"], ["two"])
    asked = threading.Event()

    def ask_next(change: Any) -> None:
        if not change["new"] and not asked.is_set():
            asked.set()
            panel.ask("next").result(WITHIN_S)

    panel.observe(ask_next, "busy")
    panel.ask("first").result(WITHIN_S)
    assert [turn.text for turn in panel.conversation.turns] == ["one", "two"]


def test_a_value_can_be_linked_to_another_widget(make: Make):
    panel, other = make(), HTML()
    link((panel, "value"), (other, "value"))
    panel.ask("Hi").result(WITHIN_S)
    assert other.value == "Hello there."


def test_stop_keeps_what_came_and_closes_the_stream(make: Make):
    panel = make(["begun ", 30, "never"])
    run = panel.ask("Hi")
    while "begun" not in run.text:
        time.sleep(0.01)
    panel.stop()
    turn = run.result(WITHIN_S)
    assert (turn.status, turn.text) == ("stopped", "begun ")
    assert panel.model.hangups == 1
    assert "stopped by you" in Hand(panel).text


def test_a_second_prompt_is_refused_while_an_answer_comes(make: Make):
    panel = make([30, "never"])
    run = panel.ask("Hi")
    with pytest.raises(ConfigurationError, match="still coming - stop it first"):
        panel.ask("And?")
    panel.stop()
    run.result(WITHIN_S)
    assert len(panel.conversation.turns) == 1


@pytest.mark.parametrize("prompt", ["", " \n", []])
def test_an_empty_prompt_is_refused_and_makes_no_turn(make: Make, prompt: Any):
    panel = make()
    with pytest.raises(ParameterError, match="nothing to send"):
        panel.ask(prompt)
    assert not panel.conversation.turns


def test_an_error_is_one_line_under_the_turn_and_the_next_prompt_works(make: Make):
    panel = make(["half", ValueError("no <b>luck</b>")], ["whole"])
    with pytest.raises(ValueError, match="no <b>luck"):
        panel.ask("Hi").result(WITHIN_S)
    text = Hand(panel).text
    assert "half" in text
    assert "ValueError: no &lt;b&gt;luck&lt;/b&gt;" in text
    assert panel.ask("Again").result(WITHIN_S).text == "whole"
    assert [len(messages) for messages in panel.model.asked] == [1, 1]


def test_a_key_in_a_foreign_error_is_not_shown(make: Make):
    panel = make([ValueError("Authorization: Bearer abcdefghijkl")])
    with pytest.raises(ValueError, match="Bearer"):
        panel.ask("Hi").result(WITHIN_S)
    assert "abcdefghijkl" not in Hand(panel).text


def test_undo_gives_the_prompt_back(make: Make):
    panel = make()
    panel.ask("Hi").result(WITHIN_S)
    Hand(panel).press("Undo")
    assert not panel.conversation.turns
    assert Hand(panel).box("Prompt").value == "Hi"
    assert "Hello there." not in Hand(panel).text


def test_a_conversation_brings_its_turns_and_its_model(reciting: Any):
    talk = Conversation(reciting(answers=[["One."], ["Two."]]), system="Be brief.")
    talk.ask("first")
    panel = ChatPanel(conversation=talk)
    assert "One." in Hand(panel).text
    panel.ask("second").result(WITHIN_S)
    assert [turn.text for turn in talk.turns] == ["One.", "Two."]
    panel.close()


def test_turns_that_code_added_are_drawn_on_demand(make: Make):
    panel = make(["By code."])
    panel.conversation.ask("Hi")
    panel.refresh()
    assert "By code." in Hand(panel).text


def test_only_the_last_turns_are_drawn_until_somebody_wants_more(make: Make):
    panel = make(["answer"])
    for number in range(33):
        panel.conversation.ask(f"prompt {number};")
    panel.refresh()
    hand = Hand(panel)
    assert "prompt 2;" not in hand.text
    assert "prompt 3;" in hand.text
    hand.press("Show earlier turns")
    assert "prompt 0;" in hand.text


def test_another_model_answers_from_the_next_prompt_on(make: Make, reciting: Any):
    panel = make()
    panel.ask("Hi").result(WITHIN_S)
    panel.model = reciting(answers=[["Bonjour."]])
    assert panel.ask("Hi").result(WITHIN_S).text == "Bonjour."


def test_without_any_model_one_line_says_how_to_set_one_up(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.delenv("OCI_LLM_ENDPOINT", raising=False)
    with pytest.raises(ConfigurationError, match="no model is set up - pass model="):
        ChatPanel()


def test_a_repr_is_short_and_tells_no_answer(make: Make):
    panel = make()
    panel.ask("Hi").result(WITHIN_S)
    assert repr(panel) == "<ChatPanel: 1 turn; panel.ask('...') asks>"


def test_closing_stops_the_answer_and_keeps_the_conversation(make: Make):
    panel = make(["begun ", 30])
    run = panel.ask("Hi")
    while "begun" not in run.text:
        time.sleep(0.01)
    panel.close()
    assert run.result(WITHIN_S).status == "stopped"
    assert panel.conversation.turns[0].text == "begun "
    panel.close()


def test_when_the_last_view_is_taken_away_the_answer_is_stopped(make: Make):
    panel = make([30])
    panel.set_state({"_view_count": 1})
    run = panel.ask("Hi")
    panel.set_state({"_view_count": 0})
    assert run.result(WITHIN_S).status == "stopped"


def test_no_name_of_the_panel_hides_one_of_a_stock_widget():
    meant = {
        "__init__",
        "__repr__",
        "__module__",
        "__doc__",
        "__annotations__",
        "close",
    }
    own = {name for name in vars(ChatPanel) if not name.startswith("_trait")}
    stock = set(vars(VBox)) | {name for base in VBox.__mro__ for name in vars(base)}
    made_by_traitlets = {
        name for name in own & stock if name in vars(VBox) and name.startswith("_")
    }
    assert own & stock - meant - made_by_traitlets == set()


class TestParams:
    def test_a_value_is_sent_from_the_next_request_on(self, make: Make):
        panel = make()
        panel.params["temperature"] = 0.5
        panel.params = {**panel.params, "top_k": 3}
        panel.ask("Hi").result(WITHIN_S)
        assert panel.model.params == [{"temperature": 0.5, "top_k": 3}]
        assert panel.conversation.turns[0].params["top_k"] == 3

    def test_what_is_taken_out_is_left_to_the_model(self, make: Make):
        panel = make()
        panel.params = {"temperature": 0.5, "seed": None}
        del panel.params["temperature"]
        assert panel.params == {"seed": None}
        panel.ask("Hi").result(WITHIN_S)
        assert panel.model.params == [{}]

    def test_a_change_is_told(self, make: Make):
        panel, told = make(), []
        panel.observe(lambda change: told.append(dict(change["new"])), "params")
        panel.params["seed"] = 7
        assert told == [{"seed": 7}]

    @pytest.mark.parametrize(
        ("params", "says"),
        [
            ({"temprature": 1}, "unknown parameter temprature; did you mean"),
            ({"top_p": 3}, r"top_p must be a number in \(0, 1\]"),
        ],
    )
    def test_what_cannot_be_sent_is_refused_and_nothing_is_changed(
        self, make: Make, params: Any, says: str
    ):
        panel = make()
        panel.params = {"seed": 1}
        held = panel.params
        with pytest.raises(ParameterError, match=says):
            panel.params = params
        with pytest.raises(ParameterError, match=says):
            held.update(params)
        assert panel.params == held == {"seed": 1}

    def test_several_answers_are_refused_with_a_way_out(self, make: Make):
        panel = make()
        panel.params["n"] = 2
        with pytest.raises(ParameterError, match="n must be 1 in a panel"):
            panel.ask("Hi")


class TestSaving:
    def test_what_was_saved_goes_on(self, make: Make, tmp_path: Path):
        panel = make(["One."], ["Other."])
        panel.params["seed"] = 7
        panel.ask("Hi").result(WITHIN_S)
        panel._chat.ask("Hi", panel.conversation.turns[0]).result(WITHIN_S)
        path = tmp_path / "talk.json"
        panel.save(path)
        loaded = ChatPanel.load(path, panel.model)
        assert loaded.params == {"seed": 7}
        assert [turn.text for turn in loaded.conversation.turns] == ["Other."]
        assert "2 / 2" in Hand(loaded).text
        loaded.close()

    def test_settings_of_another_version_are_ignored_with_a_note(
        self, make: Make, tmp_path: Path
    ):
        panel, path = make(), tmp_path / "talk.json"
        panel.params["seed"] = 7
        panel.save(path)
        text = path.read_text().replace('"seed"', '"sede"')
        path.write_text(text)
        loaded = ChatPanel.load(path, panel.model)
        assert loaded.params == {}
        assert "sede" in Hand(loaded).text
        loaded.close()

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("{", "is no saved panel"),
            ("[]", "is no panel saved by this version"),
            ('{"ocinb_panel": 99}', "is no panel saved by this version"),
            ('{"ocinb_panel": 1, "conversation": 5}', "conversation"),
        ],
    )
    def test_another_file_is_refused(
        self, make: Make, tmp_path: Path, content: str, says: str
    ):
        path = tmp_path / "other.json"
        path.write_text(content)
        with pytest.raises(ParameterError, match=says):
            ChatPanel.load(path, make().model)

    def test_a_file_that_is_not_there_is_named(self, make: Make, tmp_path: Path):
        with pytest.raises(ConfigurationError, match=r"none\.json cannot be read"):
            ChatPanel.load(tmp_path / "none.json", make().model)

    def test_what_cannot_be_written_leaves_what_was_there(
        self, make: Make, tmp_path: Path
    ):
        (tmp_path / "file").write_text("here")
        with pytest.raises(ConfigurationError, match="cannot be written"):
            make().save(tmp_path / "file" / "talk.json")
        assert (tmp_path / "file").read_text() == "here"
