"""How sure a mean is: intervals that draw whole prompts, and percentiles.

The answers to one prompt are alike, so a thousand answers to ten prompts are nearer to
ten observations than to a thousand. Each interval here therefore treats a prompt's
answers as one cluster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ParameterError
from ocinb.sweep.metrics.clusters import Table, clean, finite, table_of
from ocinb.sweep.metrics.student import normal_quantile, t_quantile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike

__all__ = [
    "Interval",
    "cluster_difference_interval",
    "cluster_interval",
    "mean",
    "percentile",
    "sd",
]

FEW: Final = 8
"""Clusters below which draws cannot be wide enough, so Student's t stands in."""

MANY_DRAWS: Final = 20_000_000
"""Resamples x clusters above which a normal interval stands in: it is the same then."""

SAME: Final = 1e-12
"""A standard error that is only the rounding of equal means."""

_TWO: Final = 2


@dataclass(frozen=True)
class Interval:
    """Where a value is likely to lie.

    Attributes:
        low: its lower end; NaN if nothing can be said.
        high: its upper end; NaN if nothing can be said.
        note: one line, where the interval is not what one would expect; else empty.
    """

    low: float
    high: float
    note: str = ""

    def holds(self, value: float) -> bool:
        """Tell whether a value lies in the interval; one of NaN holds every value."""
        return not (value < self.low or value > self.high)


def cluster_interval(
    values: ArrayLike,
    clusters: Iterable[Any],
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    rate: bool = False,
) -> Interval:
    """Return the interval of a mean, where values come in clusters.

    A percentile bootstrap (Efron 1979; Efron & Tibshirani 1993, ch. 13) that draws
    whole clusters with replacement (Cameron, Gelbach & Miller 2008, the "pairs cluster
    bootstrap"). Its percentiles are moved out by the factor that makes it right for
    normal data: Phi(-sqrt(G / (G - 1)) * t) instead of (1 - level) / 2, with G clusters
    (Hesterberg 2015, 5.3.2, the "expanded percentile interval").

    With fewer than 8 clusters, resampling is too narrow whatever the percentile, and
    the interval is mean +- t * SE with G - 1 degrees of freedom and the cluster-robust
    standard error (Cameron, Gelbach & Miller 2008); the note says so. Where
    resamples x clusters exceed 20,000,000 it is the same with the normal quantile.

    Args:
        values: numbers; None, NaN and infinities are no values and are left out.
        clusters: the cluster of each value (its prompt), a number or a text. If all
            are one, the values themselves are drawn, and the note says so.
        level: how often such intervals hold the true mean, above 0 and below 1.
        resamples: how often clusters are drawn, from 100.
        seed: of the draws; the same seed gives the same interval.
        rate: the values are 0 or 1. Where all are equal, nothing can be learned from
            draws, and the exact interval of Clopper & Pearson (1934) stands in, with
            each cluster as one observation. Ends never leave 0 to 1.

    Raises:
        ParameterError: `level` or `resamples` is out of range.
        ValueError: there are more values than clusters, or fewer.
    """
    _check(level, resamples)
    numbers, names = clean(values, clusters)
    if numbers.size < _TWO:
        return Interval(math.nan, math.nan, _too_few(numbers.size))
    table, note = table_of((numbers, names)), ""
    if table.size == 1:
        note = f"1 prompt: its {numbers.size} answers were drawn, not prompts"
        table = table_of((numbers, range(numbers.size)))
    if numbers.min() == numbers.max():
        flat = float(numbers[0])
        return _without_spread(flat, table.size, level, note, rate=rate)
    return _around(table, level, resamples, seed, note, floor=0.0 if rate else None)


def cluster_difference_interval(
    values_a: ArrayLike,
    clusters_a: Iterable[Any],
    values_b: ArrayLike,
    clusters_b: Iterable[Any],
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    rate: bool = False,
) -> Interval:
    """Return the interval of mean(a) - mean(b), paired by cluster.

    A cluster that both have (a prompt that both settings answered) is drawn for both
    at once, so that what makes a prompt hard cancels out (the paired comparison of
    Miller 2024, "Adding Error Bars to Evals"; the bootstrap is `cluster_interval`'s).
    Clusters of one alone are drawn among themselves.

    Args:
        values_a: as in `cluster_interval`.
        clusters_a: the cluster of each of `values_a`.
        values_b: as in `cluster_interval`.
        clusters_b: the cluster of each of `values_b`.
        level: as in `cluster_interval`.
        resamples: as in `cluster_interval`.
        seed: as in `cluster_interval`.
        rate: the values are 0 or 1; where every cluster has the same difference d the
            lower end is 2 * ((1 - level) / 2) ** (1 / G) - 1 for d = 1: the exact bound
            of Clopper & Pearson on how often a cluster is won.

    Raises:
        ParameterError: `level` or `resamples` is out of range.
        ValueError: there are more values than clusters, or fewer.
    """
    _check(level, resamples)
    first, second = clean(values_a, clusters_a), clean(values_b, clusters_b)
    fewest = min(first[0].size, second[0].size)
    if fewest < _TWO:
        return Interval(math.nan, math.nan, _too_few(fewest))
    table, note = table_of(first, second), ""
    if table.size == 1:
        note = "1 prompt: its answers were drawn, not prompts"
        size = first[0].size
        apart = range(size, size + second[0].size)
        table = table_of((first[0], range(size)), (second[0], apart))
    if all(each.min() == each.max() for each, _ in (first, second)):
        flat = table.estimate
        return _difference_without_spread(flat, table.size, level, note, rate=rate)
    return _around(table, level, resamples, seed, note, floor=-1.0 if rate else None)


def mean(values: ArrayLike) -> float:
    """Return the arithmetic mean of the finite values; NaN if there are none.

    Args:
        values: numbers; None, NaN and infinities are no values and are left out.
    """
    numbers = finite(values)
    return float(numbers.mean()) if numbers.size else math.nan


def sd(values: ArrayLike) -> float:
    """Return the standard deviation of a sample: the root of sum((x - mean)^2) / (n - 1).

    NaN if there are fewer than two finite values.

    Args:
        values: numbers; None, NaN and infinities are no values and are left out.
    """
    numbers = finite(values)
    return float(numbers.std(ddof=1)) if numbers.size >= _TWO else math.nan


def percentile(values: ArrayLike, q: float) -> float:
    """Return a percentile of the finite values; NaN if there are none.

    Linear between the two nearest values (definition 7 of Hyndman & Fan 1996, NumPy's
    own default): position (n - 1) * q / 100 in the sorted values, from 0.

    Args:
        values: numbers; None, NaN and infinities are no values and are left out.
        q: 0 to 100.

    Raises:
        ParameterError: `q` is out of range.
    """
    import numpy as np  # noqa: PLC0415 - heavy, and only a summary needs it

    if not 0 <= q <= 100:  # noqa: PLR2004 - a percentile
        msg = f"q must be 0 to 100 (got {q!r})"
        raise ParameterError(msg)
    numbers = finite(values)
    return float(np.percentile(numbers, q)) if numbers.size else math.nan


def _around(
    table: Table,
    level: float,
    resamples: int,
    seed: int,
    note: str,
    *,
    floor: float | None,
) -> Interval:
    """Return the interval of a table's estimate, by the method that fits its size."""
    import numpy as np  # noqa: PLC0415 - as above

    below, freedom = (1 - level) / 2, table.size - 1
    centre, error = table.estimate, table.standard_error
    if error < SAME * max(1.0, abs(centre)):
        return Interval(centre, centre, _joined(note, "the same for every prompt"))
    if table.size < FEW:
        notes = _joined(note, _few(table.size, drawn=not note))
        ends = _by_student(centre, error, -t_quantile(below, freedom))
        return _clipped(*ends, notes, floor)
    if table.size * resamples > MANY_DRAWS:
        ends = _by_student(centre, error, -normal_quantile(below))
        return _clipped(*ends, note, floor)
    out = math.sqrt(table.size / freedom) * t_quantile(below, freedom)
    share = 100 * 0.5 * math.erfc(-out / math.sqrt(2))
    low, high = np.percentile(table.drawn(resamples, seed), [share, 100 - share])
    return _clipped(float(low), float(high), note, floor)


def _by_student(centre: float, error: float, factor: float) -> tuple[float, float]:
    return centre - factor * error, centre + factor * error


def _clipped(low: float, high: float, note: str, floor: float | None) -> Interval:
    if floor is None:
        return Interval(low, high, note)
    return Interval(max(low, floor), min(high, 1.0), note)


def _without_spread(
    flat: float, size: int, level: float, note: str, *, rate: bool
) -> Interval:
    bound = ((1 - level) / 2) ** (1 / size)
    if rate and flat == 1:
        return Interval(bound, 1.0, _joined(note, "all are 1: an exact interval"))
    if rate and flat == 0:
        return Interval(0.0, 1 - bound, _joined(note, "all are 0: an exact interval"))
    return Interval(flat, flat, _joined(note, "all values are equal"))


def _difference_without_spread(
    flat: float, size: int, level: float, note: str, *, rate: bool
) -> Interval:
    if not rate or flat == 0:
        return Interval(flat, flat, _joined(note, "all values of each are equal"))
    bound = 2 * ((1 - level) / 2) ** (1 / size) - 1
    note = _joined(note, "each is all 0 or all 1: an exact interval")
    return Interval(bound, 1.0, note) if flat > 0 else Interval(-1.0, -bound, note)


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _few(size: int, *, drawn: bool) -> str:
    what = "prompts" if drawn else "answers"
    return f"only {size} {what}: by Student's t, not by draws"


def _too_few(size: int) -> str:
    return "a single value: no interval" if size else "no values: no interval"


def _check(level: float, resamples: int) -> None:
    if not 0 < level < 1:
        msg = f"level must be above 0 and below 1 (got {level!r})"
        raise ParameterError(msg)
    if resamples < 100:  # noqa: PLR2004 - documented
        msg = f"resamples must be from 100 (got {resamples!r})"
        raise ParameterError(msg)
