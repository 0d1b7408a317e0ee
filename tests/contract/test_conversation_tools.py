"""Conversations over the wire: rounds with tools, decisions, stops, saved bodies."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.background import Loop
from ocinb.conversation import Conversation, Run, ToolRequest, Turn
from ocinb.conversation.going_on import GO_ON
from ocinb.errors import DeploymentError, OcinbError
from ocinb.local import Delta, Script, Wait
from ocinb.local.scripts.faults import fault
from tests.contract.stage import Stage
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOON_S = 10
PARIS, WIEN = {"city": "Paris"}, {"city": "Wien"}
SUNNY = Script.answer("It is sunny.")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@contextmanager
def playing(stage: Stage, *scripts: Script) -> Iterator[Any]:
    """Play scripts, and close the connections that runs leave on the shared loop."""
    with stage.playing(*scripts) as model:
        yield model
        Loop.shared().run(model._client.aclose()).result(SOON_S)


def get_weather(city: str) -> str:
    """Say how the weather is."""
    return f"sunny in {city}"


def calling(*cities: dict[str, str], text: str = "") -> Script:
    return Script.tool_calls([("get_weather", city) for city in cities], text=text)


def talking(model: Any, **settings: Any) -> Conversation:
    return Conversation(model, **{"tools": [get_weather], **settings})


def approve(request: ToolRequest) -> None:
    request.approve()


def roles(stage: Stage, request: int = -1) -> list[str]:
    return [m["role"] for m in stage.requests[request].json["messages"]]


def results(stage: Stage, request: int = -1) -> list[str]:
    messages = stage.requests[request].json["messages"]
    return [m["content"] for m in messages if m["role"] == "tool"]


def test_two_rounds_go_over_the_wire(stage: Stage):
    scripts = [calling(PARIS, text="Let me look."), calling(WIEN), SUNNY]
    with playing(stage, *scripts) as model:
        turn = talking(model).ask("How is it?", approve=approve)

        assert len(stage.requests) == 3
        assert roles(stage) == [*("user", "assistant", "tool", "assistant", "tool")]
        assert results(stage) == ["sunny in Paris", "sunny in Wien"]
        first = stage.requests[2].json["messages"][1]
        (call,) = first["tool_calls"]
    assert first["content"] == "Let me look."
    assert json.loads(call["function"]["arguments"]) == PARIS
    assert turn.text == "It is sunny."
    assert turn.usage is not None
    assert turn.usage["input_tokens"] == 36


def test_parallel_calls_are_answered_in_their_order(stage: Stage):
    def slow_first(city: str) -> str:
        """Answer late for Paris."""
        time.sleep(0.2 if city == "Paris" else 0)
        return city

    script = Script.tool_calls([("slow_first", PARIS), ("slow_first", WIEN)])
    with playing(stage, script, SUNNY) as model:
        talk = talking(model, tools=[slow_first], safe_tools=[slow_first])
        turn = talk.ask("How is it?")

        calls = stage.requests[1].json["messages"][1]["tool_calls"]
        answered = stage.requests[1].json["messages"][2:]
    assert [m["content"] for m in answered] == ["Paris", "Wien"]
    assert [m["tool_call_id"] for m in answered] == [call["id"] for call in calls]
    assert [str(m.text) for m in turn.messages[1:3]] == ["Wien", "Paris"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "tool_unknown",
            "not run: there is no tool delete_everything (tools: get_weather)",
        ),
        ("tool_bad_json", "not run: the arguments are not JSON"),
        ("tool_args_list", "not run: the arguments are no JSON object"),
        ("tool_args_empty", "not run: city: Field required"),
    ],
)
def test_a_call_that_cannot_run_tells_the_model_why(name: str, said: str, stage: Stage):
    ran: list[str] = []

    def watched(city: str) -> str:
        """Say how the weather is."""
        ran.append(city)
        return city

    watched.__name__ = "get_weather"
    with playing(stage, *fault(name), SUNNY) as model:
        turn = talking(model, tools=[watched], safe_tools=["get_weather"]).ask("a")

        (told,) = results(stage)
        (call,) = stage.requests[1].json["messages"][1]["tool_calls"]
    assert told.startswith(said)
    assert json.loads(call["function"]["arguments"]) in ({}, PARIS)
    assert ran == []
    assert turn.text == "It is sunny."


def test_rejected_and_edited_calls_are_told_apart(stage: Stage):
    def decide(request: ToolRequest) -> None:
        if request.args == PARIS:
            request.reject("Paris is always fine")
        else:
            request.edit({"city": "Graz"})

    with playing(stage, calling(PARIS, WIEN), SUNNY) as model:
        talking(model).ask("a", approve=decide)

        told = results(stage)
        calls = stage.requests[1].json["messages"][1]["tool_calls"]
    assert told == [
        "not run: Paris is always fine",
        '[the user changed the arguments to {"city": "Graz"}]\nsunny in Graz',
    ]
    written = [json.loads(call["function"]["arguments"]) for call in calls]
    assert written == [PARIS, WIEN]


def test_the_fifth_answer_is_the_last(stage: Stage):
    ran: list[str] = []

    def again(city: str) -> str:
        """Ask for more."""
        ran.append(city)
        return city

    script = Script.tool_calls([("again", PARIS)])
    with playing(stage, script) as model:
        turn = talking(model, tools=[again]).ask("a", approve=approve)
        assert len(stage.requests) == 5
    assert len(ran) == 4
    assert (turn.status, turn.not_run) == ("done", ("again",))


def test_a_turn_that_ended_with_open_calls_can_be_followed(stage: Stage):
    with playing(stage, calling(PARIS), SUNNY) as model:
        talk = talking(model, max_rounds=1)
        talk.ask("a", approve=approve)
        talk.ask("b")

        assert roles(stage) == [*("user", "assistant", "tool", "assistant", "user")]
        assert results(stage) == ["not run"]


def waiting_request(run: Run) -> ToolRequest:
    """Begin a run and wait until it asks whether a tool may run."""
    asked: list[ToolRequest] = []
    run.listen(lambda told: asked.append(told) if isinstance(told, ToolRequest) else 0)
    run.begin()
    assert eventually(lambda: asked, SOON_S)
    return asked[0]


def test_a_stop_while_a_request_waits_leaves_nothing_open(stage: Stage):
    with playing(stage, calling(PARIS), SUNNY) as model:
        talk = talking(model)
        run = talk.start("a")
        request = waiting_request(run)
        run.stop()
        turn = run.result(SOON_S)
        assert (turn.status, request.approve()) == ("stopped", False)
        talk.ask("b")

        assert results(stage) == ["not run: stopped by the user"]
        assert len(stage.requests) == 2


def test_a_stop_in_a_later_round_is_a_hang_up(stage: Stage):
    endless = Script([Delta("It is "), Wait(600), Delta("never")])
    with playing(stage, calling(PARIS), endless, SUNNY) as model:
        talk = talking(model)
        run = talk.start("a")
        waiting_request(run).approve()
        assert eventually(lambda: run.text == "It is ", SOON_S)
        began_s = time.monotonic()
        run.stop()
        turn = run.result(SOON_S)
        assert time.monotonic() - began_s < 0.2
        assert eventually(lambda: stage.hangups, 1)
        talk.ask("b")

        last = stage.requests[-1].json["messages"]
    assert turn.status == "stopped"
    assert [m["role"] for m in last] == [
        *("user", "assistant", "tool", "assistant", "user")
    ]
    assert last[3]["content"] == "It is \n\n[stopped by the user before the end]"


def test_a_panel_decides_from_another_thread(stage: Stage):
    with playing(stage, calling(PARIS), SUNNY) as model:
        run = talking(model).start("a")
        request = waiting_request(run)
        threading.Timer(0.05, request.approve).start()
        assert run.result(SOON_S).text == "It is sunny."


async def test_rounds_run_on_the_callers_loop_too(stage: Stage):
    with playing(stage, calling(PARIS), SUNNY) as model:
        turn = await talking(model).aask("a", approve=approve)
        await model._client.aclose()
        assert turn.text == "It is sunny."
        assert results(stage) == ["sunny in Paris"]


def saved_and_loaded(talk: Conversation) -> Conversation:
    return Conversation.from_json(talk.to_json(), talk.model, tools=[get_weather])


PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


@pytest.mark.parametrize(
    "prepare",
    [
        lambda talk: talk.ask("a", approve=approve),
        lambda talk: talk.ask([{"type": "text", "text": "a"}, PICTURE]),
        lambda talk: (talk.ask("a"), talk.retry(approve=approve)),
    ],
    ids=["rounds", "picture", "branches"],
)
def test_a_loaded_conversation_sends_the_same_bytes(
    prepare: Callable[[Conversation], Any], stage: Stage
):
    scripts = [calling(PARIS, WIEN, text="Schön: "), SUNNY, SUNNY, SUNNY, SUNNY]
    with playing(stage, *scripts) as model:
        talk = talking(model, system="Be brief.")
        prepare(talk)
        loaded = saved_and_loaded(talk)
        talk.ask("next", temperature=0.5)
        loaded.ask("next", temperature=0.5)

        before, after = stage.requests[-2:]
    assert before.body == after.body
    assert len(before.json["messages"]) > 3


def test_nothing_of_the_credentials_is_saved(stage: Stage):
    with playing(stage, calling(PARIS), Script.error(404, code="NotFound")) as model:
        talk = talking(model)
        with pytest.raises(OcinbError, match="opc-request-id"):
            talk.ask("a", approve=approve)
        text = talk.to_json()
        signed = stage.requests[0].headers
    assert "request_id" in text
    for secret in ("PRIVATE KEY", "Signature", "authorization", "fingerprint"):
        assert secret.lower() not in text.lower()
    assert signed["authorization"] not in text


def test_an_answer_that_was_cut_goes_on(stage: Stage):
    cut = Script.answer("Once upon a", finish="length")
    with playing(stage, cut, Script.answer(" time.")) as model:
        talk = talking(model)
        first = talk.ask("Tell a story.")
        assert first.cut
        turn = talk.go_on()
        asked = stage.requests[1].json["messages"]
        talk.ask("Thanks.")
        later = stage.requests[2].json["messages"]
    assert turn.text == "Once upon a time."
    assert [m["content"] for m in asked] == ["Tell a story.", "Once upon a", GO_ON]
    assert [m["content"] for m in later] == [
        *("Tell a story.", "Once upon a time.", "Thanks.")
    ]


def test_a_context_that_is_too_long_says_what_to_do(stage: Stage):
    said = "This model's maximum context length is 2048 tokens. However, you requested"
    with playing(stage, SUNNY, Script.error(400, message=said), SUNNY) as model:
        talk = talking(model)
        talk.ask("a")
        before = talk.turns
        with pytest.raises(DeploymentError, match="1 earlier turn was sent along") as e:
            talk.ask("b")
        assert said in str(e.value)
        assert talk.turns[:1] == before
        assert talk.turns[1].prompt == "b"
        talk.max_history = 0
        assert talk.retry().text == "It is sunny."


def test_conversations_that_stream_at_once_are_not_mixed(stage: Stage):
    with playing(stage, Script.answer("one two three", delay_s=0.01)) as model:
        runs = [talking(model).start(str(n)).begin() for n in range(8)]
        turns: list[Turn] = [run.result(SOON_S) for run in runs]
    assert {turn.text for turn in turns} == {"one two three"}
    assert [turn.prompt for turn in turns] == [str(n) for n in range(8)]
