"""A lane of a model's own and LangChain's own way give the same rows."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.errors import OcinbError
from ocinb.local import Script
from ocinb.local.scripts.steps import (
    Delta,
    Done,
    Finish,
    Logprob,
    Reasoning,
    ToolCallDelta,
    Usage,
)
from ocinb.sweep.engine.rows import ok_row
from ocinb.sweep.engine.targets import AnyModel, OwnModel, target_of
from ocinb.sweep.engine.work import Job
from ocinb.sweep.values import Prompt, Setting, Trial
from tests.contract.recordings import recordings
from tests.contract.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.sweep.values import Row

PROMPT = Prompt(0, (HumanMessage("Hi"),))
TRIAL = Trial(Setting(0, {}), PROMPT, 0)
NO_TIMES = {
    "key": b"",
    "queue_s": 0.0,
    "ttft_s": None,
    "content_s": None,
    "e2e_s": 0.0,
    "started_at": 0.0,
    "chunks": 0,
    "request_id": "",
}

SCRIPTS = {
    "ordinary": Script.answer("One two three."),
    "coalesced": Script.answer("One two three.", coalesce=True),
    "multi-byte": Script.answer("Grüße 🙂 👨‍👩‍👧 日本語", tokens=9),
    "cut off": Script.answer("One two three", finish="length"),
    "uncounted": Script.answer("One two three.", usage=False),
    "no text": Script([Delta(""), Finish("stop"), Usage(5, 1), Done()]),
    "null text": Script([Delta(None), Delta("a"), Finish("stop"), Done()]),
    "one tool": Script.tool_calls([("add", {"a": 1, "b": "ü"})]),
    "two tools": Script.tool_calls(
        [("add", {"a": 1}), ("sub", {})], text="Let me see."
    ),
    "wrong arguments": Script.tool_calls([("add", '{"a": nonsense')]),
    "cut arguments": Script.tool_calls([("add", '{"a": "half')], finish="length"),
    "arguments that are no object": Script.tool_calls([("add", "[1, 2]")]),
    "two calls with one index": Script(
        [
            ToolCallDelta(0, "a", "add", '{"a": 1}'),
            ToolCallDelta(0, "b", "add", '{"a": 2}'),
            Finish("tool_calls"),
            Done(),
        ]
    ),
    "a call without an id": Script(
        [ToolCallDelta(0, None, "add", "{}"), Finish("tool_calls"), Done()]
    ),
    "reasoning": Script(
        [Reasoning("Hm, "), Reasoning("well."), Delta("Yes"), Finish("stop"), Done()]
    ),
    "reasoning of older servers": Script(
        [Reasoning("Hm", "reasoning_content"), Delta("Yes"), Finish("stop"), Done()]
    ),
    "reasoning alone": Script([Reasoning("Hm"), Finish("length"), Usage(3, 9), Done()]),
    "logprobs": Script(
        [
            Delta(
                "Ye", logprobs=(Logprob("Ye", -0.25, (("Ye", -0.25), ("No", -2.0))),)
            ),
            Delta("s", logprobs=(Logprob("s", -0.5),)),
            Finish("stop", stop_reason="</s>"),
            Done(),
        ]
    ),
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


def row_of(target: Any) -> Row:
    """Ask once and return the row without what differs from time to time."""

    async def asked() -> Row:
        line = target.line()
        try:
            question = target.question(PROMPT.messages, {})
            timed = await line.ask(question)
        finally:
            await line.aclose()
        return ok_row(Job(TRIAL, question, 0.0), timed, lag_s=0.0)

    row = replace(asyncio.run(asked()), **NO_TIMES)
    calls = [{**call, "id": bool(call["id"])} for call in row.tool_calls]
    return replace(row, tool_calls=calls)


def outcome(target: Any) -> Any:
    """Return the row, or the class of the error."""
    try:
        return row_of(target)
    except OcinbError as error:
        return type(error)


def ways(model: Any, *, stream: bool) -> list[Any]:
    return [kind(model, {}, stream=stream, timeout=5) for kind in (OwnModel, AnyModel)]


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_both_ways_give_the_same_row(stage: Stage, name: str, *, stream: bool):
    with stage.playing(SCRIPTS[name]) as model:
        own, any_model = (row_of(target) for target in ways(model, stream=stream))

    assert own == any_model
    assert (own.text or own.reasoning or own.tool_calls) or name == "no text"


@pytest.mark.parametrize("name", SCRIPTS)
def test_streamed_or_not_the_row_is_the_same(stage: Stage, name: str):
    with stage.playing(SCRIPTS[name]) as model:
        streamed, whole = (
            row_of(OwnModel(model, {}, stream=stream, timeout=5))
            for stream in (True, False)
        )

    if name in {
        "cut arguments",
        "wrong arguments",
    }:  # a stream marks them, so that nobody completes them
        streamed, whole = (replace(row, tool_calls=()) for row in (streamed, whole))
    assert streamed == whole


RECORDED = [
    each
    for folder in ("vllm", "vllm-hermes-template")
    for each in recordings(folder)
    if each.status == 200
    and b"choices" in each.body
    and (each.request["json"] or {}).get("n", 1) == 1  # several choices are no trial
]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda each: each.name)
def test_recorded_answers_give_the_same_row_both_ways(stage: Stage, recorded: Any):
    with stage.playing(recorded.script()) as model:
        own, any_model = map(outcome, ways(model, stream=recorded.is_stream))

    assert own == any_model


@tool
def add(a: int) -> int:
    """Add."""
    return a


@pytest.mark.parametrize("stream", [True, False])
def test_what_is_bound_is_sent_both_ways(stage: Stage, *, stream: bool):
    with stage.playing(SCRIPTS["ordinary"], temperature=0.5, max_tokens=9) as model:
        bound = model.bind_tools([add], tool_choice="add").bind(stop=["x"])
        target: Any = target_of(bound, stream=stream, timeout=5)
        other = AnyModel(model, bound.kwargs, stream=stream, timeout=5)
        for each in (target, other):
            question = each.question(PROMPT.messages, {"top_p": 0.3}, seed=4)

            async def ask(each: Any = each, question: Any = question) -> None:
                line = each.line()
                await line.ask(question)
                await line.aclose()

            asyncio.run(ask())
        first, second = (request.json for request in stage.requests)

    assert isinstance(target, OwnModel)
    assert first == second
    assert (first["seed"], first["top_p"], first["stop"]) == (4, 0.3, ["x"])
    assert first["tools"][0]["function"]["name"] == "add"


def test_calls_on_one_line_share_a_connection(stage: Stage):
    async def ask(target: Any) -> None:
        line = target.line()
        for _ in range(5):
            await line.ask(target.question(PROMPT.messages, {}))
        await line.aclose()

    for stream in (True, False):
        with stage.playing(SCRIPTS["ordinary"]) as model:
            asyncio.run(ask(target_of(model, stream=stream)))

            assert len(stage.requests) == 5
            assert stage.connections == 1


class Polite(ChatOCIModelDeploymentVLLM):
    """Changes what is sent, and how whole answers are read."""

    def _construct_json_body(self, messages: Any, params: Any) -> dict[str, Any]:
        body = super()._construct_json_body(messages, params)
        return {**body, "polite": True}

    def _headers(self, is_async: bool = False, body: Any = None) -> dict[str, str]:  # noqa: FBT001, FBT002 - the extension point
        return {**super()._headers(is_async, body), "x-polite": "yes"}

    def _process_response(self, response_json: Any) -> ChatResult:
        text = super()._process_response(response_json).generations[0].message.text
        message = AIMessage(f"{text} Thank you.")
        return ChatResult(generations=[ChatGeneration(message=message)])


class Loud(ChatOCIModelDeploymentVLLM):
    """Changes what single events become."""

    def _process_stream_response(self, *given: Any, **more: Any) -> Any:
        chunk = super()._process_stream_response(*given, **more)
        if isinstance(chunk.message.content, str):
            chunk.message.content = chunk.message.content.upper()
        return chunk


def test_a_subclass_that_changes_requests_and_whole_answers_is_honoured(stage: Stage):
    with stage.playing(SCRIPTS["ordinary"]):
        model = Polite(endpoint=stage.endpoint, auth=stage.auth)
        target = target_of(model, stream=True, timeout=5)
        row = row_of(target)
        (request,) = stage.requests

    assert isinstance(target, OwnModel)
    assert row.text == "One two three. Thank you."
    assert request.json["polite"] is True
    assert request.headers["x-polite"] == "yes"


def test_a_subclass_that_changes_events_is_asked_through_langchain(stage: Stage):
    with stage.playing(SCRIPTS["ordinary"]):
        model = Loud(endpoint=stage.endpoint, auth=stage.auth)
        target = target_of(model, stream=True, timeout=5)
        row = row_of(target)

    assert isinstance(target, AnyModel)
    assert row.text == "ONE TWO THREE."


def test_keys_are_the_same_for_the_same_question_and_for_no_other(stage: Stage):
    with stage.playing(SCRIPTS["ordinary"]) as model:
        keys = [
            target_of(asked, stream=stream)
            .question([HumanMessage(text)], params, seed=seed, repeat=repeat)
            .key
            for asked, stream, text, params, seed, repeat in (
                (model, True, "a", {"top_p": 0.5}, 1, 0),
                (model.bind(top_p=0.5), True, "a", {}, 1, 0),
                (model, False, "a", {"top_p": 0.5}, 1, 0),
                (model, True, "b", {"top_p": 0.5}, 1, 0),
                (model, True, "a", {"top_p": 0.6}, 1, 0),
                (model, True, "a", {"top_p": 0.5}, 2, 0),
                (model, True, "a", {"top_p": 0.5}, 1, 1),
                (model.bind_tools([add]), True, "a", {"top_p": 0.5}, 1, 0),
            )
        ]

    assert keys[0] == keys[1] == keys[2]
    assert len(set(keys)) == 6
    assert all(a != b for a, b in itertools.combinations(keys[2:], 2))
