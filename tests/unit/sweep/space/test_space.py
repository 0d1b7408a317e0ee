"""Spaces: which settings there are, in which order, and what is refused."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from ocinb.errors import ParameterError
from ocinb.sweep.space import (
    choice,
    grid,
    integers,
    log_uniform,
    sample,
    uniform,
    zip_axes,
)


def points(space: Any):
    return [dict(setting.values) for setting in space]


def test_a_grid_has_each_combination_and_the_last_axis_runs_fastest():
    space = grid(temperature=[0, 1], top_p=[0.5, 0.9])

    assert points(space) == [
        {"temperature": 0, "top_p": 0.5},
        {"temperature": 0, "top_p": 0.9},
        {"temperature": 1, "top_p": 0.5},
        {"temperature": 1, "top_p": 0.9},
    ]
    assert [setting.number for setting in space] == [0, 1, 2, 3]


def test_a_list_of_dicts_is_the_union_of_their_grids():
    space = grid([{"temperature": [0]}, {"temperature": [0.7], "top_p": [0.8]}])

    assert points(space) == [{"temperature": 0}, {"temperature": 0.7, "top_p": 0.8}]
    assert space.axes == ["temperature", "top_p"]


def test_a_setting_of_two_grids_is_one():
    space = grid([{"temperature": [0, 1]}, {"temperature": [1, 2]}])

    assert points(space) == [{"temperature": 0}, {"temperature": 1}, {"temperature": 2}]
    assert space.notes == ["1 settings that stood twice were merged"]


def test_axes_may_be_zipped():
    space = zip_axes(temperature=[0, 1], top_p=[0.5, 0.9])

    assert points(space) == [
        {"temperature": 0, "top_p": 0.5},
        {"temperature": 1, "top_p": 0.9},
    ]


def test_spaces_are_added_and_multiplied():
    a, b = grid(temperature=[0]), grid(top_p=[0.5, 0.9])

    assert points(a + b) == [*points(a), *points(b)]
    assert points(a * b) == [
        {**one, **other} for one in points(a) for other in points(b)
    ]


def test_a_space_is_added_to_a_space_only():
    with pytest.raises(TypeError):
        grid(temperature=[0]) + 5


def test_the_same_seed_draws_the_same_settings():
    axes = {"temperature": uniform(0, 1.2), "min_p": [0, 0.05], "seed": integers(1, 9)}

    assert points(sample(axes, 20, seed=3)) == points(sample(axes, 20, seed=3))
    assert points(sample(axes, 20, seed=3)) != points(sample(axes, 20, seed=4))


def test_what_is_drawn_lies_within_its_bounds():
    axes = {
        "temperature": uniform(0.2, 1.2),
        "top_p": log_uniform(0.01, 1),
        "max_tokens": integers(5, 7),
        "min_p": choice([0, 0.1]),
    }

    drawn = points(sample(axes, 200))

    assert all(0.2 <= point["temperature"] <= 1.2 for point in drawn)
    assert all(0.01 <= point["top_p"] <= 1 for point in drawn)
    assert {point["max_tokens"] for point in drawn} == {5, 6, 7}
    assert {point["min_p"] for point in drawn} == {0, 0.1}


def test_lists_alone_are_drawn_without_replacement():
    space = sample({"temperature": [0, 1, 2], "top_p": [0.5, 0.9]}, 6)

    assert len(space) == 6
    assert not space.notes


def test_more_settings_than_there_are_is_told():
    space = sample({"temperature": [0, 1]}, 5)

    assert len(space) == 2
    assert space.notes == ["the grid has 2 settings, fewer than n=5: all taken"]


class Theirs:
    """What SciPy's distributions look like."""

    def rvs(self, *, random_state: Any):
        return Random(random_state).random()  # noqa: S311 - for a search


def test_a_distribution_of_scipy_may_be_an_axis():
    drawn = [p["temperature"] for p in points(sample({"temperature": Theirs()}, 5))]

    assert len(set(drawn)) == 5
    assert drawn == [
        p["temperature"] for p in points(sample({"temperature": Theirs()}, 5))
    ]


REFUSED = {
    "an empty grid": (grid, "the grid is empty: give at least one axis"),
    "an empty dict": (lambda: grid({}), "the grid is empty"),
    "an empty list": (lambda: grid([]), "the grid is empty"),
    "a number": (lambda: grid(5), "grid takes axes by name, or dicts of them (got 5)"),
    "a text": (lambda: grid("temperature"), "(got 'temperature')"),
    "an axis twice": (
        lambda: grid(temperature=[0]) * grid(temperature=[1]),
        "both spaces set temperature",
    ),
    "far too many": (
        lambda: grid(seed=range(1001), max_tokens=range(1, 1001)),
        "the space has 1,001,000 settings: at most 1,000,000 fit",
    ),
    "what does not go together": (
        lambda: grid(min_tokens=[5], max_tokens=[3]),
        "min_tokens must be in [0, max_tokens]",
    ),
    "unequal lengths": (
        lambda: zip_axes(temperature=[0, 1], top_p=[0.5]),
        "zip_axes needs axes of one length (temperature has 2, top_p has 1)",
    ),
    "nothing to zip": (zip_axes, "zip_axes needs axes of one length (got none)"),
    "a number to zip": (lambda: zip_axes(top_p=0.5), "top_p must be a list of values"),
    "a text to zip": (lambda: zip_axes(top_p="ab"), "top_p must be a list of values"),
    "a number among distributions": (
        lambda: sample({"temperature": uniform(0, 1), "top_p": 0.9}, 3),
        "top_p must be a list of values (got 0.9): write [0.9]",
    ),
    "no dict to sample": (
        lambda: sample(5, 3),
        "sample takes a dict of axis -> values",
    ),
    "nothing to sample": (lambda: sample({}, 3), "the grid is empty"),
    "no settings": (lambda: sample({"top_p": [1]}, 0), "n must be an integer >= 1"),
    "a seed that is none": (
        lambda: sample({"top_p": [1]}, 1, seed=[]),
        "seed must be an integer >= 0 (got [])",
    ),
    "bounds that are none": (lambda: uniform(1, 0), "low < high (got 1, 0)"),
    "bounds of text": (lambda: uniform("a", 1), "low < high (got 'a', 1)"),
    "a logarithm of nothing": (lambda: log_uniform(0, 1), "0 < low < high"),
    "halves as whole numbers": (lambda: integers(1.5, 3), "low must be an integer"),
    "a choice of nothing": (lambda: choice([]), "choice has no values"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_space_is_one_clear_line(name: Any):
    make, line = REFUSED[name]

    with pytest.raises(ParameterError) as caught:
        make()

    assert line in str(caught.value)
    assert "\n" not in str(caught.value)
