"""The table of trials with the metrics that a chart wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.sweep.metrics.catalogue import METRICS
from ocinb.sweep.results.answers import answers_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandas import DataFrame

    from ocinb.sweep.results.trials import Trials

__all__ = ["frame_with"]


def frame_with(trials: Trials, names: Iterable[str]) -> DataFrame:
    """Return the trials with more columns.

    Args:
        trials: of a sweep.
        names: of metrics; a scorer's own name is the column of its scores. One that is
            not known is left to the chart to refuse.
    """
    import numpy as np  # noqa: PLC0415 - heavy, and only a chart needs it

    frame = trials.frame.copy(deep=False)
    for name in names:
        metric = METRICS.get(name)
        if name in frame:
            continue
        if name in trials.scores:
            frame[name] = frame[trials.scores[name]]
        elif metric is not None:
            places, values = answers_of(trials, metric)
            column: Any = np.full(len(frame), np.nan)
            column[places] = values
            frame[name] = column
    return frame
