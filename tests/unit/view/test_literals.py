"""A value written as Python is the same value again, and acts on nothing."""

from __future__ import annotations

import ast
import enum
import math
import random
from typing import Any

import numpy as np
import pytest

from ocinb.errors import ParameterError
from ocinb.view.literals import as_arguments, as_call, as_literal
from tests.unit.rendering.test_markdown import ATTACKS, UNSAFE

TEXTS = (
    "",
    "it's",
    'she said "hi"',
    'it\'s "both" \'\'\'and\'\'\' """more"""',
    "back\\slash \\n \\",
    "line\nline\r\nline\x85line\u2028line\x0cline\n\n",
    "long line " * 20 + "\n" + "{lone } brace { and 'quotes'\"\n" * 5,
    "emoji \U0001f99c \u202e \ud800",
    "\x00\x1b[31m\t",
    *ATTACKS.values(),
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_back_whole(text: str):
    written = as_literal(text)
    assert ast.literal_eval(written) == text
    assert not UNSAFE.search(written)


@pytest.mark.parametrize("seed", range(20))
def test_any_text_comes_back_whole(seed: int):
    rng = random.Random(seed)  # noqa: S311 - a test needs the same texts each time
    for _ in range(50):
        text = "".join(rng.choices("\"'\\\n\r{}x \u2028\u00e9\U0001f99c", k=150))
        assert ast.literal_eval(as_literal(text)) == text


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 1, -1.5, 1e-300, [], {}, [[]], {"a": {"b": [1, "x\ny", None]}}),
        {"long": "x" * 100, "it's": ["y" * 50, {"z\n" * 60: 1}]},
    ],
)
def test_a_value_comes_back_with_its_types(value: Any):
    again = ast.literal_eval(as_literal(value))
    assert repr(again) == repr(value)


def test_a_long_value_stands_on_several_lines_and_a_short_one_on_one():
    assert as_literal({"a": 1, "b": [2]}) == '{"a": 1, "b": [2]}'
    assert as_literal({"a": "x" * 50, "b": "y" * 50}).count("\n") == 3


def test_numbers_that_json_does_not_have_can_be_evaluated():
    assert math.isnan(eval(as_literal(math.nan)))  # noqa: S307 - our own text
    assert eval(as_literal([-math.inf])) == [-math.inf]  # noqa: S307 - our own text


def test_what_python_has_no_literal_for_becomes_its_json():
    class Colour(str, enum.Enum):
        RED = "red"

    assert as_literal(np.array([[1, 2]])) == "[[1, 2]]"
    assert (
        as_literal({"x": np.float64(0.5), "c": Colour.RED}) == '{"x": 0.5, "c": "red"}'
    )


def test_what_cannot_be_sent_is_refused_in_one_line():
    with pytest.raises(ParameterError, match="a object cannot be written as Python"):
        as_literal({"x": object()})


def test_names_that_python_does_not_take_stand_in_a_dict():
    arguments = as_arguments({"seed": 1, "class": 2, "guided-json": {}})
    assert arguments == ["seed=1", '**{"class": 2, "guided-json": {}}']
    call = as_call("f", arguments)
    assert eval(call, {"f": lambda **given: given})["class"] == 2  # noqa: S307 - our own text


def test_a_comment_ends_with_its_line():
    assert as_call("f", ["1", "# two"]) == "f(\n    1,\n    # two\n)"
