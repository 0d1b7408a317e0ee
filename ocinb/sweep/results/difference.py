"""How far two settings are apart in one metric."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ocinb.sweep.metrics import cluster_difference_interval

if TYPE_CHECKING:
    from ocinb.sweep.metrics import Interval
    from ocinb.sweep.results.measured import Measured

__all__ = ["LEVEL", "difference_of"]

LEVEL: Final = 0.95
"""How sure an interval, or several intervals together, are."""

_DRAWS: Final = 400
"""Draws for each comparison: the tail of each holds ten of them at the least."""

_DRAWN: Final = 20
"""With more comparisons than this, the tails are too thin to be drawn."""

_NO_DRAWS: Final = 10**9
"""So many are not drawn: the normal interval stands in (see `cluster_interval`)."""

_ROUNDING: Final = 1e-12
"""A difference that is so small beside the values is one of rounding."""


def difference_of(
    measured: Measured, a: int, b: int, *, comparisons: int = 1
) -> Interval:
    """Return the interval of the mean of `a` less that of `b`, paired by prompt.

    Args:
        measured: a metric.
        a: number of a setting that has values.
        b: number of another one.
        comparisons: how many intervals are to hold together with 95 %: each then has
            the level 1 - 0.05 / m (Bonferroni; Dunn 1961).
    """
    first = measured.of(measured.settings == a)
    second = measured.of(measured.settings == b)
    draws = max(2000, _DRAWS * comparisons) if comparisons <= _DRAWN else _NO_DRAWS
    found = cluster_difference_interval(
        *first,
        *second,
        level=1 - (1 - LEVEL) / comparisons,
        resamples=draws,
        rate=measured.rate,
    )
    scale = max(abs(first[0]).max(), abs(second[0]).max())
    if max(abs(found.low), abs(found.high)) <= _ROUNDING * scale:
        return replace(found, low=0.0, high=0.0)
    return found
