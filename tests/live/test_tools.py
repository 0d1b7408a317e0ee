"""Tool calls of a real server: forced ones, and those that its parser finds in a text.

A small model calls no tool of its own accord. A regex makes it write the calls that a
better model would, so that the server's own tool parser has something to find.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool

from ocinb.errors import DeploymentError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.live.asking import Ask

QUESTION = "What is the weather in Paris?"
NAMED = {"type": "function", "function": {"name": "get_time"}}
TWO_CALLS = (
    r'<tool_call>\n\{"name": "get_weather", "arguments": \{"city": "[A-Z][a-z]{2,8}"\}\}'
    r'\n</tool_call>\n<tool_call>\n\{"name": "get_time", "arguments": \{"zone": "[A-Z]{3}"\}\}'
    r"\n</tool_call>"
)

WAYS: dict[str, Callable[[Any], AIMessage]] = {
    "invoke": lambda model: model.invoke(QUESTION),
    "stream": lambda model: reduce(add, model.stream(QUESTION)),
}
both_ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


@tool
def get_weather(city: str, unit: str = "celsius") -> str:
    """Say how the weather is."""
    return f"{city}: sunny, {unit}"


@tool
def get_time(zone: str) -> str:
    """Say what time it is."""
    return f"{zone}: noon"


TOOLS = [get_weather, get_time]


def bound(ask: Ask, max_tokens: int = 200, **kwargs: Any) -> Any:
    return ask.model(max_tokens=max_tokens).bind_tools(TOOLS, **kwargs)


@both_ways
@pytest.mark.parametrize("choice", ["required", "any", True])
def test_a_required_call_has_arguments_that_fit(
    choice: Any, way: Callable[[Any], AIMessage], ask: Ask
) -> None:
    message = way(bound(ask, tool_choice=choice))

    (call,) = message.tool_calls
    assert call["name"] in {"get_weather", "get_time"}
    assert all(isinstance(value, str) for value in call["args"].values())
    assert call["id"]
    assert message.response_metadata["finish_reason"] == "tool_calls"


@both_ways
@pytest.mark.parametrize("choice", ["get_time", NAMED], ids=["name", "dict"])
def test_a_named_tool_is_called_though_the_server_says_stop(
    choice: Any, way: Callable[[Any], AIMessage], ask: Ask
) -> None:
    message = way(bound(ask, tool_choice=choice))

    (call,) = message.tool_calls
    assert call["name"] == "get_time"
    assert set(call["args"]) == {"zone"}
    assert message.response_metadata["finish_reason"] == "stop"


@both_ways
@pytest.mark.parametrize("choice", [None, "auto", "none", False])
def test_a_call_that_is_not_forced_is_not_made(
    choice: Any, way: Callable[[Any], AIMessage], ask: Ask
) -> None:
    message = way(bound(ask, max_tokens=40, tool_choice=choice))

    assert message.tool_calls == []
    assert message.text


@both_ways
def test_without_strict_arguments_need_be_no_object(
    way: Callable[[Any], AIMessage], ask: Ask
) -> None:
    message = way(bound(ask, tool_choice="required", strict=False))

    assert message.tool_calls == []
    (bad,) = message.invalid_tool_calls
    assert bad["args"] == '"Paris"'


@both_ways
def test_two_calls_in_one_answer_stay_two(
    way: Callable[[Any], AIMessage], ask: Ask
) -> None:
    model = bound(ask, strict=False, structured_outputs={"regex": TWO_CALLS})
    message = way(model)

    names = [call["name"] for call in message.tool_calls]
    assert names == ["get_weather", "get_time"]
    assert [set(call["args"]) for call in message.tool_calls] == [{"city"}, {"zone"}]
    assert len({call["id"] for call in message.tool_calls}) == 2


@both_ways
def test_parallel_tool_calls_false_leaves_the_first_of_two(
    way: Callable[[Any], AIMessage], ask: Ask
) -> None:
    model = bound(
        ask,
        strict=False,
        parallel_tool_calls=False,
        structured_outputs={"regex": TWO_CALLS},
    )

    assert [call["name"] for call in way(model).tool_calls] == ["get_weather"]


@both_ways
def test_text_before_a_call_is_kept(way: Callable[[Any], AIMessage], ask: Ask) -> None:
    written = r"Let me see\.\n" + TWO_CALLS
    message = way(bound(ask, strict=False, structured_outputs={"regex": written}))

    assert message.text.strip() == "Let me see."
    assert len(message.tool_calls) == 2


@both_ways
def test_a_call_that_was_cut_is_not_run(
    way: Callable[[Any], AIMessage], ask: Ask
) -> None:
    message = way(bound(ask, max_tokens=40, tool_choice="required"))

    assert message.tool_calls == []
    assert message.response_metadata["finish_reason"] == "length"


def test_several_streamed_answers_keep_their_calls(ask: Ask) -> None:
    model = bound(ask, tool_choice="get_time", n=2, temperature=0.5, seed=3)
    message = reduce(add, model.stream(QUESTION))

    notes = message.response_metadata["choices"]
    named = {
        (note["index"], call["name"])
        for note in notes
        for call in note.get("tool_calls", ())
        if call.get("name")
    }
    assert named == {(0, "get_time"), (1, "get_time")}


def test_the_result_of_a_tool_is_answered(ask: Ask) -> None:
    called = {"name": "get_weather", "args": {"city": "Paris"}, "id": "a1"}
    said = [
        HumanMessage(QUESTION),
        AIMessage("", tool_calls=[called]),
        ToolMessage("sunny", tool_call_id="a1"),
    ]

    assert "sunny" in bound(ask).invoke(said).text


def test_a_dict_that_names_no_tool_is_refused_by_the_server(ask: Ask) -> None:
    nowhere = {"type": "function", "function": {"name": "nowhere"}}

    with pytest.raises(DeploymentError, match="does not match any"):
        bound(ask, tool_choice=nowhere).invoke(QUESTION)


def test_a_name_of_no_tool_is_refused_before_sending(ask: Ask) -> None:
    with pytest.raises(ParameterError, match="nowhere"):
        bound(ask, tool_choice="nowhere")
