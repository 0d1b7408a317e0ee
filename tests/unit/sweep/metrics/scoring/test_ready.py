"""Scorers that are ready to use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ocinb.sweep.metrics.scoring import (
    Scorers,
    contains,
    exact_match,
    json_valid,
    tool_calls_unknown,
    tool_calls_valid,
)
from ocinb.sweep.values import Score
from tests.unit.sweep.metrics.rows import PROMPT, row


async def one(scorer: Any, text: str = "", prompt: Any = PROMPT, **facts: Any) -> Score:
    (score,) = await Scorers([scorer]).score(row(text, **facts), prompt)
    return score


async def test_valid_json_is_one_and_the_rest_nought_with_a_reason():
    schema = {"type": "object", "required": ["a"]}
    assert (await one(json_valid(schema), '{"a": 1}')).value == 1
    wrong = await one(json_valid(schema), "{}")
    assert wrong.value == 0
    assert wrong.text == "'a' is a required property"
    assert json_valid(name="strict").name == "strict"


async def test_an_exact_match_leaves_white_space_aside_and_no_more():
    assert (await one(exact_match(), " Bern\n")).value == 1
    assert (await one(exact_match(), "bern")).value == 0
    assert (await one(exact_match(str.lower), "BERN")).value == 1


async def test_a_reference_that_is_no_text_is_compared_as_one():
    seven = replace(PROMPT, reference=7)
    assert (await one(exact_match(), "7", seven)).value == 1
    assert (await one(contains(), "it is 7.", seven)).value == 1


async def test_contains_looks_for_the_reference_or_a_text():
    assert (await one(contains(), "It is Bern.")).value == 1
    assert (await one(contains("It"), "it is Bern.")).value == 0
    assert (await one(contains("It", ignore_case=True), "it is")).value == 1


@pytest.mark.parametrize("scorer", [exact_match(), contains()])
async def test_without_a_reference_there_is_no_score(scorer: Any):
    found = await one(scorer, "Bern", replace(PROMPT, reference=None))
    assert found.value is None
    assert found.error.endswith("the prompt has no reference to compare with")


def weather(city: str) -> str:
    """Tell the weather."""
    return city


CALLS = [
    {"name": "weather", "args": {"city": "Bern"}, "id": "1"},
    {"name": "weather", "args": {"town": "Bern"}, "id": "2"},
    {"name": "forecast", "args": {}, "id": "3"},
    {"name": "weather", "args": "{", "id": "4", "error": "the arguments are not JSON"},
]


async def test_tool_calls_are_scored_by_how_many_could_run():
    found = await one(tool_calls_valid([weather]), tool_calls=CALLS)
    assert found.value == 1 / 4
    assert "there is no tool forecast" in found.text
    assert "the arguments are not JSON" in found.text
    unknown = await one(tool_calls_unknown([weather]), tool_calls=CALLS)
    assert unknown.value == 1 / 4


async def test_an_answer_without_calls_has_no_score_for_them():
    for scorer in (tool_calls_valid([weather]), tool_calls_unknown([weather])):
        assert await one(scorer, "Sunny.") == Score(b"k" * 16, scorer.name)


def test_what_is_a_rate_is_known():
    assert json_valid().rate
    assert exact_match().rate
    assert contains().rate
    assert not tool_calls_valid([weather]).rate
