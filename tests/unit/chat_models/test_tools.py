"""Tools and tool choice in the wire's own form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.tools import tool
from pydantic import BaseModel, Field

from ocinb.chat_models import ChatOCIModelDeployment
from ocinb.chat_models.tools import refuse_twins, tool_choice_to_wire, tools_to_wire
from ocinb.errors import ParameterError
from tests.unit.chat_models.recorder import ENDPOINT, body_of, recorder


@tool
def get_weather(city: str) -> str:
    """Say how the weather is."""
    return city


def get_time(zone: str) -> str:
    """Say what time it is."""
    return zone


class Person(BaseModel):
    """A person."""

    name: str = Field(description="of the person")


def function(name: str, **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {}}
    return {
        "type": "function",
        "function": {"name": name, "description": "x", "parameters": schema, **more},
    }


def named(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


TWO = [function("get_weather"), function("get_time")]


class TestForms:
    @pytest.mark.parametrize(
        ("given", "name"),
        [
            (get_weather, "get_weather"),
            (get_time, "get_time"),
            (Person, "Person"),
            (function("from_a_dict"), "from_a_dict"),
            ({"title": "from_a_schema", "description": "x", "type": "object"}, None),
        ],
        ids=["langchain tool", "function", "pydantic", "wire", "JSON schema"],
    )
    def test_a_tool_in_any_form_becomes_a_function(self, given: Any, name: str | None):
        (wire,) = tools_to_wire([given])

        assert wire["type"] == "function"
        assert wire["function"]["name"] == (name or "from_a_schema")

    def test_what_is_in_the_wires_form_stays_so(self):
        once = tools_to_wire([get_weather, Person], strict=False)

        assert tools_to_wire(once) == once

    def test_the_users_own_dict_is_not_changed(self):
        given = function("x")
        tools_to_wire([given], strict=True)

        assert given == function("x")

    @pytest.mark.parametrize(
        "given",
        [
            {"type": "custom"},
            {"type": "function"},
            {"type": "function", "function": "x"},
            {"type": "object", "properties": {}},
            *({}, 5, "x"),
        ],
        ids=repr,
    )
    def test_what_is_no_tool_is_refused_in_one_line(self, given: Any):
        with pytest.raises(ParameterError, match=r"^a tool cannot be sent: ") as caught:
            tools_to_wire([given])

        assert str(caught.value).isprintable()

    def test_a_tool_that_a_vendor_runs_itself_is_none_of_ours(self):
        with pytest.raises(ParameterError, match="only functions can be called"):
            tools_to_wire([{"type": "web_search_preview"}])

    def test_no_tools_are_no_tools(self):
        assert tools_to_wire([]) == []


class TestStrict:
    def strict(self, given: Any, **options: Any) -> Any:
        return tools_to_wire([given], **options)[0]["function"]["strict"]

    def test_the_server_enforces_a_schema_unless_told_otherwise(self):
        assert self.strict(get_weather) is True

    @pytest.mark.parametrize("strict", [True, False])
    def test_the_caller_decides(self, *, strict: bool):
        assert self.strict(get_weather, strict=strict) is strict
        assert self.strict(function("x", strict=not strict), strict=strict) is strict

    @pytest.mark.parametrize("strict", [True, False])
    def test_a_tools_own_choice_stands(self, *, strict: bool):
        assert self.strict(function("x", strict=strict)) is strict


class TestNames:
    @pytest.mark.parametrize("name", ["a", "get-weather_2", "A" * 64, "0"])
    def test_a_name_of_letters_digits_underscores_and_dashes(self, name: str):
        assert len(tools_to_wire([function(name)])) == 1

    @pytest.mark.parametrize(
        "name",
        ["", "two words", "größe", "a" * 65, "a.b", "a\n", "x\u202e", "名前", "a/b"],
    )
    def test_any_other_name_is_refused_in_one_line(self, name: str):
        with pytest.raises(ParameterError) as caught:
            tools_to_wire([function(name)])

        line = str(caught.value)
        assert line.startswith("tool name must match [A-Za-z0-9_-]{1,64} (got ")
        assert line.isprintable()

    def test_two_tools_of_one_name_are_refused(self):
        with pytest.raises(ParameterError, match="two tools have the name get_weather"):
            refuse_twins([*TWO, function("get_weather")])

    def test_tools_of_different_names_are_let_through(self):
        refuse_twins(TWO)


class TestChoice:
    @pytest.mark.parametrize(
        ("choice", "wire"),
        [
            ("none", "none"),
            ("auto", "auto"),
            ("required", "required"),
            ("any", "required"),
            (True, "required"),
            (False, None),
            (None, None),
            ("get_time", named("get_time")),
            (named("get_time"), named("get_time")),
            ({"type": "other"}, {"type": "other"}),
        ],
    )
    def test_each_form_has_one_on_the_wire(self, choice: Any, wire: Any):
        assert tool_choice_to_wire(choice, TWO) == wire

    @pytest.mark.parametrize(
        "choice", ["auto", "required", True, "get_time", named("x")]
    )
    def test_without_tools_none_is_sent(self, choice: Any):
        assert tool_choice_to_wire(choice, []) is None

    def test_a_name_that_no_tool_has_is_refused_with_those_there_are(self):
        with pytest.raises(ParameterError) as caught:
            tool_choice_to_wire("get_wether", TWO)

        assert str(caught.value) == (
            "tool_choice 'get_wether' is no tool (tools: get_weather, get_time)"
        )


class TestSent:
    def test_bound_tools_are_sent_without_a_choice(self):
        body = body_of(recorder().bind_tools([get_weather]))

        assert [t["function"]["name"] for t in body["tools"]] == ["get_weather"]
        assert "tool_choice" not in body
        assert "parallel_tool_calls" not in body

    @pytest.mark.parametrize(
        ("choice", "wire"),
        [
            ("any", "required"),
            (True, "required"),
            ("auto", "auto"),
            ("get_weather", named("get_weather")),
        ],
    )
    def test_a_bound_choice_is_sent_in_the_wires_form(self, choice: Any, wire: Any):
        model = recorder().bind_tools([get_weather], tool_choice=choice)

        assert body_of(model)["tool_choice"] == wire

    def test_a_choice_of_the_call_wins_and_is_mapped_too(self):
        model = recorder().bind_tools([get_weather], tool_choice="auto")

        assert body_of(model, tool_choice="any")["tool_choice"] == "required"

    def test_the_choice_of_the_model_counts_when_there_are_tools(self):
        model = recorder(tool_choice="any")

        assert "tool_choice" not in body_of(model)
        assert body_of(model.bind_tools([get_time]))["tool_choice"] == "required"

    def test_tools_of_a_call_are_sent_without_a_warning(self):
        body = body_of(recorder(), tools=[get_weather], tool_choice="required")

        assert body["tool_choice"] == "required"
        assert len(body["tools"]) == 1

    def test_tools_in_model_kwargs_are_sent_with_their_choice(self):
        model = recorder(model_kwargs={"tools": [function("x")]}, tool_choice="any")
        body = body_of(model)

        assert body["tools"] == tools_to_wire([function("x")])
        assert body["tool_choice"] == "required"

    def test_no_tools_send_neither_list_nor_choice(self):
        model = recorder().bind_tools([], tool_choice="any", parallel_tool_calls=False)

        assert body_of(model) == body_of(recorder())

    @pytest.mark.parametrize("several", [True, False])
    def test_several_calls_at_once_are_allowed_or_not(self, *, several: bool):
        model = recorder().bind_tools([get_time], parallel_tool_calls=several)

        assert body_of(model)["parallel_tool_calls"] is several

    def test_strictness_is_bound(self):
        model = recorder().bind_tools([get_time], strict=False)

        assert body_of(model)["tools"][0]["function"]["strict"] is False

    def test_other_parameters_are_bound_along(self):
        model = recorder().bind_tools([get_time], temperature=0.9)

        assert body_of(model)["temperature"] == 0.9

    def test_a_bad_name_is_refused_when_it_is_bound(self):
        with pytest.raises(ParameterError, match="is no tool"):
            recorder().bind_tools([get_time], tool_choice="get_weather")

    def test_twins_are_refused_before_any_request(self):
        model = recorder().bind_tools([function("x"), function("x")])

        with pytest.raises(ParameterError, match="two tools"):
            model.invoke("hello")

    def test_a_circular_schema_is_refused_in_one_line(self):
        schema: dict[str, Any] = {"type": "object"}
        schema["properties"] = {"again": schema}
        circular = named("x")
        circular["function"] |= {"parameters": schema, "description": "x"}

        with pytest.raises(ParameterError, match="cannot be sent as JSON"):
            recorder().invoke("hello", tools=[circular])

    def test_the_smaller_class_takes_tools_too(self):
        model = ChatOCIModelDeployment(endpoint=ENDPOINT)
        bound = model.bind_tools([get_weather], tool_choice="any")
        body = json.loads(model.prepare("hello", **bound.kwargs).body)

        assert body["tool_choice"] == "required"
        assert len(body["tools"]) == 1
