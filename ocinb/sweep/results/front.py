"""Settings that no other one beats in two metrics at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocinb.sweep.results.measured import higher_is_better, measure
from ocinb.sweep.results.summary import summarised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pandas import DataFrame

    from ocinb.sweep.results.trials import Trials

__all__ = ["front_of", "undominated"]


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
    points = (
        [(-value if way else value) for value, way in zip(pair, ways, strict=True)]
        for pair in table[means].itertuples(index=False)
    )
    table = table.assign(on_front=undominated((a, b) for a, b in points))
    return table.sort_values(means[0], ascending=not ways[0], ignore_index=True)


def undominated(points: Iterable[tuple[float, float]]) -> list[bool]:
    """Tell of each point whether no other one is as low in both and lower in one."""
    known = list(points)
    on_front = [False] * len(known)
    lowest = float("inf")
    last: tuple[float, float] | None = None
    for place in sorted(range(len(known)), key=known.__getitem__):
        if known[place][1] < lowest or known[place] == last:
            on_front[place] = True
            lowest, last = known[place][1], known[place]
    return on_front
