"""Tool calls over the wire: what may be run, and what must not."""

from __future__ import annotations

import asyncio
import json
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from pydantic import BaseModel
from typing_extensions import TypedDict

from ocinb.local import Script
from ocinb.local.scripts.faults import FAULTS, fault
from tests.contract.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from langchain_core.messages import AIMessage

PARIS, WIEN = {"city": "Paris"}, {"city": "Wien"}

GOOD: dict[str, list[tuple[str, dict[str, str]]]] = {
    "tool": [("get_weather", PARIS)],
    "tool_args_empty": [("get_weather", {})],
    "tool_two": [("get_weather", PARIS), ("get_weather", WIEN)],
    "tool_dup_index": [("get_weather", PARIS), ("get_time", WIEN)],
    "tool_no_index": [("get_weather", PARIS)],
    "tool_no_id": [("get_weather", PARIS)],
    "tool_unknown": [("delete_everything", PARIS)],
    "tool_null_name": [("get_weather", PARIS)],
    "tool_text_and_call": [("get_weather", PARIS)],
}
BAD = {"tool_bad_json": '{"city": ', "tool_args_list": "[1]"}
"""Arguments that are no object, as the server sent them."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


async def _astreamed(model: Any) -> Any:
    return reduce(add, [chunk async for chunk in model.astream("hello")])


WAYS: dict[str, Callable[[Any], AIMessage]] = {
    "invoke": lambda model: model.invoke("hello"),
    "ainvoke": lambda model: asyncio.run(model.ainvoke("hello")),
    "stream": lambda model: reduce(add, model.stream("hello")),
    "astream": lambda model: asyncio.run(_astreamed(model)),
    "invoke of a streaming model": lambda model: model.model_copy(
        update={"streaming": True}
    ).invoke("hello"),
}


@tool
def get_weather(city: str) -> str:
    """Say how the weather is."""
    return f"sunny in {city}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", GOOD)
def test_a_call_can_be_run_and_its_result_refer_to_it(
    name: str, way: str, stage: Stage
):
    with stage.playing(*fault(name)) as model:
        message = WAYS[way](model)

    assert [(call["name"], call["args"]) for call in message.tool_calls] == GOOD[name]
    assert message.invalid_tool_calls == []
    ids = [call["id"] for call in message.tool_calls]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    assert message.text == FAULTS[name].text
    assert "None" not in message.text


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", BAD)
def test_arguments_that_are_no_object_are_never_run(name: str, way: str, stage: Stage):
    with stage.playing(*fault(name)) as model:
        message = WAYS[way](model)

    assert message.tool_calls == []
    (bad,) = message.invalid_tool_calls
    assert bad["name"] == "get_weather"
    assert bad["id"] == "chatcmpl-tool-0000000000000001"
    assert (bad["args"] or "").startswith(BAD[name])


@pytest.mark.parametrize("way", WAYS)
def test_arguments_cut_at_max_tokens_are_never_run(way: str, stage: Stage):
    cut = Script.tool_calls([("get_weather", '{"city": "Par')], finish="length")
    with stage.playing(cut) as model:
        message = WAYS[way](model)

    assert message.tool_calls == []
    assert message.invalid_tool_calls[0]["name"] == "get_weather"


def test_a_call_and_its_result_go_round(stage: Stage):
    scripts = [
        Script.tool_calls([("get_weather", PARIS)]),
        Script.answer("It is sunny."),
    ]
    with stage.playing(*scripts) as model:
        bound = model.bind_tools([get_weather], tool_choice="any")
        first = bound.invoke("How is the weather in Paris?")
        result = get_weather.invoke(first.tool_calls[0])
        last = bound.invoke([HumanMessage("How?"), first, result])

        sent = stage.requests[1].json

    assert isinstance(result, ToolMessage)
    assert last.text == "It is sunny."
    assert sent["tool_choice"] == "required"
    assert sent["messages"][1]["tool_calls"][0]["function"] == {
        "name": "get_weather",
        "arguments": '{"city": "Paris"}',
    }
    assert sent["messages"][2] == {
        "role": "tool",
        "content": "sunny in Paris",
        "name": "get_weather",
        "tool_call_id": first.tool_calls[0]["id"],
    }


ADA = {"name": "Ada", "age": 36}


class Person(BaseModel):
    """A person."""

    name: str
    age: int


class PersonDict(TypedDict):
    """A person."""

    name: str
    age: int


@pytest.mark.parametrize("form", [Person, PersonDict, Person.model_json_schema()])
@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
@pytest.mark.parametrize("strict", [None, True, False])
def test_each_method_and_form_of_schema_gives_the_object(
    form: Any, method: str, *, strict: bool | None, stage: Stage
):
    name = getattr(form, "__name__", "Person")
    said = Script.answer(json.dumps(ADA))
    called = Script.tool_calls([(name, ADA)])
    with stage.playing(called if method == "function_calling" else said) as model:
        asking = model.with_structured_output(form, method=method, strict=strict)
        found = asking.invoke("Who?")

        body = stage.requests[0].json
    assert dict(found) == ADA
    assert isinstance(found, Person if form is Person else dict)
    if method == "function_calling":
        (sent,) = body["tools"]
        assert sent["function"]["strict"] is (strict is not False)
        assert body["tool_choice"]["function"]["name"] == name
    elif method == "json_schema":
        asked = body["response_format"]["json_schema"]
        assert asked["strict"] is (strict is not False)


def test_every_tool_fault_is_looked_at():
    faults = {name for name, f in FAULTS.items() if f.group == "tools"}

    assert faults | {"tool"} == set(GOOD) | set(BAD)
