"""The mean of a metric in each group of trials, and how sure it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ocinb.sweep.metrics import cluster_interval
from ocinb.sweep.plots.labels import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ocinb.sweep.plots.trials import Trials

__all__ = ["Summary", "split", "summaries"]


@dataclass(frozen=True)
class Summary:
    """One group.

    Attributes:
        mean: of the metric; NaN if no trial has a value.
        low: lower end of the 95 % interval, drawn by prompt; NaN if there is none.
        high: its upper end.
        n: trials with a value.
        note: what the interval is, where it is not the usual one.
    """

    mean: float
    low: float
    high: float
    n: int
    note: str

    @property
    def from_to(self) -> str:
        """The interval for a reader."""
        return f"{number(self.low)} to {number(self.high)}"


def summaries(
    trials: Trials, metric: str, codes: NDArray[Any], groups: int
) -> list[Summary]:
    """Return a summary for each group.

    Args:
        trials: what is drawn.
        metric: its name.
        codes: the group of each trial.
        groups: how many there are.
    """
    import numpy as np  # noqa: PLC0415 - heavy, and only a plot needs it

    values, prompts, rate = (
        trials.metric(metric),
        trials.prompts,
        trials.is_rate(metric),
    )
    found = []
    for places in split(codes, groups):
        here = places[np.isfinite(values[places])]
        if not len(here):
            found.append(Summary(math.nan, math.nan, math.nan, 0, ""))
            continue
        interval = cluster_interval(values[here], prompts[here], rate=rate)
        ends = (float(values[here].mean()), interval.low, interval.high)
        found.append(Summary(*ends, len(here), interval.note))
    return found


def split(codes: NDArray[Any], groups: int) -> Iterator[NDArray[Any]]:
    """Yield the places of each group's trials."""
    import numpy as np  # noqa: PLC0415 - as above

    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(groups + 1))
    for low, high in pairwise(ends):
        yield order[low:high]
