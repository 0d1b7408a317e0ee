"""A line over one axis, with the interval of each mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.sweep.plots.labels import finite, label, number, table
from ocinb.sweep.plots.looks import COLOURS, colour_of, dash_of
from ocinb.sweep.plots.parts import (
    across,
    chart,
    legend,
    named_axes,
    ordinal,
    quantitative,
    series,
    tooltip,
    with_unit,
    word_ticks,
)
from ocinb.sweep.plots.plot import Plot
from ocinb.sweep.plots.summaries import summaries

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ocinb.sweep.plots.summaries import Summary
    from ocinb.sweep.plots.trials import Levels, Trials

__all__ = ["line"]

MOST: Final = 500
"""Points of a line."""


def line(trials: Trials, x: str, metric: str, by: str | None = None) -> Plot:
    """Return a line of means with their 95 % intervals, which are drawn by prompt.

    Args:
        trials: what is drawn.
        x: the axis from left to right; numbers stand on a scale.
        metric: whose mean is drawn.
        by: an axis, a line for each value of it; None for one line.

    Raises:
        ParameterError: a name is unknown, or there are too many values.
    """
    lying = trials.axis(x).at_most(MOST, "round the values, or draw a box")
    kinds = trials.settings([] if by is None else [by])
    kinds.at_most(len(COLOURS), "draw a heat map over both axes")
    size = len(lying.labels)
    codes = kinds.codes * size + lying.codes
    points = summaries(trials, metric, codes, size * len(kinds.labels))
    notes = sorted({point.note for point in points if point.note})
    subtitle = trials.note("95 % interval by prompt", *notes[:1])
    return Plot.of(_Line(lying, kinds, points, metric, subtitle))


@dataclass(frozen=True)
class _Line:
    """What is drawn: points from left to right, a line after the other."""

    across: Levels
    kinds: Levels
    points: list[Summary]
    metric: str
    subtitle: str

    @property
    def title(self) -> str:
        return f"Mean {with_unit(self.metric)} by {self.across.name}"

    @property
    def places(self) -> list[Any]:
        """Where the values of the axis stand."""
        if self.across.are_numbers:
            return [float(value) for value in self.across.values]
        return list(range(len(self.across.labels)))

    def rows(self) -> list[dict[str, Any]]:
        size = len(self.across.labels)
        xs = self.places if self.across.are_numbers else self.across.labels
        return [
            {
                "x": xs[place % size],
                "at": self.across.labels[place % size],
                "line": self.kinds.labels[place // size],
                "value": finite(point.mean),
                "low": finite(point.low),
                "high": finite(point.high),
                "shown": number(point.mean),
                "from_to": point.from_to,
                "n": f"{point.n:,}",
            }
            for place, point in enumerate(self.points)
            if point.n
        ]

    def spec(self) -> dict[str, Any]:
        is_scale = self.across.are_numbers
        x = (
            quantitative("x", self.across.name)
            if is_scale
            else across("x", self.across)
        )
        y = quantitative("value", with_unit(self.metric))
        looks = series("line", self.kinds)
        shared = {"x": x, "color": looks["color"]}
        if not is_scale and len(self.kinds.labels) > 1:
            shared["xOffset"] = ordinal("line", self.kinds)
        names = {"at": self.across.name, "shown": label(self.metric)}
        if len(self.kinds.labels) > 1:
            names = {"line": self.kinds.name, **names}
        tips = tooltip(**names, from_to="95 %", n="trials")
        ends = {**shared, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
        band = {"type": "area", "opacity": 0.2}
        rule = {"type": "rule", "opacity": 0.5, "strokeWidth": 3}
        dots = {"type": "point", "filled": True, "size": 50, "opacity": 1}
        layers = [
            {"mark": band if is_scale else rule, "encoding": ends},
            {"mark": dots, "encoding": {**shared, "y": y, "tooltip": tips}},
        ]
        if is_scale:  # between words there is nothing
            line_ = {"x": x, "y": y, **looks}
            layers.insert(1, {"mark": {"type": "line"}, "encoding": line_})
        sizes = (
            {} if is_scale else {"width": {"step": 30 + 14 * len(self.kinds.labels)}}
        )
        return chart(self.title, self.subtitle, self.rows(), layer=layers, **sizes)

    def text(self) -> str:
        size = len(self.across.labels)
        several = len(self.kinds.labels) > 1
        head = [self.across.name, "mean", "95 % low", "95 % high", "trials"]
        lines = [[self.kinds.name, *head] if several else head]
        for place, point in enumerate(self.points):
            numbers = [number(point.mean), number(point.low), number(point.high)]
            row = [self.across.labels[place % size], *numbers, f"{point.n:,}"]
            kind = self.kinds.labels[place // size]
            lines.append([kind, *row] if several else row)
        return f"{self.title} - {self.subtitle}\n{table(lines)}"

    def draw(self, axes: Axes) -> None:
        size = len(self.across.labels)
        for kind in range(len(self.kinds.labels)):
            self._draw_one(axes, kind, self.points[kind * size : (kind + 1) * size])
        if not self.across.are_numbers:
            word_ticks(axes, self.across.labels)
        legend(axes, self.kinds)
        unit = with_unit(self.metric)
        named_axes(axes, self.title, self.subtitle, self.across.name, unit)

    def _draw_one(self, axes: Axes, kind: int, points: list[Summary]) -> None:
        colour = colour_of(kind)
        shown = [(x, p) for x, p in zip(self.places, points, strict=True) if p.n]
        beside = (
            0.0 if self.across.are_numbers else _beside(kind, len(self.kinds.labels))
        )
        xs, means = [x + beside for x, _ in shown], [p.mean for _, p in shown]
        lows, highs = [p.low for _, p in shown], [p.high for _, p in shown]
        style = (0, dash_of(kind)) if self.across.are_numbers else ""
        if self.across.are_numbers:
            axes.fill_between(xs, lows, highs, color=colour, alpha=0.2, linewidth=0)
        else:
            axes.vlines(xs, lows, highs, color=colour, linewidth=3, alpha=0.5)
        name = self.kinds.labels[kind]
        axes.plot(xs, means, marker="o", color=colour, linestyle=style, label=name)


def _beside(kind: int, kinds: int) -> float:
    """Return how far a point stands beside its place, so that none hides another."""
    return 0.12 * (kind - (kinds - 1) / 2)
