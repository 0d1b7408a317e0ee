"""The charts of a sweep's result: `result.plot.heatmap(...)` and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ocinb.sweep.plots import box, ecdf, heatmap, line, pareto
from ocinb.sweep.plots.trials import Trials

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from ocinb.sweep.metrics import Better
    from ocinb.sweep.plots.plot import Plot

__all__ = ["Plots"]

Source: TypeAlias = "pd.DataFrame | Callable[[Sequence[str]], pd.DataFrame]"


class Plots:
    """Draws what a table of trials holds.

    Args:
        source: a DataFrame with a row for each trial (axes, `prompt`, `status`,
            metrics), or a function that returns one that has the metrics it is given:
            so that what is costly is only measured where it is drawn. A metric of
            kind `group` stands in each row of its group.
        axes: the columns that make up a setting; none for all that are left of
            `prompt`.
    """

    def __init__(self, source: Source, axes: Sequence[str] = ()) -> None:
        self._source = source
        self._axes = tuple(axes)

    def heatmap(self, x: str, y: str, metric: str) -> Plot:
        """Return two axes, and the mean of a metric as the colour of each cell."""
        return heatmap.heatmap(self._trials(metric), x, y, metric)

    def line(self, x: str, metric: str, by: str | None = None) -> Plot:
        """Return the mean of a metric over an axis, with 95 % intervals by prompt.

        Args:
            x: the axis.
            metric: whose mean is drawn.
            by: an axis, a line for each value of it.
        """
        return line.line(self._trials(metric), x, metric, by)

    def box(self, metric: str, by: str | Sequence[str] | None = None) -> Plot:
        """Return the spread of a metric for each setting.

        Args:
            metric: whose values are drawn.
            by: the axes that tell settings apart; None for all that have two values.
        """
        return box.box(self._trials(metric), metric, by)

    def ecdf(self, metric: str, by: str | Sequence[str] | None = None) -> Plot:
        """Return which share of answers is at most at each value, for each setting.

        Args:
            metric: such as `ttft_s` or `itl_mean_s`.
            by: the axes that tell settings apart; None for all that have two values.
        """
        return ecdf.ecdf(self._trials(metric), metric, by)

    def pareto(
        self,
        x: str,
        y: str,
        by: str | Sequence[str] | None = None,
        *,
        x_better: Better | None = None,
        y_better: Better | None = None,
    ) -> Plot:
        """Return two metrics against each other, with the Pareto front marked.

        Args:
            x: a metric.
            y: another.
            by: the axes that tell settings apart; None for all that have two values.
            x_better: which way `x` is better; None as `METRICS` has it, else higher.
            y_better: the same of `y`.
        """
        trials = self._trials(x, y)
        ways: dict[str, Any] = {"x_better": x_better, "y_better": y_better}
        return pareto.pareto(trials, x, y, by, **ways)

    def _trials(self, *metrics: str) -> Trials:
        source = self._source
        frame = source(metrics) if callable(source) else source
        return Trials(frame, self._axes)
