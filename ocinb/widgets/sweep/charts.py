"""The section with charts, which the front end draws by itself without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ipywidgets import Output, VBox

from ocinb.errors import ParameterError
from ocinb.sweep.plots import VEGA_LITE
from ocinb.sweep.plots.looks import EMBEDDED
from ocinb.widgets.lean import lean
from ocinb.widgets.sweep.choice import NOTHING, Choice
from ocinb.widgets.sweep.section import Section, row
from ocinb.widgets.sweep.standing import metrics_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipywidgets import Widget

    from ocinb.sweep.plots import Plot
    from ocinb.sweep.results import SweepResult

__all__ = ["Charts"]

KINDS: Final = (
    ("line with intervals", "line"),
    ("heat map of two axes", "heatmap"),
    ("box per setting", "box"),
    ("cumulative share", "ecdf"),
    ("metric against metric", "pareto"),
)


class Charts(Section):
    """Draws a metric over an axis, or in one of the other ways."""

    def make(self) -> Sequence[Widget]:
        """Return the widgets of the section, from top to bottom."""
        self._kind = Choice("Chart", self.refresh, KINDS)
        self._metric = Choice("Metric", self.refresh)
        self._x = Choice("Over", self.refresh)
        self._by = Choice("And by", self.refresh)
        self._other = Choice("Against", self.refresh)
        self._place = lean(VBox, children=(), _dom_classes=("ocinb-chart",))
        self._drawn: tuple[dict[str, Any], ...] = ()
        self._choices = row()
        self._made += [self._kind, self._metric, self._x, self._by, self._other]
        return self._choices, self._place

    def draw(self, result: SweepResult) -> None:
        """Draw the chart; runs in another thread."""
        self._offer(result)
        try:
            self._show((_output_of(self._plot(result)),))
        except ParameterError:
            self._show(())
            raise

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        if self._made[1:]:
            self._show(())
        super().close()

    def _show(self, outputs: tuple[dict[str, Any], ...]) -> None:
        """Put a chart in the place of the one before, with a widget of its own.

        JupyterLab draws a chart that takes over the place of another one on the remains
        of that, and fails.
        """
        if outputs == self._drawn:
            return
        self._drawn = outputs
        old = self._place.children
        self._place.children = (lean(Output, outputs=outputs),) if outputs else ()
        for each in old:
            each.close()

    def _offer(self, result: SweepResult) -> None:
        metrics = metrics_of(result)
        axes = [(axis, column) for axis, column in result.trials.axes.items()]
        first = metrics[0][1] if result.trials.scores else "e2e_s"
        self._metric.offer(metrics, first)
        self._other.offer(metrics, "output_tokens_per_s")
        self._x.offer(axes)
        more = [*NOTHING, *(each for each in axes if each[1] != self._x.value)]
        self._by.offer(more, more[-1][1])
        used = {
            "line": (self._metric, self._x, self._by),
            "heatmap": (self._metric, self._x, self._by),
            "pareto": (self._metric, self._other),
        }.get(self._kind.value, (self._metric,))
        shown = tuple(each.widget for each in (self._kind, *used))
        if self._choices.children != shown:
            self._choices.children = shown

    def _plot(self, result: SweepResult) -> Plot:
        plots, metric = result.plot, self._metric.value
        if self._kind.value == "box":
            return plots.box(metric)
        if self._kind.value == "ecdf":
            return plots.ecdf(metric)
        if self._kind.value == "pareto":
            return plots.pareto(metric, self._other.value)
        if not self._x.value:
            msg = "there is no axis to draw over: the sweep has one setting"
            raise ParameterError(msg)
        if self._kind.value == "line":
            return plots.line(self._x.value, metric, self._by.value or None)
        if not self._by.value:
            msg = "a heat map needs two axes"
            raise ParameterError(msg, hint="choose a line")
        return plots.heatmap(self._x.value, self._by.value, metric)


def _output_of(plot: Plot) -> dict[str, Any]:
    """Return a chart as an output of a cell, without its picture: that would travel too."""
    return {
        "output_type": "display_data",
        "data": {VEGA_LITE: plot.spec, "text/plain": plot.text},
        "metadata": {VEGA_LITE: EMBEDDED},
    }
