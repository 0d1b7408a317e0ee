"""Values of one parameter: all that a user may call a list, and one clear line else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ocinb.errors import ParameterError
from ocinb.sweep.space import grid, uniform


def values(**axes: Any):
    (name,) = axes
    return [dict(each.values)[name] for each in grid(**axes)]


@pytest.mark.parametrize(
    "given",
    [
        [0, 0.5, 1],
        (0, 0.5, 1),
        np.array([0, 0.5, 1]),
        np.linspace(0, 1, 3),
        pd.Series([0, 0.5, 1], index=["a", "b", "c"]),
        [np.float64(0), np.float64(0.5), np.int64(1)],
        (number / 2 for number in range(3)),
    ],
    ids=["list", "tuple", "array", "linspace", "Series", "scalars", "generator"],
)
def test_whatever_holds_values_is_a_list_of_them(given: Any):
    found = values(temperature=given)

    assert found == [0, 0.5, 1]
    assert {type(value) for value in found} == {float}


def test_a_range_gives_whole_numbers():
    assert values(max_tokens=range(1, 4)) == [1, 2, 3]


def test_none_stands_for_not_sent():
    assert values(temperature=[None, 1]) == [None, 1]


def test_a_value_that_stands_twice_is_merged_and_told():
    space = grid(temperature=[0, 0.0, np.float64(0), 1])

    assert len(space) == 2
    assert space.notes == ["temperature: 2 values that stood twice were merged"]


def test_keys_of_a_logit_bias_may_be_numbers():
    assert values(logit_bias=[{1: 5}, {"2": 1}]) == [{"1": 5.0}, {"2": 1.0}]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"temperature": 0.5}, "temperature must be a list of values (got 0.5): write"),
        ({"temperature": np.array(0.5)}, "temperature must be a list of values (got"),
        ({"temperature": "0.5"}, "temperature must be a list of values (got '0.5')"),
        ({"temperature": None}, "temperature must be a list of values (got None)"),
        ({"temperature": []}, "temperature has no values: nothing to sweep over"),
        ({"max_tokens": range(0)}, "max_tokens has no values"),
        ({"temperature": {}}, "temperature has no values"),
        ({"temperature": [0, "x"]}, "temperature must be a number in [0, 2] (got 'x')"),
        ({"temperature": [float("nan")]}, "temperature must be a number in [0, 2]"),
        ({"temperature": [True]}, "temperature must be a number in [0, 2] (got True)"),
        ({"temperature": {"a": {"b": 1}}}, "temperature must be a number in [0, 2]"),
        ({"temperature": uniform(0, 1)}, "which only sample(...) does"),
        (
            {"temprature": [0]},
            "unknown parameter temprature; did you mean temperature?",
        ),
        ({"n": [1, 2]}, "n is no axis: one request is one trial: use repeats="),
        ({"stream_options": [{}]}, "stream_options is no axis"),
        ({"model": [5]}, "model must be the name of a model"),
        ({"system": [b"x"]}, "system must be the system prompt"),
        ({"system": ["\ud800"]}, "system holds a value that JSON cannot hold"),
    ],
    ids=lambda given: str(given)[:40].encode("ascii", "ignore").decode(),
)
def test_what_is_no_axis_is_one_clear_line(given: Any, line: Any):
    with pytest.raises(ParameterError) as caught:
        grid(**given)

    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def labels(*names: Any):
    space = grid(system={name: f"Text {i}." for i, name in enumerate(names)})
    return [setting.labels["system"] for setting in space]


def test_a_short_name_is_what_tables_show_of_a_long_value():
    (setting, _) = grid(system={"terse": "One word.", "free": "Answer."})

    assert setting.shown == {"system": "terse"}
    assert setting.values == {"system": "One word."}  # noqa: PD011 - no table


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("\u00e9", "e\u0301"), ["\u00e9", "\u00e9 (2)"]),
        (("terse", "terse ", " terse"), ["terse", "terse (2)", "terse (3)"]),
        (("a", "a (2)", "a "), ["a", "a (2)", "a (3)"]),
        ((1, "1"), ["1", "1 (2)"]),
    ],
    ids=["NFC and NFD", "spaces", "numbered by hand", "number and text"],
)
def test_short_names_that_look_the_same_are_told_apart(names: Any, shown: Any):
    assert labels(*names) == shown


def test_short_names_that_are_cut_are_told_apart():
    first, second = labels("x" * 70, "x" * 71)

    assert first != second
