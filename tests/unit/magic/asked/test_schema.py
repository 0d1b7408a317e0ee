"""An answer that follows a schema becomes an object; any other says why it does not."""

from __future__ import annotations

import sys
import typing
from typing import Any

import pytest
import typing_extensions
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk
from pydantic import BaseModel, Field

from ocinb.errors import ConfigurationError
from ocinb.magic.asked.schema import MisfitError, answering, schema_named
from tests.unit.chat_models.recorder import make


class City(BaseModel):
    """A city."""

    name: str
    people: int = Field(ge=0)


class OldCity(typing.TypedDict):
    """A city."""

    name: str
    people: int


class NewCity(typing_extensions.TypedDict):
    """A city."""

    name: str
    people: int


PLAIN = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "people": {"type": "integer"}},
    "required": ["name", "people"],
}
NAMES = {"City": City, "OldCity": OldCity, "NewCity": NewCity, "plain": PLAIN}
GOOD = '{"name": "Oslo", "people": 700000}'


@pytest.mark.parametrize("name", NAMES)
def test_it_is_asked_for_as_our_chat_model_does(name: str):
    schema = schema_named(name, NAMES)
    model = make().with_structured_output(schema.plain)
    bound = model.first.kwargs["response_format"]  # type: ignore[attr-defined]  # a bound model
    assert schema.response_format == bound
    wanted = schema.response_format["json_schema"]
    assert wanted["name"] == name
    assert wanted["strict"] is True
    assert set(wanted["schema"]["properties"]) == {"name", "people"}


def test_a_pydantic_class_makes_its_objects():
    city = schema_named("City", NAMES).read(GOOD)
    assert city == City(name="Oslo", people=700_000)


@pytest.mark.parametrize("name", ["OldCity", "NewCity", "plain"])
def test_other_schemas_make_plain_objects(name: str):
    schema = schema_named(name, NAMES)
    assert schema.read(f"```json\n{GOOD}\n```") == {"name": "Oslo", "people": 700_000}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("", "the answer is not valid JSON"),
        ('{"name": "Os', "the answer is not valid JSON"),
        ("Oslo!", "the answer is not valid JSON"),
        ("[]", ": "),
        ('{"people": 1}', "name"),
        ('{"name": "Oslo", "people": "many"}', "people: "),
    ],
)
def test_an_answer_that_does_not_fit_says_why_in_one_line(
    name: str, answer: str, says: str
):
    with pytest.raises(MisfitError) as caught:
        schema_named(name, NAMES).read(answer)
    assert str(caught.value).startswith(f"no {name}: ")
    assert says in str(caught.value)
    assert str(caught.value).isprintable()


def test_several_reasons_are_counted():
    with pytest.raises(
        MisfitError, match=r"no City: name: Field required \(and 1 more\)"
    ):
        schema_named("City", NAMES).read("{}")


def test_hostile_words_in_an_answer_are_quoted_inert():
    with pytest.raises(MisfitError) as caught:
        schema_named("plain", NAMES).read(
            '{"name": 1, "people": "\\u202e\\u001b[31m\\n"}'
        )
    assert str(caught.value).isprintable()


def test_without_a_checker_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    schema = schema_named("plain", NAMES)
    assert schema.read(GOOD)["name"] == "Oslo"
    for answer in ('{"people": 1}', "[]"):
        with pytest.raises(MisfitError, match="no plain: name: Field required"):
            schema.read(answer)


class Unusable(BaseModel, arbitrary_types_allowed=True):
    """Holds what JSON cannot."""

    code: typing.Callable[[], None]
    frame: object
    thing: pytest.MonkeyPatch


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("OldCty", "--schema OldCty: there is no such variable; did you mean OldCity?"),
        ("number", "--schema number: is a int, not a pydantic class, a TypedDict"),
        ("city", "--schema city: is a City, not a pydantic class"),
        ("whole", "--schema whole: is a type, not"),
        ("empty", "--schema empty: is a dict, not"),
        ("Unusable", "--schema Unusable: no JSON schema can be made of it: "),
    ],
)
def test_what_is_no_schema_is_refused_in_one_line(name: str, says: str):
    names = {
        **NAMES,
        "number": 5,
        "city": City(name="Oslo", people=1),
        "whole": int,
        "empty": {},
        "Unusable": Unusable,
    }
    with pytest.raises(ConfigurationError) as caught:
        schema_named(name, names)
    assert str(caught.value).startswith(says)
    assert str(caught.value).isprintable()


class TestAnotherVendorsModel:
    """A chat model that is asked through with_structured_output."""

    async def test_the_arguments_of_its_tool_call_are_the_answer(self, reciting: Any):
        call = tool_call_chunk(
            name="City", args='{"name": "Oslo", "people": 1}', id="1"
        )
        model = reciting(answers=[[AIMessageChunk("", tool_call_chunks=[call])]])
        asked = answering(model, schema_named("City", NAMES))
        (answer,) = [message async for message in asked.astream("hi")]
        assert schema_named("City", NAMES).read(answer.text) == City(
            name="Oslo", people=1
        )
        assert not answer.tool_calls, "nothing waits for a result"

    def test_a_model_that_cannot_is_refused_in_one_line(self):
        model = GenericFakeChatModel(messages=iter(()))
        with pytest.raises(
            ConfigurationError, match="a GenericFakeChatModel cannot be"
        ):
            answering(model, schema_named("City", NAMES))
