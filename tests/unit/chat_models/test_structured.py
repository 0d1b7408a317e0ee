"""Answers that follow a schema: what is asked for, and how the answer is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.exceptions import OutputParserException
from pydantic import BaseModel
from typing_extensions import TypedDict

from ocinb.errors import ParameterError
from tests.unit.chat_models.recorder import (
    Recorder,
    body_of,
    completion,
    make,
    recorder,
)


class Person(BaseModel):
    """A person."""

    name: str
    age: int


class PersonDict(TypedDict):
    """A person."""

    name: str
    age: int


SCHEMA: dict[str, Any] = {
    "title": "Person",
    "description": "A person.",
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
}
ADA = {"name": "Ada", "age": 36}
FORMS = {"pydantic": Person, "TypedDict": PersonDict, "JSON schema": SCHEMA}


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let every model that records answer with a text or a tool call."""

    def says_(content: Any = None, **message: Any) -> Recorder:
        monkeypatch.setattr(Recorder, "answers", completion(content, **message))
        return recorder()

    return says_


def call(arguments: str, name: str = "Person") -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"tool_calls": [{"id": "a", "type": "function", "function": function}]}


class TestAsked:
    @pytest.mark.parametrize("form", FORMS)
    def test_a_json_schema_is_asked_for_by_itself(self, form: str, says: Any):
        body = body_of(says(json.dumps(ADA)).with_structured_output(FORMS[form]))
        wanted = body["response_format"]

        assert wanted["type"] == "json_schema"
        assert wanted["json_schema"]["name"] == (
            "PersonDict" if form == "TypedDict" else "Person"
        )
        assert wanted["json_schema"]["strict"] is True
        assert set(wanted["json_schema"]["schema"]["properties"]) == {"name", "age"}

    def test_strictness_may_be_left_out(self, says: Any):
        model = says(json.dumps(ADA)).with_structured_output(Person, strict=False)

        assert body_of(model)["response_format"]["json_schema"]["strict"] is False

    @pytest.mark.parametrize("form", FORMS)
    def test_a_tool_is_asked_for_by_name(self, form: str, says: Any):
        name = "PersonDict" if form == "TypedDict" else "Person"
        model = says(**call(json.dumps(ADA), name)).with_structured_output(
            FORMS[form], method="function_calling"
        )
        body = body_of(model)

        assert body["tool_choice"] == {"type": "function", "function": {"name": name}}
        assert [t["function"]["name"] for t in body["tools"]] == [name]

    @pytest.mark.parametrize("schema", [None, Person, SCHEMA])
    def test_any_json_is_asked_for(self, schema: Any, says: Any):
        model = says(json.dumps(ADA)).with_structured_output(schema, method="json_mode")

        assert body_of(model)["response_format"] == {"type": "json_object"}

    def test_other_parameters_are_bound_along(self, says: Any):
        model = says(json.dumps(ADA)).with_structured_output(Person, temperature=0.9)

        assert body_of(model)["temperature"] == 0.9

    def test_what_is_meant_for_tracing_is_not_sent(self, says: Any):
        model = says(json.dumps(ADA)).with_structured_output(Person)

        assert "ls_structured_output_format" not in body_of(model)


class TestRead:
    @pytest.mark.parametrize(
        ("method", "form", "expected"),
        [
            ("json_schema", "pydantic", Person(**ADA)),
            ("json_schema", "TypedDict", ADA),
            ("json_schema", "JSON schema", ADA),
            ("json_mode", "pydantic", Person(**ADA)),
            ("json_mode", "JSON schema", ADA),
        ],
    )
    def test_text_becomes_the_object(
        self, method: str, form: str, expected: Any, says: Any
    ):
        model = says(json.dumps(ADA)).with_structured_output(FORMS[form], method=method)

        assert model.invoke("who?") == expected

    @pytest.mark.parametrize(
        ("form", "name", "expected"),
        [
            ("pydantic", "Person", Person(**ADA)),
            ("TypedDict", "PersonDict", ADA),
            ("JSON schema", "Person", ADA),
        ],
    )
    def test_a_call_becomes_the_object(
        self, form: str, name: str, expected: Any, says: Any
    ):
        model = says(**call(json.dumps(ADA), name)).with_structured_output(
            FORMS[form], method="function_calling"
        )

        assert model.invoke("who?") == expected

    def test_text_that_does_not_fit_is_an_error_of_the_parser(self, says: Any):
        with pytest.raises(OutputParserException):
            says('{"name": 5}').with_structured_output(Person).invoke("who?")

    @pytest.mark.parametrize("method", ["json_schema", "json_mode"])
    def test_the_raw_answer_is_kept_beside_the_object(self, method: str, says: Any):
        model = says(json.dumps(ADA)).with_structured_output(
            Person, method=method, include_raw=True
        )
        found = model.invoke("who?")

        assert found["parsed"] == Person(**ADA)
        assert found["raw"].text == json.dumps(ADA)
        assert found["parsing_error"] is None

    def test_the_raw_answer_is_kept_where_it_does_not_fit(self, says: Any):
        model = says("no JSON").with_structured_output(Person, include_raw=True)
        found = model.invoke("who?")

        assert found["parsed"] is None
        assert found["raw"].text == "no JSON"
        assert isinstance(found["parsing_error"], OutputParserException)


class TestRefused:
    def test_a_method_that_there_is_not(self):
        with pytest.raises(ParameterError) as caught:
            make().with_structured_output(Person, method="regex")

        assert str(caught.value) == (
            "method must be one of json_schema, function_calling, json_mode "
            "(got 'regex')"
        )

    @pytest.mark.parametrize("method", ["json_schema", "function_calling"])
    def test_a_missing_schema(self, method: str):
        with pytest.raises(ParameterError, match=f"schema is missing: {method} needs"):
            make().with_structured_output(method=method)
