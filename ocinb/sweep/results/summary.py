"""What each setting, or each value of an axis, came to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ocinb.errors import ParameterError, one_line
from ocinb.sweep.metrics import cluster_interval, mean, percentile, sd
from ocinb.sweep.results.extra import pandas, whole
from ocinb.sweep.results.measured import measure, usual

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pandas import DataFrame

    from ocinb.sweep.results.measured import Measured
    from ocinb.sweep.results.trials import Trials

__all__ = ["Group", "groups_of", "summarised"]


@dataclass(frozen=True)
class Group:
    """Settings that have the same values of some axes.

    Attributes:
        values: column -> value of each such axis.
        settings: their numbers.
    """

    values: Mapping[str, Any]
    settings: tuple[int, ...]


def groups_of(trials: Trials, by: Sequence[str] | str | None) -> list[Group]:
    """Return the settings by their values of some axes, in the order of the space.

    Args:
        trials: of a sweep.
        by: axes, or their columns; None is every setting by itself.

    Raises:
        ParameterError: there is no such axis.
    """
    if by is None:
        columns = trials.axes
        return [
            Group(
                {"setting": each.number}
                | {column: whole(each.value(axis)) for axis, column in columns.items()},
                (each.number,),
            )
            for each in trials.settings
        ]
    axes = [_axis(trials, name) for name in ([by] if isinstance(by, str) else by)]
    found: dict[str, list[Any]] = {}
    for setting in trials.settings:
        values = {trials.axes[axis]: whole(setting.value(axis)) for axis in axes}
        named = json.dumps(values, sort_keys=True)
        found.setdefault(named, [values]).append(setting.number)
    return [Group(values, tuple(numbers)) for values, *numbers in found.values()]


def summarised(
    trials: Trials,
    by: Sequence[str] | str | None = None,
    metrics: Sequence[str] | str | None = None,
) -> DataFrame:
    """Return one row a group: counts, and what its metrics came to.

    Args:
        trials: of a sweep.
        by: axes; None is every setting by itself.
        metrics: names; None is what is usual.

    Raises:
        ParameterError: there is no such axis or metric.
    """
    pd = pandas()
    groups = groups_of(trials, by)
    names = [metrics] if isinstance(metrics, str) else metrics
    chosen = [
        measure(trials, name) for name in (usual(trials) if names is None else names)
    ]
    told: list[dict[str, Any]] = [
        dict(group.values) | counts
        for group, counts in zip(groups, _counts(trials, groups), strict=True)
    ]
    notes: list[list[str]] = [[] for _ in groups]
    for measured in chosen:
        for place, places in enumerate(_places(measured.settings, groups)):
            told[place] |= _figures(measured, places, notes[place])
    for row, noted in zip(told, notes, strict=True):
        row["note"] = "; ".join(dict.fromkeys(noted))
    return pd.DataFrame(told)


def _axis(trials: Trials, name: str) -> str:
    for axis, column in trials.axes.items():
        if name in {axis, column}:
            return axis
    msg = f"there is no axis {one_line(str(name), 60)}"
    listed = ", ".join(trials.axes) or "none: the space is a single setting"
    raise ParameterError(msg, hint=f"there are: {listed}")


def _places(settings: Any, groups: Sequence[Group]) -> Iterator[Any]:
    """Yield the places of each group in an array of numbers of settings."""
    import numpy as np  # noqa: PLC0415 - heavy, and only a summary needs it

    most = max((n for group in groups for n in group.settings), default=-1)
    group_of = np.zeros(most + 1, dtype=int)
    for number, group in enumerate(groups):
        group_of[list(group.settings)] = number
    codes = group_of[settings]
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(groups) + 1))
    for low, high in pairwise(ends):
        yield order[low:high]


def _counts(trials: Trials, groups: Sequence[Group]) -> Iterator[dict[str, int]]:
    frame, is_ok = trials.frame, trials.is_ok
    repeats = frame["repeat"].to_numpy()
    prompts = frame["prompt"].to_numpy()
    places_of = _places(frame["setting"].to_numpy(), groups)
    for group, places in zip(groups, places_of, strict=True):
        ok = int(is_ok[places].sum())
        yield {
            "planned": sum(trials.planned.get(number, 0) for number in group.settings),
            "n": ok,
            "failed": len(places) - ok,
            "prompts": _different(prompts[places]),
            "repeats": _different(repeats[places]),
        }


def _different(values: Any) -> int:
    import numpy as np  # noqa: PLC0415 - as above

    return int(np.unique(values).size)


def _figures(measured: Measured, places: Any, notes: list[str]) -> dict[str, Any]:
    values, prompts = measured.of(places)
    interval = cluster_interval(values, prompts, rate=measured.rate)
    if interval.note:
        notes.append(interval.note)
    figures = {
        "mean": mean(values),
        "sd": sd(values),
        "low": interval.low,
        "high": interval.high,
        "p50": percentile(values, 50),
        "p95": percentile(values, 95),
        "n": len(values),
    }
    return {f"{measured.name}_{figure}": value for figure, value in figures.items()}
