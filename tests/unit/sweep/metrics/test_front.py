"""Which points no other one beats in everything."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ocinb.sweep.metrics import pareto_front

if TYPE_CHECKING:
    from ocinb.sweep.metrics import Better

FAST_AND_GOOD: tuple[Better, Better] = ("lower", "higher")


def test_the_front_is_what_no_other_point_beats_in_both():
    points = [(1.0, 0.5), (2.0, 0.9), (3.0, 0.8), (1.5, 0.5), (0.9, 0.1)]
    assert pareto_front(points, FAST_AND_GOOD) == [4, 0, 1]
    assert pareto_front(points, ("higher", "higher")) == [1, 2]


def test_equal_points_are_on_the_front_together():
    assert pareto_front([(1, 1), (1, 1), (1, 0)], FAST_AND_GOOD) == [0, 1]


def test_a_point_without_a_value_is_never_on_the_front():
    assert pareto_front([(math.nan, 9), (0, math.inf), (1, 1)], FAST_AND_GOOD) == [2]
    assert pareto_front([], FAST_AND_GOOD) == []


WAYS: list[Better] = ["higher", "lower"]


@pytest.mark.parametrize("ways", [*product(WAYS, WAYS)])
def test_the_front_is_that_of_the_definition(ways: tuple[Better, Better]):
    values = np.random.default_rng(1).integers(6, size=(40, 2))
    points = [(float(x), float(y)) for x, y in values]
    signs = [1 if way == "higher" else -1 for way in ways]

    def beats(a: tuple[float, float], b: tuple[float, float]) -> bool:
        gains = [s * (p - q) for s, p, q in zip(signs, a, b, strict=True)]
        return min(gains) >= 0 and max(gains) > 0

    by_definition = {
        n for n, b in enumerate(points) if not any(beats(a, b) for a in points)
    }
    assert set(pareto_front(points, ways)) == by_definition
