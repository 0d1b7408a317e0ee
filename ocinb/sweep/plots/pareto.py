"""Two metrics against each other, a point for each setting, and the best of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ParameterError
from ocinb.sweep.metrics import METRICS, pareto_front
from ocinb.sweep.plots.labels import finite, label, number, table
from ocinb.sweep.plots.looks import COLOURS, GREY
from ocinb.sweep.plots.parts import chart, named_axes, quantitative, tooltip, with_unit
from ocinb.sweep.plots.plot import Plot
from ocinb.sweep.plots.summaries import summaries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from ocinb.sweep.metrics import Better
    from ocinb.sweep.plots.summaries import Summary
    from ocinb.sweep.plots.trials import Levels, Trials

__all__ = ["pareto"]

MOST: Final = 2000
"""Points that are drawn."""

_NAMED: Final = 8
"""Points of the front that have their name beside them."""

_FRONT: Final = "on the front"
_BEHIND: Final = "beaten"


def pareto(
    trials: Trials,
    x: str,
    y: str,
    by: str | Sequence[str] | None = None,
    *,
    x_better: Better | None = None,
    y_better: Better | None = None,
) -> Plot:
    """Return the means of two metrics for each setting, with the Pareto front marked.

    On the front is what no other setting beats in both (`pareto_front`). Bars are 95 %
    intervals by prompt: where they overlap, the next sweep may have another front.

    Args:
        trials: what is drawn.
        x: a metric.
        y: another.
        by: the axes that tell settings apart; None for all that have two values.
        x_better: which way `x` is better; None as `METRICS` has it, else higher.
        y_better: the same of `y`.

    Raises:
        ParameterError: a name is unknown, no setting has both metrics, or there are
            more than 2,000 settings.
    """
    settings = trials.settings(by).at_most(MOST, "name fewer axes: by=[...]")
    groups = len(settings.labels)
    xs = summaries(trials, x, settings.codes, groups)
    ys = summaries(trials, y, settings.codes, groups)
    ways = (x_better or _better(x), y_better or _better(y))
    points = [(a.mean, b.mean) for a, b in zip(xs, ys, strict=True)]
    front = pareto_front(points, ways)
    if not front:
        msg = f"no setting has both {label(x)} and {label(y)}"
        raise ParameterError(msg)
    note = f"better: {ways[0]} {label(x)}, {ways[1]} {label(y)}; bars: 95 % by prompt"
    return Plot.of(_Scatter(settings, xs, ys, front, (x, y), trials.note(note)))


def _better(metric: str) -> Better:
    known = METRICS.get(metric)
    return (known.better if known is not None else None) or "higher"


@dataclass(frozen=True)
class _Scatter:
    """What is drawn: a summary of each metric for each setting."""

    settings: Levels
    xs: list[Summary]
    ys: list[Summary]
    front: list[int]
    metrics: tuple[str, str]
    subtitle: str

    @property
    def title(self) -> str:
        x, y = map(label, self.metrics)
        return f"{y} against {x}"

    @property
    def drawn(self) -> list[int]:
        """Settings that have both values."""
        pairs = zip(self.xs, self.ys, strict=True)
        return [place for place, (x, y) in enumerate(pairs) if x.n and y.n]

    def rows(self) -> list[dict[str, Any]]:
        front = set(self.front)
        named = self.front if len(self.front) <= _NAMED else []
        return [
            {
                "name": self.settings.labels[place],
                "x": finite(self.xs[place].mean),
                "x_low": finite(self.xs[place].low),
                "x_high": finite(self.xs[place].high),
                "y": finite(self.ys[place].mean),
                "y_low": finite(self.ys[place].low),
                "y_high": finite(self.ys[place].high),
                "x_shown": f"{number(self.xs[place].mean)} ({self.xs[place].from_to})",
                "y_shown": f"{number(self.ys[place].mean)} ({self.ys[place].from_to})",
                "kind": _FRONT if place in front else _BEHIND,
                "order": self.front.index(place) if place in front else None,
                "written": self.settings.short[place],
                "turn": named.index(place) % 2 if place in named else None,
                "n": f"{self.xs[place].n:,}",
            }
            for place in self.drawn
        ]

    def spec(self) -> dict[str, Any]:
        x_name, y_name = map(with_unit, self.metrics)
        x, y = quantitative("x", x_name), quantitative("y", y_name)
        kinds = {"domain": [_FRONT, _BEHIND], "range": [COLOURS[1], GREY]}
        colour = {"field": "kind", "type": "nominal", "title": None, "scale": kinds}
        shapes = {"domain": [_FRONT, _BEHIND], "range": ["diamond", "circle"]}
        shape = {**colour, "scale": shapes}
        names = {"name": self.settings.name, "x_shown": label(self.metrics[0])}
        tips = tooltip(**names, y_shown=label(self.metrics[1]), n="trials")
        rule = {"type": "rule", "opacity": 0.45}
        along = {"x": {**x, "field": "x_low"}, "x2": {"field": "x_high"}, "y": y}
        up = {"y": {**y, "field": "y_low"}, "y2": {"field": "y_high"}, "x": x}
        dots = {"type": "point", "filled": True, "size": 90, "opacity": 1}
        looks = {"color": colour, "shape": shape, "tooltip": tips}
        order = {"field": "order", "type": "quantitative"}
        path = {"x": x, "y": y, "order": order}
        on_front = [{"filter": {"field": "kind", "equal": _FRONT}}]
        dashed = {"type": "line", "color": COLOURS[1], "strokeDash": [4, 3]}
        layers = [
            {"mark": rule, "encoding": {**along, "color": colour}},
            {"mark": rule, "encoding": {**up, "color": colour}},
            {"transform": on_front, "mark": dashed, "encoding": path},
            {"mark": dots, "encoding": {"x": x, "y": y, **looks}},
            *_words(0, {"x": x, "y": y}),
            *_words(1, {"x": x, "y": y}),
        ]
        return chart(self.title, self.subtitle, self.rows(), layer=layers)

    def text(self) -> str:
        lines = [[self.settings.name, *map(label, self.metrics), ""]]
        behind = [place for place in self.drawn if place not in set(self.front)]
        for place in [*self.front, *behind]:
            told = (self.xs[place].mean, self.ys[place].mean)
            kind = _FRONT if place in self.front else ""
            lines.append([self.settings.labels[place], *map(number, told), kind])
        return f"{self.title} - {self.subtitle}\n{table(lines)}"

    def draw(self, axes: Axes) -> None:
        front = set(self.front)
        for place in self.drawn:
            x, y = self.xs[place], self.ys[place]
            is_front = place in front
            axes.errorbar(
                *([x.mean], [y.mean]),
                xerr=_reach(x),
                yerr=_reach(y),
                fmt="D" if is_front else "o",
                color=COLOURS[1] if is_front else GREY,
                ecolor=(0.5, 0.5, 0.5, 0.45),
                markersize=6,
            )
        at = [(self.xs[place].mean, self.ys[place].mean) for place in self.front]
        axes.plot(*zip(*at, strict=True), linestyle="--", color=COLOURS[1], linewidth=1)
        if len(self.front) <= _NAMED:
            for turn, (place, where) in enumerate(zip(self.front, at, strict=True)):
                axes.annotate(
                    self.settings.short[place],
                    where,
                    xytext=(7, -12 if turn % 2 else 6),
                    textcoords="offset points",
                    fontsize=8,
                    parse_math=False,
                )
        named_axes(axes, self.title, self.subtitle, *map(with_unit, self.metrics))


def _words(turn: int, at: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the layers of every other name: above its point, or below.

    Black letters on white ones that are wider: they can be read on every background.
    """
    there = [{"filter": {"field": "turn", "equal": turn}}]
    text = {**at, "text": {"field": "written", "type": "nominal"}}
    place = {"type": "text", "align": "left", "dx": 8, "dy": 12 if turn else -8}
    around = {"color": "#ffffff", "stroke": "#ffffff", "strokeWidth": 3}
    for look in (around, {"color": "#000000"}):
        yield {"transform": there, "mark": {**place, **look}, "encoding": text}


def _reach(summary: Summary) -> list[list[float]] | None:
    if math.isnan(summary.low):
        return None
    return [
        [max(0.0, summary.mean - summary.low)],
        [max(0.0, summary.high - summary.mean)],
    ]
