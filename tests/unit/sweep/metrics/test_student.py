"""Quantiles, against the tables that books print."""

from __future__ import annotations

import pytest

from ocinb.sweep.metrics.student import normal_quantile, t_quantile


@pytest.mark.parametrize(
    ("probability", "freedom", "printed"),
    [
        (0.975, 1, 12.706),
        (0.975, 2, 4.303),
        (0.975, 3, 3.182),
        (0.975, 4, 2.776),
        (0.975, 7, 2.365),
        (0.95, 9, 1.833),
        (0.995, 8, 3.355),
        (0.975, 30, 2.042),
        (0.975, 120, 1.980),
    ],
)
def test_quantiles_are_those_of_the_printed_tables(
    probability: float, freedom: int, printed: float
):
    assert t_quantile(probability, freedom) == pytest.approx(printed, abs=6e-4)
    assert t_quantile(1 - probability, freedom) == pytest.approx(-printed, abs=6e-4)


def test_half_lies_below_the_middle():
    assert t_quantile(0.5, 3) == 0
    assert normal_quantile(0.5) == 0


def test_many_degrees_of_freedom_are_the_normal_distribution():
    assert t_quantile(0.975, 300) == pytest.approx(t_quantile(0.975, 301), rel=5e-3)
    assert t_quantile(0.975, 10**6) == normal_quantile(0.975)
    assert normal_quantile(0.975) == pytest.approx(1.959964)
