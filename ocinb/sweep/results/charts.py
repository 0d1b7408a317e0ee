"""The table that charts are drawn from: trials, with what is measured only for a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.sweep.metrics import METRICS
from ocinb.sweep.plots import Plots
from ocinb.sweep.results.answers import answers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

    from ocinb.sweep.results.trials import Trials

__all__ = ["frame_with", "plots_of"]


def plots_of(trials: Trials) -> Plots:
    """Return the charts of some trials.

    Args:
        trials: of a sweep.
    """
    return Plots(
        lambda metrics: frame_with(trials, metrics), list(trials.axes.values())
    )


def frame_with(trials: Trials, metrics: Sequence[str]) -> DataFrame:
    """Return the trials with a column for each metric.

    A metric of all repeats of one (setting, prompt) stands in each row of them.

    Args:
        trials: of a sweep.
        metrics: their names; those that are no metric are left to whoever asked.
    """
    frame = trials.frame.copy(deep=False)
    for name in metrics:
        if name in METRICS and name not in frame:
            frame[name] = _column(trials, name)
    return frame


def _column(trials: Trials, name: str) -> Any:
    import numpy as np  # noqa: PLC0415 - heavy, and only a chart needs it

    values = np.full(len(trials.frame), np.nan)
    places, found = answers_of(trials, METRICS[name])
    values[places] = found
    if METRICS[name].kind == "row":
        return values
    groups = trials.frame[["setting", "prompt"]].assign(value=values)
    return groups.groupby(["setting", "prompt"])["value"].transform("first").to_numpy()
