"""How far two settings are apart in one metric."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ocinb.sweep.metrics import cluster_difference_interval
from ocinb.sweep.metrics.student import t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ocinb.sweep.metrics import Interval
    from ocinb.sweep.results.measured import Measured

__all__ = ["LEVEL", "difference_of"]

LEVEL: Final = 0.95
"""How sure an interval, or several intervals together, are."""

_ROUNDING: Final = 1e-12
"""A difference that is so small beside the values is one of rounding."""


def difference_of(
    measured: Measured, a: int, b: int, *, comparisons: int = 1
) -> Interval:
    """Return the interval of the mean of `a` less that of `b`, paired by prompt.

    So that m intervals hold together with 95 %, each has to have the level 1 - 0.05 / m
    (Bonferroni; Dunn 1961). Tails that thin cannot be drawn, so that both arms of the
    interval are made longer instead, by the ratio of the two quantiles of Student's t
    with as many degrees of freedom as there are prompts, less one.

    Args:
        measured: a metric.
        a: number of a setting that has values.
        b: number of another one.
        comparisons: m, from 1.
    """
    first = measured.of(measured.settings == a)
    second = measured.of(measured.settings == b)
    found = cluster_difference_interval(
        *first, *second, level=LEVEL, rate=measured.rate
    )
    scale = max(abs(first[0]).max(), abs(second[0]).max())
    if max(abs(found.low), abs(found.high)) <= _ROUNDING * scale:
        return replace(found, low=0.0, high=0.0)
    centre = float(first[0].mean() - second[0].mean())
    longer = _longer(comparisons, min(map(_observations, (first, second))))
    low = centre - longer * (centre - found.low)
    high = centre + longer * (found.high - centre)
    if measured.rate:
        low, high = max(low, -1.0), min(high, 1.0)
    return replace(found, low=low, high=high)


def _observations(sample: tuple[NDArray[Any], NDArray[Any]]) -> int:
    """Return how many prompts there are, or how many answers to a single one."""
    prompts = len(set(sample[1].tolist()))
    return prompts if prompts > 1 else len(sample[0])


def _longer(comparisons: int, observations: int) -> float:
    freedom = max(observations - 1, 1)
    tail = (1 - LEVEL) / 2
    return t_quantile(tail / comparisons, freedom) / t_quantile(tail, freedom)
