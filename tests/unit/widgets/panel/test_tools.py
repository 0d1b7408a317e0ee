"""Tool calls in the panel: in the open, decided by the user, never run by themselves."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk

from ocinb.widgets.panel import ChatPanel
from ocinb.widgets.panel.turn_view import WAITING
from tests.unit.widgets.panel.conftest import WITHIN_S, Hand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ocinb.conversation import Run

    Asked = Callable[..., tuple[ChatPanel, Hand, Run]]

RAN: list[tuple[str, str]] = []


def weather(city: str, unit: str = "celsius") -> str:
    """Tell the weather in a city."""
    RAN.append((city, unit))
    if city == "nowhere":
        msg = "no <b>such</b> city"
        raise ValueError(msg)
    return f"11 degrees {unit} in {city}"


def call(args: str, name: str = "weather", identity: str = "c1") -> AIMessageChunk:
    piece = tool_call_chunk(name=name, args=args, id=identity, index=0)
    return AIMessageChunk("", tool_call_chunks=[piece])


def more(args: str) -> AIMessageChunk:
    piece = tool_call_chunk(name=None, args=args, id=None, index=0)
    return AIMessageChunk("", tool_call_chunks=[piece])


OSLO = json.dumps({"city": "Oslo"})


@pytest.fixture
def asked(reciting: Any) -> Iterator[Asked]:
    """Ask a model that calls a tool first, and wait until the user is asked."""
    made: list[ChatPanel] = []
    RAN.clear()

    def ask(*steps: Any, until: str = "Run", **settings: Any) -> Any:
        answers = [list(steps or [call(OSLO)]), ["Take a coat."]]
        panel = ChatPanel(reciting(answers=answers), tools=[weather], **settings)
        made.append(panel)
        run = panel.ask("Do I need a coat?")
        hand = Hand(panel)
        due = time.monotonic() + WITHIN_S
        while until not in hand.buttons and not run.done:
            assert time.monotonic() < due
            time.sleep(0.01)
        return panel, hand, run

    yield ask
    for panel in made:
        panel.close()


def test_a_call_that_asks_to_be_run_is_all_that_is_waited_for(asked: Asked):
    _, hand, _ = asked()
    assert "asks to be run" in hand.text
    assert WAITING not in hand.text


def test_nothing_runs_before_the_user_says_so(asked: Asked):
    panel, hand, run = asked()
    assert "asks to be run" in hand.text
    assert "Oslo" in hand.text
    assert not RAN
    hand.press("Run")
    assert run.result(WITHIN_S).text == "Take a coat."
    assert RAN == [("Oslo", "celsius")]
    assert "11 degrees celsius in Oslo" in hand.text
    assert "Run" not in hand.buttons
    assert "Take a coat." in Hand(panel).text


def test_arguments_are_shown_while_they_are_written(reciting: Any):
    RAN.clear()
    answer = [call('{"city": "Trond'), 30, more('heim"}')]
    panel = ChatPanel(reciting(answers=[answer]), tools=[weather])
    run, hand = panel.ask("Do I need a coat?"), Hand(panel)
    due = time.monotonic() + WITHIN_S
    while "Trond" not in hand.text:
        assert time.monotonic() < due
        time.sleep(0.01)
    assert "being called" in hand.text
    panel.close()
    assert run.result(WITHIN_S).status == "stopped"
    assert not RAN


def test_edited_arguments_are_what_runs(asked: Asked):
    _, hand, run = asked()
    hand.press("Edit")
    box = hand.box("Arguments as JSON")
    assert json.loads(box.value) == {"city": "Oslo"}
    box.value = '{"city": "Bergen", "unit": "kelvin"}'
    hand.press("Run with these")
    run.result(WITHIN_S)
    assert RAN == [("Bergen", "kelvin")]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("{", "are not JSON"),
        ("[1]", "no JSON object"),
        ('{"town": "Oslo"}', "Field required"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_in_place(
    asked: Asked, typed: str, says: str
):
    _, hand, run = asked()
    hand.press("Edit")
    hand.box("Arguments as JSON").value = typed
    hand.press("Run with these")
    assert says in hand.text
    assert not RAN
    hand.press("Cancel")
    hand.press("Run")
    run.result(WITHIN_S)
    assert RAN == [("Oslo", "celsius")]


def test_a_rejection_tells_the_model_why(asked: Asked):
    panel, hand, run = asked()
    hand.press("Reject")
    hand.box("Why not").value = "it is private"
    hand.press("Reject it")
    run.result(WITHIN_S)
    assert not RAN
    assert "not run: it is private" in hand.text
    assert panel.model.asked[1][-1].content == "not run: it is private"


def test_always_counts_for_this_tool_from_now_on(asked: Asked):
    panel, hand, run = asked()
    hand.press("Always run")
    run.result(WITHIN_S)
    panel.model.answers = [[call(OSLO)], ["Yes."]]
    panel.model.asked.clear()
    assert panel.ask("And now?").result(WITHIN_S).text == "Yes."
    assert RAN == [("Oslo", "celsius")] * 2


def test_a_tool_that_fails_shows_its_error_as_text(asked: Asked):
    _, hand, run = asked(call('{"city": "nowhere"}'))
    hand.press("Run")
    assert run.result(WITHIN_S).status == "done"
    assert "no &lt;b&gt;such&lt;/b&gt; city" in hand.text


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (call(OSLO, name="rm_rf"), "cannot run"),
        (call('{"city": '), "cannot run"),
        (call("[1]"), "cannot run"),
        (call('{"town": "Oslo"}'), "cannot run"),
    ],
)
def test_an_unknown_tool_or_broken_arguments_are_shown_and_never_run(
    asked: Asked, step: AIMessageChunk, says: str
):
    _, hand, run = asked(step)
    run.result(WITHIN_S)
    assert says in hand.text
    assert "Run" not in hand.buttons
    assert not RAN


def test_stop_ends_a_call_that_waits(asked: Asked):
    panel, hand, run = asked()
    panel.stop()
    assert run.result(WITHIN_S).status == "stopped"
    assert "stopped by the user" in hand.text
    assert "Run" not in hand.buttons
    assert not RAN


def test_a_safe_tool_runs_without_being_asked_for(asked: Asked):
    panel, hand, run = asked(until="never", safe_tools=[weather])
    assert run.result(WITHIN_S).text == "Take a coat."
    assert RAN == [("Oslo", "celsius")]
    assert "11 degrees" in Hand(panel).text
    assert hand.buttons.count("Run") == 0
