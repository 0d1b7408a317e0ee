"""Answers that a real server holds to a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from langchain_core.exceptions import OutputParserException
from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from tests.live.asking import Ask

QUESTION = "Describe Saturn."


class Planet(BaseModel):
    """A planet."""

    name: str = Field(max_length=12)
    rings: bool


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_an_enforced_schema_is_followed(method: str, ask: Ask) -> None:
    model = ask.model(max_tokens=120).with_structured_output(Planet, method=method)

    planet = model.invoke(QUESTION)
    assert isinstance(planet, Planet)
    assert planet.name


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_a_streamed_object_ends_whole(method: str, ask: Ask) -> None:
    model = ask.model(max_tokens=120).with_structured_output(Planet, method=method)

    assert isinstance(list(model.stream(QUESTION))[-1], Planet)


def test_a_dict_schema_gives_a_dict(ask: Ask) -> None:
    schema = Planet.model_json_schema()
    model = ask.model(max_tokens=120).with_structured_output(schema)

    assert set(model.invoke(QUESTION)) == {"name", "rings"}


def test_json_mode_keeps_the_raw_answer_of_a_model_that_makes_up_its_own(
    ask: Ask,
) -> None:
    model = ask.model(max_tokens=60).with_structured_output(
        Planet, method="json_mode", include_raw=True
    )

    answer = model.invoke(QUESTION + " Answer in JSON.")
    assert answer["raw"].text.startswith("{")
    assert (answer["parsed"] is None) == (answer["parsing_error"] is not None)


def test_an_object_that_was_cut_is_an_error(ask: Ask) -> None:
    model = ask.model(max_tokens=4).with_structured_output(Planet)

    with pytest.raises(OutputParserException):
        model.invoke(QUESTION)
