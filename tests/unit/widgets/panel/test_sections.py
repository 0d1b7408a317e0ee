"""The sections under the panel: what is kept, inspected and tuned."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from langchain_core.runnables import RunnableLambda

from ocinb.widgets.panel import ChatPanel
from ocinb.widgets.panel.named import head_line
from tests.unit.widgets.panel.conftest import WITHIN_S, Hand

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., ChatPanel]


@pytest.fixture
def talked(make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ChatPanel:
    """A panel with one turn, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    panel = make(["Hello."])
    panel.ask("Hi").result(WITHIN_S)
    return panel


class TestSave:
    def test_a_conversation_is_saved_and_loaded_by_hand(
        self, talked: ChatPanel, tmp_path: Path
    ):
        hand = Hand(talked)
        hand.press("Save")
        hand.box("File").value = "talk.json"
        hand.press("Save")
        assert "saved as talk.json" in hand.text
        assert (tmp_path / "talk.json").exists()
        talked.undo()
        hand.press("Load")
        assert "going on with talk.json" in hand.text
        assert [turn.text for turn in talked.conversation.turns] == ["Hello."]

    def test_a_file_that_cannot_be_loaded_is_one_line(self, talked: ChatPanel):
        hand = Hand(talked)
        hand.press("Save")
        hand.press("Load")
        assert "conversation.json cannot be read" in hand.text
        hand.box("File").value = " "
        hand.press("Save")
        assert "name a file to save to" in hand.text

    def test_markdown_is_shown_to_be_copied_and_saved(
        self, talked: ChatPanel, tmp_path: Path
    ):
        hand = Hand(talked)
        hand.press("Save")
        hand.box("Form").value = "Markdown"
        assert "Hello." in hand.box("Text").value
        hand.press("Save")
        assert "Hello." in (tmp_path / "conversation.md").read_text()
        hand.box("Form").value = "JSON, to go on with later"
        assert hand.box("File").value == "conversation.json"

    def test_a_notebook_is_valid(self, talked: ChatPanel):
        hand = Hand(talked)
        hand.press("Save")
        hand.box("Form").value = "Notebook"
        nbformat.validate(nbformat.from_dict(json.loads(hand.box("Text").value)))

    @pytest.mark.parametrize(
        "form", ["LangChain messages", "Python that sends the last request"]
    )
    def test_python_can_be_compiled(self, talked: ChatPanel, form: str):
        hand = Hand(talked)
        hand.press("Save")
        hand.box("Form").value = form
        assert "Hi" in hand.box("Text").value
        compile(hand.box("Text").value, form, "exec")


class TestInspect:
    @pytest.mark.parametrize(
        ("view", "says"),
        [
            ("Request", "does not tell what it sends"),
            ("Events", "Nothing is known of this turn"),
            ("Tokens", "No log-probabilities came"),
            ("Code", "HumanMessage"),
            ("Totals", "prompt tokens"),
        ],
    )
    def test_a_model_that_tells_little_is_shown_as_far_as_it_goes(
        self, talked: ChatPanel, view: str, says: str
    ):
        hand = Hand(talked)
        hand.press("Inspect")
        hand.press(view)
        assert says in hand.text.replace("</span><span", "")

    def test_a_new_turn_is_the_one_that_is_shown(self, talked: ChatPanel):
        hand = Hand(talked)
        hand.press("Inspect")
        talked.ask("And?").result(WITHIN_S)
        assert hand.box("Of").label.startswith("2: And?")
        hand.press("Inspect")
        assert "Refresh" not in hand.buttons


class TestParameters:
    def test_a_system_prompt_counts_from_the_next_request_on(self, talked: ChatPanel):
        hand = Hand(talked)
        hand.press("Parameters")
        hand.box("System prompt").value = "Be brief."
        talked.ask("And?").result(WITHIN_S)
        model: Any = talked.model
        first = model.asked[-1][0]
        assert (first.type, first.content) == ("system", "Be brief.")

    def test_what_code_changes_is_shown_after_a_refresh(self, talked: ChatPanel):
        hand = Hand(talked)
        hand.press("Parameters")
        talked.conversation.system = "Be long."
        talked.refresh()
        assert hand.box("System prompt").value == "Be long."

    def test_a_parameter_changed_while_an_answer_comes_counts_for_the_next(
        self, make: Make
    ):
        panel = make(["begun ", 0.3, "ended"], ["next"])
        run = panel.ask("Hi")
        panel.params["top_k"] = 3
        run.result(WITHIN_S)
        panel.ask("And?").result(WITHIN_S)
        assert panel.model.params == [{}, {"top_k": 3}]
        told = [dict(turn.params) for turn in panel.conversation.turns]
        assert told == [{}, {"top_k": 3}]


def test_an_agent_is_named_and_takes_no_parameters(reciting: Any):
    agent = RunnableLambda(lambda _: "x") | reciting(answers=[["An answer."]])
    assert "an agent: it takes no sampling parameters" in head_line(agent)
    panel = ChatPanel(agent)
    panel.params["top_k"] = 3
    assert panel.ask("Hi").result(WITHIN_S).text == "An answer."
    panel.close()


def test_a_name_of_a_model_is_inert():
    class Named:
        model = "<img src=x onerror=y>"
        endpoint = "https://host<script>/predict"

        def bind_tools(self) -> None: ...

    assert "<img" not in head_line(Named())
    assert "<script" not in head_line(Named())


def test_a_value_that_some_servers_refuse_is_told_in_its_row_alone(talked: ChatPanel):
    hand = Hand(talked)
    hand.box("temperature").value = "3"  # a warning would fail this test
    assert talked.params == {"temperature": 3.0}
    assert "temperature should be a number in [0, 2]" in hand.text


def test_what_is_inspected_is_drawn_once_when_a_turn_has_ended(talked: ChatPanel):
    Hand(talked).press("Inspect")
    drawn: list[str] = []
    page = talked._inspect._page
    page.observe(lambda change: drawn.append(change["new"]), "value")
    talked.ask("And?").result(WITHIN_S)
    assert len(drawn) == 1
