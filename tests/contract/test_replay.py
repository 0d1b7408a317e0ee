"""What `as_code` writes sends the same bytes again, over the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import tool
from pydantic import BaseModel

from ocinb import ChatOCIModelDeployment, Conversation
from ocinb.local import Script
from ocinb.view.code import as_code
from tests.contract.stage import Stage
from tests.unit.rendering.test_markdown import ATTACKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from langchain_core.messages import BaseMessage

ANSWER = Script.answer("ok")
PASSED = "# auth=auth,  # the signer or the ADS dict that you passed"
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
BLOCK = {"type": "image", "base64": "AAAA", "mime_type": "image/png"}

TEXTS = {
    "quotes": 'it\'s "both" \'\'\'and\'\'\' """more""" `x`',
    "backslashes": "\\ \\n \\u0041 \\",
    "lines": "a\nb\r\nc\n\n  d\u2028e\x85f\x0c",
    "long lines": "word 'and' \"word\" \\ {x}\n" * 200,
    "braces": "{ } {} {{x}} {0} %s %(x)s $HOME",
    "signs": "\u00e9t\u00e9 \U0001f99c \u6570 \u202e \x00 \x1b[31m",
    **ATTACKS,
}

SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}),
    "set": ({"temperature": 0.7, "top_p": 0.9, "seed": 3}, {}),
    "set to the class default": ({"temperature": 0.2, "top_k": -1, "n": 1}, {}),
    "not sent": ({"temperature": None, "max_tokens": None}, {}),
    "whole numbers": ({"temperature": 1, "top_p": 1}, {"presence_penalty": 1}),
    "other model": ({"model": "it's", "streaming": True, "timeout": 50}, {}),
    "model_kwargs": ({"top_k": 4, "model_kwargs": {"top_k": 5, "x": {"y": [1]}}}, {}),
    "unset under model_kwargs": ({"top_k": None, "model_kwargs": {"top_k": 5}}, {}),
    "an array": ({"model_kwargs": {"vector": np.arange(3) / 7}}, {}),
    "stop": ({"stop": ["\n\n", "it's"]}, {}),
    "stop of the call": ({"stop": ["a"]}, {"stop": ["b", '"'], "seed": 1}),
    "stop in the middle": ({}, {"seed": 1, "stop": ["b"], "top_p": 0.5}),
    "call": ({}, {"temperature": 0.5, "seed": 7}),
    "call in another order": ({}, {"seed": 7, "top_p": 0.5, "temperature": 0.5}),
    "call over the field": ({"seed": 1, "top_p": 0.1}, {"seed": 2}),
    "call over model_kwargs": ({"model_kwargs": {"seed": 1}}, {"seed": 2}),
    "call un-sets": ({"seed": 1}, {"seed": None, "temperature": None, "top_p": None}),
    "call by another name": ({}, {"max_completion_tokens": 9}),
    "call un-sets by another name": ({}, {"max_completion_tokens": None}),
    "call of another model": ({}, {"model": "big"}),
    "maps": ({"logit_bias": {"1": -5}, "response_format": {"type": "text"}}, {}),
    "lists": ({"bad_words": ["it's"], "stop_token_ids": [1, 2]}, {"logprobs": True}),
    "stream options": ({"stream_options": {"include_usage": False}}, {}),
}


def multiply(a: int, b: int = 2) -> int:
    """Multiply "two" numbers.

    Args:
        a: the first one.
        b: the second one.
    """
    return a * b


@tool
def weather(city: str) -> str:
    """Say how the weather is; it's 'fine'."""
    return f"sunny in {city}"


class Colour(BaseModel):
    """A colour."""

    name: str


LOOSE = {
    "type": "function",
    "function": {"name": "loose", "parameters": {"type": "object"}, "strict": False},
}

CALL = {"name": "multiply", "args": {"a": 3, "note": 'it\'s "é"'}, "id": "call_1"}
BAD = {"name": "weather", "args": '{"city": ', "id": "call_2", "error": "cut"}

TALKS: dict[str, list[BaseMessage]] = {
    "system": [SystemMessage('Be "brief".\nIt\'s fine.'), HumanMessage("hi")],
    "developer": [
        SystemMessage("x", additional_kwargs={"__openai_role__": "developer"}),
        HumanMessage("hi", name="ann"),
    ],
    "turns": [HumanMessage("a"), AIMessage("b\n" * 60), HumanMessage("c")],
    "chunk": [
        HumanMessage("a"),
        AIMessageChunk(
            "b",
            additional_kwargs={"reasoning_content": "I think."},
            response_metadata={"model_name": "m"},
        ),
        HumanMessage("c"),
    ],
    "reasoning block": [
        HumanMessage("a"),
        AIMessage(
            [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "b"}]
        ),
        HumanMessage("c"),
    ],
    "images": [HumanMessage([{"type": "text", "text": "What's this?"}, IMAGE, BLOCK])],
    "text parts": [HumanMessage(["a", {"type": "text", "text": "b"}])],
    "tool call": [
        HumanMessage("a"),
        AIMessage("", tool_calls=[CALL], invalid_tool_calls=[BAD]),
        ToolMessage("6\n'six'", tool_call_id="call_1", name="multiply"),
        ToolMessage("no", tool_call_id="call_2", status="error"),
    ],
    "result in parts": [
        HumanMessage("a"),
        AIMessage("", tool_calls=[CALL]),
        ToolMessage([{"type": "text", "text": "x"}], tool_call_id="call_1"),
    ],
    "other role": [ChatMessage("hi", role="critic"), HumanMessage("a")],
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


def bodies(stage: Stage) -> list[bytes]:
    return [request.body for request in stage.requests]


def replay(code: str, stage: Stage) -> None:
    """Run a program with credentials, as a user does."""
    assert PASSED in code
    signed = code.replace(PASSED, "auth=auth,")
    exec(compile(signed, "cell", "exec"), {"auth": stage.auth})  # noqa: S102 - ours


def assert_same(
    model: Any,
    stage: Stage,
    messages: Sequence[BaseMessage],
    params: Mapping[str, Any],
    tools: Sequence[Any] = (),
) -> str:
    asked = model.bind_tools(tools) if tools else model
    list(asked.stream(list(messages), **params))
    code = as_code(model, messages, params, tools=tools)
    replay(code, stage)
    first, second = bodies(stage)
    assert first == second
    own = {"tools": list(tools)} if tools else {}
    prepared = model.prepare(list(messages), stream=True, **own, **params)
    assert prepared.body == first
    return code


@pytest.mark.parametrize("name", SETTINGS)
def test_every_state_of_a_parameter_is_sent_again(name: str, stage: Stage):
    fields, params = SETTINGS[name]
    with stage.playing(ANSWER, **fields) as model:
        assert_same(model, stage, [HumanMessage("hi")], params)


@pytest.mark.parametrize("name", SETTINGS)
def test_parameters_and_tools_go_together(name: str, stage: Stage):
    fields, params = SETTINGS[name]
    given = {"tool_choice": "auto", "parallel_tool_calls": False}
    with stage.playing(ANSWER, **fields) as model:
        assert_same(
            model, stage, [HumanMessage("hi")], {**params, **given}, [multiply, LOOSE]
        )


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_is_sent_again(text: str, stage: Stage):
    said = [SystemMessage(text), HumanMessage(text), AIMessage(text)]
    call = {"name": "weather", "args": {"city": text}, "id": "1"}
    said += [
        HumanMessage(text),
        AIMessage(text, tool_calls=[call]),
        ToolMessage(text, tool_call_id="1"),
    ]
    with stage.playing(ANSWER) as model:
        assert_same(model, stage, said, {"stop": [text]})


@pytest.mark.parametrize("name", TALKS)
def test_every_kind_of_message_is_sent_again(name: str, stage: Stage):
    with stage.playing(ANSWER) as model:
        assert_same(model, stage, TALKS[name], {"seed": 1}, [multiply, weather, Colour])


def test_a_conversation_with_tools_is_sent_again(stage: Stage):
    called = Script.tool_calls([("multiply", {"a": 3})])
    with stage.playing(called, ANSWER, temperature=None, max_tokens=64) as model:
        talk = Conversation(
            model, system="Be brief.", tools=[multiply], safe_tools=[multiply]
        )
        talk.ask("What is 3 * 2?", seed=5)
        messages = talk.messages_for("And then?")
        turn = talk.ask("And then?", seed=5)
        replay(as_code(model, messages, turn.params, tools=talk.tools), stage)
    *_, asked, again = bodies(stage)
    assert asked == again
    assert json.loads(again)["seed"] == 5


def test_a_model_with_parameters_bound_to_it_is_sent_again(stage: Stage):
    with stage.playing(ANSWER) as model:
        bound = model.bind_tools([weather], tool_choice="weather").bind(seed=4)
        list(bound.stream("hi", top_p=0.5))
        replay(as_code(bound, [HumanMessage("hi")], {"top_p": 0.5}), stage)
    first, second = bodies(stage)
    assert first == second


def test_the_simpler_class_is_sent_again(stage: Stage):
    fields = {"model_kwargs": {"temperature": 0.5, "it's": 1}, "stop": ["x"]}
    with stage.playing(ANSWER):
        model = ChatOCIModelDeployment(
            endpoint=stage.endpoint, auth=stage.auth, **fields
        )
        assert_same(model, stage, [HumanMessage("hi")], {"seed": 3})
