"""Settings that no other one beats in two metrics at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.sweep.metrics.front import pareto_front
from ocinb.sweep.results.measured import higher_is_better, measure
from ocinb.sweep.results.summary import summarised

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas import DataFrame

    from ocinb.sweep.results.trials import Trials

__all__ = ["front_of"]


def front_of(
    trials: Trials, x: str, y: str, higher: Mapping[str, bool] | None = None
) -> DataFrame:
    """Return the summary of both metrics with a column `on_front`, best x first.

    A setting is on the front if none is at least as good in both means and better in
    one (Pareto). It is about means: look at the intervals before a small step along the
    front is taken for one. A setting without a value of both is left out.

    Args:
        trials: of a sweep.
        x: a metric.
        y: another one.
        higher: see `higher_is_better`.

    Raises:
        ParameterError: there is no such metric, or nobody knows which way is better.
    """
    names = [measure(trials, name).name for name in (x, y)]
    ways = [higher_is_better(trials, name, higher=higher) for name in (x, y)]
    table = summarised(trials, None, names)
    means = [f"{name}_mean" for name in names]
    table = table.dropna(subset=means)
    points = list(table[means].itertuples(index=False, name=None))
    better: Any = tuple("higher" if way else "lower" for way in ways)
    front = set(pareto_front(points, better))
    table = table.assign(on_front=[place in front for place in range(len(points))])
    return table.sort_values(means[0], ascending=not ways[0], ignore_index=True)
