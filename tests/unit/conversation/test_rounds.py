"""The rounds of a turn: the model calls tools, the user decides, the model goes on."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.tools import tool
from pydantic import BaseModel

from ocinb.conversation import Conversation, ToolRequest, ToolResult
from ocinb.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.conversation import Item


def weather(city: str, days: int = 1) -> str:
    """Tell the weather."""
    return f"sunny in {city} for {days}"


def calling(*calls: tuple[str, Any], text: str = "") -> list[Any]:
    """An answer that calls tools; arguments that are a text are sent as they are."""
    chunks = [
        tool_call_chunk(
            name=name,
            args=args if isinstance(args, str) else json.dumps(args),
            id=f"id-{index}",
            index=index,
        )
        for index, (name, args) in enumerate(calls)
    ]
    return [text, *[AIMessageChunk(content="", tool_call_chunks=[c]) for c in chunks]]


BERN = ("weather", {"city": "Bern"})


@pytest.fixture
def talk(reciting: Any) -> Callable[..., Conversation]:
    def make(*answers: list[Any], **settings: Any) -> Conversation:
        settings = {"tools": [weather], **settings}
        return Conversation(reciting(answers=list(answers)), **settings)

    return make


def approve(request: ToolRequest) -> None:
    request.approve()


def sent(talk: Conversation, request: int = -1) -> list[tuple[str, str]]:
    return [(m.type, str(m.text)) for m in talk.model.asked[request]]


def kinds(items: list[Item]) -> list[str]:
    return [type(i).__name__ for i in items if not isinstance(i, AIMessageChunk)]


def results(turn: Any) -> list[ToolMessage]:
    return [m for m in turn.messages if isinstance(m, ToolMessage)]


def test_an_approved_call_runs_and_the_model_goes_on(talk: Any):
    conversation = talk(calling(BERN, text="Let me look."), ["It is sunny."])
    turn = conversation.ask("How is it?", approve=approve)
    assert (turn.text, turn.status) == ("It is sunny.", "done")
    assert [m.type for m in turn.messages] == ["ai", "tool", "ai"]
    assert sent(conversation) == [
        ("human", "How is it?"),
        ("ai", "Let me look."),
        ("tool", "sunny in Bern for 1"),
    ]


def test_the_items_come_in_order(talk: Any):
    conversation = talk(calling(BERN, text="Look:"), ["Sunny."])
    items = list(conversation.stream("a", approve=approve))
    assert kinds(items) == ["ToolRequest", "ToolResult"]
    texts = [i.text for i in items if isinstance(i, (AIMessageChunk, ToolResult))]
    assert [text for text in texts if text] == [
        "Look:",
        "sunny in Bern for 1",
        "Sunny.",
    ]
    request = next(i for i in items if isinstance(i, ToolRequest))
    result = next(i for i in items if isinstance(i, ToolResult))
    assert (request.name, request.args, request.tool) == (*BERN, weather)
    assert result.request is request
    assert result.ok
    assert result.milliseconds is not None


def test_later_turns_carry_the_rounds_whole(talk: Any):
    conversation = talk(calling(BERN), ["Sunny."], ["Welcome."])
    conversation.ask("a", approve=approve)
    conversation.ask("thanks")
    assert [kind for kind, _ in sent(conversation)] == [
        *("human", "ai", "tool", "ai", "human")
    ]


def test_without_anybody_to_ask_nothing_runs(talk: Any):
    conversation = talk(calling(BERN), ["I could not look."])
    turn = conversation.ask("a")
    (result,) = results(turn)
    assert (result.text, result.status) == ("not run: nobody was asked", "error")
    assert turn.text == "I could not look."


def test_what_the_user_does_not_decide_is_rejected(talk: Any):
    conversation = talk(calling(BERN), ["b"])
    seen: list[ToolRequest] = []
    turn = conversation.ask("a", approve=seen.append)
    assert [r.decision for r in seen] == ["rejected"]
    assert results(turn)[0].text == "not run: nobody was asked"


def test_a_request_may_be_decided_while_it_is_streamed(talk: Any):
    conversation = talk(calling(BERN), ["Sunny."])
    for item in conversation.stream("a"):
        if isinstance(item, ToolRequest):
            item.approve()
    assert results(conversation.turns[0])[0].status == "success"


def test_a_rejected_call_tells_the_model_why(talk: Any):
    conversation = talk(calling(BERN), ["Fine."])
    turn = conversation.ask("a", approve=lambda r: r.reject("no weather today"))
    assert results(turn)[0].text == "not run: no weather today"
    assert turn.text == "Fine."


def test_edited_arguments_run_and_the_model_is_told(talk: Any):
    conversation = talk(calling(BERN), ["Sunny."])
    turn = conversation.ask("a", approve=lambda r: r.edit({"city": "Chur"}))
    (result,) = results(turn)
    assert result.text == (
        '[the user changed the arguments to {"city": "Chur"}]\nsunny in Chur for 1'
    )
    answer = turn.messages[0]
    assert answer.tool_calls[0]["args"] == {"city": "Bern"}


def test_arguments_edited_wrongly_decide_nothing(talk: Any):
    def wrong_then_right(request: ToolRequest) -> None:
        with pytest.raises(ParameterError, match="city: Field required"):
            request.edit({"days": 2})
        assert request.waiting
        request.edit({"city": "Chur", "days": 2})

    turn = talk(calling(BERN), ["b"]).ask("a", approve=wrong_then_right)
    assert results(turn)[0].text.endswith("sunny in Chur for 2")


def test_a_request_is_decided_once(talk: Any):
    said: list[bool] = []

    def twice(request: ToolRequest) -> None:
        said.extend([request.reject("no"), request.approve(), request.reject("yes")])

    turn = talk(calling(BERN), ["b"]).ask("a", approve=twice)
    assert said == [True, False, False]
    assert results(turn)[0].text == "not run: no"


def test_parallel_calls_are_all_shown_before_any_runs(talk: Any):
    conversation = talk(calling(BERN, ("weather", {"city": "Chur"})), ["Sunny."])
    shown: list[str] = []
    waiting: list[ToolRequest] = []
    run = conversation.start("a")
    for item in run.chunks():
        if isinstance(item, ToolRequest):
            shown.append(item.args["city"])
            waiting.append(item)
            if len(waiting) == 2:  # in another order than they came
                waiting[1].approve()
                waiting[0].approve()
    assert shown == ["Bern", "Chur"]
    assert [m.type for m in conversation.model.asked[-1]] == [
        *("human", "ai", "tool", "tool")
    ]
    assert [text for kind, text in sent(conversation) if kind == "tool"] == [
        "sunny in Bern for 1",
        "sunny in Chur for 1",
    ]


def test_what_a_tool_raises_is_a_result(talk: Any):
    def broken(city: str) -> str:
        """Fail."""
        msg = f"no\nweather for {city}"
        raise LookupError(msg)

    conversation = talk(
        calling(("broken", {"city": "Bern"})), ["Sorry."], tools=[broken]
    )
    turn = conversation.ask("a", approve=approve)
    (result,) = results(turn)
    assert (result.text, result.status) == ("LookupError: no weather for Bern", "error")
    assert (turn.status, turn.text) == ("done", "Sorry.")


def test_a_tool_that_leaves_the_program_does_not(talk: Any):
    def leave() -> None:
        """Leave."""
        raise SystemExit(3)

    turn = talk(calling(("leave", {})), ["ok"], tools=[leave]).ask("a", approve=approve)
    assert results(turn)[0].text == "SystemExit: 3"


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (("delete", {}), "there is no tool delete (tools: weather)"),
        (("weather", {}), "city: Field required"),
        (
            ("weather", {"city": "Bern", "days": "two"}),
            "days: Input should be a valid integer, unable to parse string as an integer",
        ),
        (
            ("weather", {"city": "Bern", "unit": "C"}),
            "unknown argument unit (the tool takes city, days)",
        ),
        (("weather", "[1]"), "the arguments are no JSON object: [1]"),
        (
            ("weather", '{"city": "Be'),
            (
                "the arguments are not JSON (Unterminated string starting at: line 1 "
                'column 10 (char 9)): {"city": "Be'
            ),
        ),
    ],
)
def test_a_call_that_cannot_run_is_shown_and_never_runs(
    talk: Any, call: Any, problem: str
):
    conversation = talk(calling(call), ["Sorry."], safe_tools=["weather"])
    items = list(conversation.stream("a", approve=approve))
    request = next(i for i in items if isinstance(i, ToolRequest))
    assert (request.decision, request.problem) == ("refused", problem)
    turn = conversation.turns[0]
    assert [m.text for m in results(turn)] == [f"not run: {problem}"]
    assert turn.text == "Sorry."


def test_a_call_that_is_no_json_is_sent_back_without_arguments(talk: Any):
    conversation = talk(calling(("weather", '{"city": "Be')), ["Sorry."])
    conversation.ask("a")
    answer = conversation.model.asked[-1][1]
    assert [(c["name"], c["args"]) for c in answer.tool_calls] == [("weather", {})]
    assert answer.invalid_tool_calls == []
    kept = conversation.turns[0].messages[0]
    assert kept.invalid_tool_calls[0]["args"] == '{"city": "Be'


class Person(BaseModel):
    """A person."""

    name: str


@pytest.mark.parametrize(
    "described",
    [
        Person,
        {"type": "function", "function": {"name": "Person", "parameters": {}}},
    ],
)
def test_a_description_is_offered_and_cannot_run(talk: Any, described: Any):
    conversation = talk(calling(("Person", {"name": "Ada"})), ["ok"], tools=[described])
    turn = conversation.ask("a", approve=approve)
    assert results(turn)[0].text.startswith("not run: it is only a description")


def test_a_safe_tool_runs_without_being_asked_for(talk: Any):
    def count(n: int) -> int:
        """Count."""
        return n + 1

    conversation = talk(
        calling(("count", {"n": 1}), BERN),
        ["ok"],
        tools=[weather, count],
        safe_tools=[count],
    )
    turn = conversation.ask("a")
    assert {m.name: m.text for m in results(turn)} == {
        "count": "2",
        "weather": "not run: nobody was asked",
    }


def test_without_tools_calls_are_shown_and_the_turn_ends(talk: Any):
    conversation = talk(calling(BERN, text="hm"), ["never"], tools=[])
    items = list(conversation.stream("a", approve=approve))
    assert kinds(items) == ["ToolRequest"]
    turn = conversation.turns[0]
    assert (turn.status, turn.text, turn.not_run) == ("done", "hm", ("weather",))
    assert len(conversation.model.asked) == 1


def test_the_rounds_are_limited_and_the_last_calls_are_not_run(talk: Any):
    ran: list[str] = []

    def look(city: str) -> str:
        """Look."""
        ran.append(city)
        return city

    conversation = talk(
        *[calling(("look", {"city": str(n)})) for n in range(9)],
        tools=[look],
        max_rounds=3,
    )
    items = list(conversation.stream("a", approve=approve))
    assert ran == ["0", "1"]
    assert len(conversation.model.asked) == 3
    last = [i for i in items if isinstance(i, ToolRequest)][-1]
    assert last.problem == "the limit of 3 rounds is reached"
    turn = conversation.turns[0]
    assert (turn.status, turn.not_run) == ("done", ("look",))
    conversation.ask("b")
    assert sent(conversation, 3)[-3:] == [
        ("tool", "not run"),
        ("ai", "[no answer]"),
        ("human", "b"),
    ]


@pytest.mark.parametrize("wrong", [0, -1])
def test_there_is_at_least_one_round(talk: Any, wrong: Any):
    conversation = talk(["a"], max_rounds=wrong)
    with pytest.raises(ParameterError, match="max_rounds must be at least 1"):
        conversation.ask("a")
    assert conversation.turns == ()


def test_run_here_runs_the_tool_in_the_thread_that_decides(talk: Any):
    threads: list[str] = []

    def where() -> str:
        """Say where."""
        threads.append(threading.current_thread().name)
        return "here"

    conversation = talk(calling(("where", {})), ["ok"], tools=[where])
    told: list[ToolResult] = []
    turn = conversation.ask("a", approve=lambda r: told.append(r.run_here()))
    assert threads == [threading.current_thread().name]
    assert [r.text for r in told] == ["here"]
    assert results(turn)[0].text == "here"


def test_run_here_takes_other_arguments(talk: Any):
    conversation = talk(calling(BERN), ["ok"])
    turn = conversation.ask("a", approve=lambda r: r.run_here({"city": "Chur"}))
    assert results(turn)[0].text.endswith("sunny in Chur for 1")


def test_an_approved_tool_does_not_keep_the_event_loop_busy(talk: Any):
    def slow() -> str:
        """Sleep."""
        time.sleep(0.3)
        return threading.current_thread().name

    conversation = talk(calling(("slow", {})), ["ok"], tools=[slow])
    other = talk(["a", 0.02, "b"], tools=[])
    run = conversation.start("a")
    for item in run.chunks():
        if isinstance(item, ToolRequest):
            item.approve()
            began = time.monotonic()
            other.ask("meanwhile")
            assert time.monotonic() - began < 0.25
    assert results(run.turn)[0].text == "ocinb-tool"


def test_a_tool_that_is_a_coroutine_runs_on_the_event_loop(talk: Any):
    async def asleep(city: str) -> str:
        """Wait."""
        await asyncio.sleep(0)
        return f"{city} on {threading.current_thread().name}"

    call = calling(("asleep", {"city": "Bern"}))
    for decide in (approve, lambda r: r.run_here()):
        turn = talk(call, ["ok"], tools=[asleep]).ask("a", approve=decide)
        assert results(turn)[0].text == "Bern on ocinb-shared"


async def test_a_coroutine_cannot_run_where_its_own_loop_would_wait(talk: Any):
    async def asleep() -> str:
        """Wait."""
        return "ok"

    def here(request: ToolRequest) -> None:
        with pytest.raises(ParameterError, match=r"use approve\(\)"):
            request.run_here()
        request.approve()

    conversation = talk(calling(("asleep", {})), ["ok"], tools=[asleep])
    turn = await conversation.aask("a", approve=here)
    assert results(turn)[0].text == "ok"


async def test_on_the_callers_loop_the_user_may_decide_later(talk: Any):
    async def decide(request: ToolRequest) -> None:
        await asyncio.sleep(0.01)
        request.approve()

    turn = await talk(calling(BERN), ["ok"]).aask("a", approve=decide)
    assert results(turn)[0].status == "success"


def test_a_langchain_tool_keeps_what_it_returns(talk: Any):
    @tool(response_format="content_and_artifact")
    def plot(n: int) -> tuple[str, list[int]]:
        """Plot."""
        return f"{n} points", [1] * n

    turn = talk(calling(("plot", {"n": 2})), ["ok"], tools=[plot]).ask(
        "a", approve=approve
    )
    (result,) = results(turn)
    assert (result.text, result.artifact, result.name) == ("2 points", [1, 1], "plot")


def test_calls_without_an_id_get_one(talk: Any):
    nameless = [
        AIMessageChunk(
            content="",
            tool_call_chunks=[
                tool_call_chunk(name="weather", args='{"city": "Bern"}', index=0)
            ],
        )
    ]
    conversation = talk(nameless, nameless, ["ok"])
    turn = conversation.ask("a", approve=approve)
    first, second = (m.tool_calls[0]["id"] for m in turn.messages[::2][:2])
    assert first
    assert first != second
    assert [m.tool_call_id for m in results(turn)] == [first, second]


def test_the_same_ids_in_each_round_are_told_apart(talk: Any):
    chur = ("weather", {"city": "Chur"})
    conversation = talk(calling(BERN), calling(chur), ["ok"])
    conversation.ask("a", approve=approve)
    assert [t for kind, t in sent(conversation) if kind == "tool"] == [
        "sunny in Bern for 1",
        "sunny in Chur for 1",
    ]


def test_usage_is_counted_over_all_rounds(talk: Any):
    turn = talk(calling(BERN), ["Sunny."]).ask("a", approve=approve)
    assert turn.usage is not None
    assert (turn.usage["input_tokens"], turn.usage["output_tokens"]) == (14, 3)


def test_closing_the_stream_while_a_request_waits_stops_the_turn(talk: Any):
    conversation = talk(calling(BERN), ["never"], ["B"])
    stream = conversation.stream("a")
    requests = list(stream_until_request(stream))
    stream.close()
    turn = conversation.turns[0]
    assert turn.status == "stopped"
    assert requests[-1].decision == "stopped"
    assert results(turn)[0].text == "not run: stopped by the user"
    conversation.ask("b")
    assert sent(conversation)[-3:] == [
        ("tool", "not run: stopped by the user"),
        ("ai", "[stopped by the user before the end]"),
        ("human", "b"),
    ]


def stream_until_request(stream: Any) -> Any:
    for item in stream:
        if isinstance(item, ToolRequest):
            yield item
            return


def test_an_interrupt_in_a_tool_stops_the_turn(talk: Any):
    def interrupted() -> None:
        """Be interrupted."""
        raise KeyboardInterrupt

    conversation = talk(calling(("interrupted", {})), ["never"], tools=[interrupted])
    with pytest.raises(KeyboardInterrupt):
        conversation.ask("a", approve=lambda r: r.run_here())
    turn = conversation.turns[0]
    assert turn.status == "stopped"
    assert results(turn)[0].text == "stopped by the user while it ran"
    assert len(conversation.model.asked) == 1


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"tools": [weather, weather]}, "two tools have the name weather"),
        ({"tools": [3]}, "a tool cannot be offered"),
        (
            {"tools": [weather], "safe_tools": ["wind"]},
            r"safe_tools: wind is no tool \(tools: weather\)",
        ),
    ],
)
def test_what_is_no_tool_is_refused_at_once(talk: Any, settings: Any, problem: str):
    with pytest.raises(ParameterError, match=problem):
        talk(["a"], **settings)


def test_a_prompt_is_the_same_message_in_each_round(talk: Any):
    conversation = talk(calling(BERN), ["ok"])
    conversation.ask("a", approve=approve)
    assert [asked[0] for asked in conversation.model.asked] == [HumanMessage("a")] * 2
