"""Whether the arguments of a call fit, by each kind of schema there is."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field
from pydantic.v1 import BaseModel as OldModel

from ocinb.conversation.arguments import parsed, problem_with


@pytest.mark.parametrize(
    ("raw", "args"),
    [
        ("", {}),
        (" ", {}),
        ("{}", {}),
        ('{"a": [1]}', {"a": [1]}),
        ('{"a":"\n"}', {"a": "\n"}),
    ],
)
def test_a_whole_object_is_taken(raw: str, args: Any):
    assert parsed(raw) == (args, "")


@pytest.mark.parametrize(
    "raw", ["[1]", "null", '"x"', "3", '{"a": 1', "{a: 1}", "[" * 9999]
)
def test_anything_else_is_not(raw: str):
    args, problem = parsed(raw)
    assert args == {}
    assert problem.startswith("the arguments are no")


JSON = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": ["integer", "null"]},
        "exact": {"type": "boolean"},
        "near": {"type": "number"},
        "any": {},
    },
    "required": ["city"],
}


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ({"city": "Bern"}, ""),
        ({"city": "Bern", "days": 2, "exact": True, "near": 1, "any": [1]}, ""),
        ({"city": "Bern", "days": None}, ""),
        ({}, "city: missing"),
        ({"city": 3}, "city: must be string"),
        ({"city": "Bern", "days": 1.5}, "days: must be integer or null"),
        ({"city": "Bern", "near": True}, "near: must be number"),
        ({"city": "Bern", "exact": 1}, "exact: must be boolean"),
        (
            {"city": "Bern", "unit": "C"},
            "unknown argument unit (the tool takes city, days, exact, near, any)",
        ),
        ({"days": "x"}, "city: missing; days: must be integer or null"),
    ],
)
def test_a_json_schema_is_looked_at(args: Any, problem: str):
    assert problem_with(args, JSON) == problem


def test_a_json_schema_may_take_more():
    assert problem_with({"x": 1}, {"additionalProperties": True}) == ""
    assert (
        problem_with({"x": 1}, {}) == "unknown argument x (the tool takes no arguments)"
    )


class Trip(BaseModel):
    """A trip."""

    city: str
    days: int = Field(default=1, ge=1, alias="for")


class Open(BaseModel):
    """Takes anything."""

    model_config = ConfigDict(extra="allow")


def test_a_pydantic_class_is_asked():
    assert problem_with({"city": "Bern", "for": 2}, Trip) == ""
    assert problem_with({"city": "Bern", "for": 0}, Trip).startswith(
        "for: Input should"
    )
    assert problem_with({"city": "Bern", "to": 2}, Trip).startswith(
        "unknown argument to"
    )
    assert problem_with({"x": 1}, Open) == ""


class OldTrip(OldModel):
    """A trip, in pydantic's first form."""

    city: str


def test_a_class_of_the_first_pydantic_is_read_as_a_schema():
    assert problem_with({"city": "Bern"}, OldTrip) == ""
    assert problem_with({}, OldTrip) == "city: missing"


def test_what_a_model_made_up_stays_one_inert_line():
    problem = problem_with({"a\x1b[31m\nb": 1}, JSON)
    assert "\n" not in problem
    assert "\x1b" not in problem
