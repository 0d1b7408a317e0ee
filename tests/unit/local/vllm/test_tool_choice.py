"""Forced tool calls: their schema, and how a call is read while it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocinb.local.vllm.request_body import ChatBody, parse
from ocinb.local.vllm.tool_choice import CallReader, ForcedCall, forced_call

CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
REFERRING = {"$defs": {"P": {}}, "properties": {"p": {"$ref": "#/$defs/P"}}}
CALL = '{"name": "get_weather", "arguments": {"city": "Pa}ris", "x": ["\\"", 1]}}'
ARGUMENTS = '{"city": "Pa}ris", "x": ["\\"", 1]}'


def tool(name: str, **function: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **function}}


def forced(choice: Any, *tools: dict[str, Any], strict: bool = True) -> ForcedCall:
    body = {"messages": [], "tools": list(tools), "tool_choice": choice}
    call = forced_call(parse(body, ChatBody), strict=strict)
    assert call is not None
    return call


def arguments_of(schema: dict[str, Any]) -> Any:
    return schema["properties"]["arguments"]


@pytest.mark.parametrize("choice", [None, "auto", "none"])
def test_a_free_choice_forces_nothing(choice: str | None):
    body = {"messages": [], "tools": [tool("f")], "tool_choice": choice}

    assert forced_call(parse(body, ChatBody)) is None


def test_a_named_tool_must_be_called_and_ends_with_stop():
    choice = {"type": "function", "function": {"name": "g"}}
    call = forced(choice, tool("f"), tool("g", parameters=CITY))

    assert call.finish_reason == "stop"
    assert call.schema == {
        "type": "object",
        "properties": {"name": {"const": "g"}, "arguments": CITY},
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }


def test_required_takes_any_of_the_tools_and_ends_with_tool_calls():
    call = forced("required", tool("f", parameters=CITY), tool("g"))

    assert call.finish_reason == "tool_calls"
    names = [s["properties"]["name"]["const"] for s in call.schema["anyOf"]]
    assert names == ["f", "g"]


def test_a_tool_without_parameters_takes_an_empty_object():
    schema = forced("required", tool("f")).schema["anyOf"][0]

    assert arguments_of(schema) == {"type": "object", "additionalProperties": False}


def test_references_point_to_where_the_schema_went():
    named = forced({"function": {"name": "f"}}, tool("f", parameters=REFERRING))
    second = forced("required", tool("e"), tool("f", parameters=REFERRING))

    assert arguments_of(named.schema)["properties"]["p"]["$ref"] == (
        "#/properties/arguments/$defs/P"
    )
    assert arguments_of(second.schema["anyOf"][1])["properties"]["p"]["$ref"] == (
        "#/anyOf/1/properties/arguments/$defs/P"
    )


def test_a_property_called_ref_is_no_reference():
    parameters = {"properties": {"$ref": {"type": "string"}}, "anyOf": [{}]}
    schema = forced({"function": {"name": "f"}}, tool("f", parameters=parameters))

    assert arguments_of(schema.schema) == parameters


def test_a_schema_that_cannot_be_followed_may_be_let_go():
    call = forced("required", tool("f", parameters={"type": "banana"}), strict=False)

    assert arguments_of(call.schema["anyOf"][0]) == {"type": "object"}


def read(*texts: str) -> tuple[str, str, bool]:
    """Feed a reader and return the name, the arguments, and whether it is whole."""
    reader, name, arguments = CallReader(), "", ""
    for text in texts:
        piece = reader.feed(text)
        name, arguments = name + piece.name, arguments + piece.arguments
    return name, arguments, reader.whole


def test_a_call_is_read_in_one():
    assert read(CALL) == ("get_weather", ARGUMENTS, True)


@pytest.mark.parametrize("cut", range(len(CALL)))
def test_a_call_is_read_wherever_it_is_cut(cut: int):
    assert read(CALL[:cut], CALL[cut:]) == ("get_weather", ARGUMENTS, True)


def test_a_call_is_read_character_by_character():
    assert read(*CALL) == ("get_weather", ARGUMENTS, True)


@pytest.mark.parametrize("length", [0, 10, 24, 40, len(CALL) - 2])
def test_a_call_cut_short_is_not_whole(length: int):
    name, arguments, whole = read(CALL[:length])

    assert not whole
    assert name == ("get_weather" if length > 35 else "")
    assert ARGUMENTS.startswith(arguments)


def test_white_space_and_escapes_in_the_name_are_json():
    text = '\n{ "name" : "a\\"b" ,\n "arguments" :\n {} }'

    assert read(text) == ('a"b', "{}", True)


@pytest.mark.parametrize("value", ['"celsius"', '"a}\\"b"', "12", "true", "[1, 2]"])
def test_arguments_need_not_be_an_object(value: str):
    name, arguments, whole = read(*f'{{"name": "f", "arguments": {value}}}')

    assert (name, json.loads(arguments), whole) == ("f", json.loads(value), True)


def test_text_after_the_arguments_is_left_out():
    assert read('{"name": "f", "arguments": {}', "} \n", "more") == ("f", "{}", True)
