"""Whether JSON follows its schema, and tool calls their tools."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from langchain_core.tools import tool
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from ocinb.errors import MissingExtraError, ParameterError
from ocinb.sweep.metrics.conforming import JsonCheck, ToolCheck


class Town(BaseModel):
    """A town."""

    name: str
    people: int = Field(ge=0)


class Plain(TypedDict):
    """A town."""

    name: str
    people: int


TOWN = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "people": {"minimum": 0}},
    "required": ["name"],
}
SCHEMAS = [Town, Plain, TOWN]


@pytest.mark.parametrize("text", ["{}", " [1, 2]\n", '"x"', "null", "3.5e2"])
def test_any_json_will_do_without_a_schema(text: str):
    assert JsonCheck().problem(text) == ""


@pytest.mark.parametrize(
    "text",
    ["", "Bern", "{'a': 1}", '{"a": 1', "{} {}", "NaN", "[Infinity]", "[" * 99999],
)
def test_anything_else_is_no_json(text: str):
    problem = JsonCheck().problem(text)
    assert problem.startswith("no JSON: ")
    assert "\n" not in problem


@pytest.mark.parametrize("schema", SCHEMAS)
def test_what_follows_a_schema_has_no_problem(schema: Any):
    assert JsonCheck(schema).problem('{"name": "Bern", "people": 146000}') == ""


@pytest.mark.parametrize("schema", SCHEMAS)
def test_what_does_not_follow_a_schema_says_where(schema: Any):
    assert "name" in JsonCheck(schema).problem('{"people": 1}')
    assert JsonCheck(schema).problem("[]") != ""


def test_a_bound_of_a_schema_counts():
    for schema in (Town, TOWN):
        problem = JsonCheck(schema).problem('{"name": "Bern", "people": -1}')
        assert problem.startswith("people: ")


def test_a_schema_need_not_be_of_an_object():
    check = JsonCheck({"type": "array", "items": {"type": "integer"}})
    assert check.problem("[1, 2]") == ""
    assert check.problem('["x"]').startswith("0: ")


@pytest.mark.parametrize("fence", ["```json", "```", "```JSON "])
def test_a_fenced_block_is_only_accepted_where_it_may_be(fence: str):
    text = f'\n{fence}\n{{"name": "Bern"}}\n```\n'
    assert JsonCheck(TOWN).problem(text).startswith("no JSON: ")
    assert JsonCheck(TOWN, fenced=True).problem(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        'Here it is:\n```json\n{"name": "Bern"}\n```',
        '```json\n{"name": "Bern"}\n```\nDone.',
        '```python\n{"name": "Bern"}\n```',
        '```json\n{"name": "Bern"}',
        "```json\n{}\n```\n```json\n{}\n```",
    ],
)
def test_a_fenced_block_must_be_all_there_is(text: str):
    assert JsonCheck(TOWN, fenced=True).problem(text) != ""


@pytest.mark.parametrize(
    ("schema", "line"),
    [
        (3, "no schema can be made of this"),
        ({"type": "no such type"}, "the JSON schema is not valid: type: "),
        ({"name": "str"}, "the JSON schema holds no rule that it knows"),
    ],
)
def test_what_is_no_schema_is_refused_in_one_line(schema: Any, line: str):
    with pytest.raises(ParameterError) as caught:
        JsonCheck(schema)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_a_schema_elsewhere_is_not_fetched():
    check = JsonCheck(
        {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/x"}}}
    )
    with pytest.raises(Exception, match=r"http://127.0.0.1:9/x") as caught:
        check.problem('{"a": 1}')
    assert "Unresolvable" in str(type(caught.value).__mro__)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(MissingExtraError, match="pip install jsonschema"):
        JsonCheck(TOWN)
    assert JsonCheck(Town).problem("{}") != ""


def weather(city: str, days: int = 1) -> str:
    """Tell the weather.

    Args:
        city: where.
        days: how many.
    """
    return f"{city} {days}"


PLAIN = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tell the weather.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    },
}


class Weather(BaseModel):
    """Tell the weather."""

    city: str
    days: int = 1


TOOLS = [(weather, "weather"), (tool(weather), "weather"), (PLAIN, "weather")]
TOOLS += [(Weather, "Weather")]


@pytest.mark.parametrize(("given", "name"), TOOLS)
def test_calls_are_checked_against_each_kind_of_tool(given: Any, name: str):
    check = ToolCheck([given])
    assert check.problem({"name": name, "args": {"city": "Bern", "days": 2}}) == ""
    for args in ({}, {"city": 3}, {"city": "Bern", "unit": "C"}):
        assert check.problem({"name": name, "args": args}) != ""


def test_a_schema_is_followed_into_its_depth():
    inner = {"type": "array", "items": {"type": "integer"}}
    function = {"name": "add", "parameters": {"properties": {"of": inner}}}
    check = ToolCheck([{"type": "function", "function": function}])
    assert check.problem({"name": "add", "args": {"of": [1]}}) == ""
    assert check.problem({"name": "add", "args": {"of": ["x"]}}).startswith("of.0: ")


def test_a_tool_without_parameters_takes_none():
    check = ToolCheck([{"type": "function", "function": {"name": "now"}}])
    assert check.problem({"name": "now", "args": {}}) == ""
    assert "takes no arguments" in check.problem({"name": "now", "args": {"x": 1}})


def test_an_unknown_tool_is_named_with_those_that_there_are():
    check = ToolCheck([weather])
    assert check.knows({"name": "weather"})
    assert not check.knows({"name": "forecast"})
    assert check.problem({"name": "fore\ncast", "args": {}}) == (
        "there is no tool fore cast (tools: weather)"
    )


def test_arguments_that_were_no_object_are_told_as_they_came():
    check = ToolCheck([weather])
    broken = {"name": "weather", "args": '{"city": ', "error": "not\nJSON"}
    assert check.problem(broken) == "not JSON"
    assert check.problem({"name": "weather", "args": "[]"}) == (
        "the arguments are no JSON object"
    )


def test_a_check_without_tools_is_refused():
    with pytest.raises(ParameterError, match="tools are missing"):
        ToolCheck([])
