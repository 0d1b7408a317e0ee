"""A box for each setting: the middle half of a metric's values, and what lies far out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.sweep.plots.labels import label, number, table
from ocinb.sweep.plots.looks import COLOURS, GREY
from ocinb.sweep.plots.parts import (
    chart,
    named_axes,
    ordinal,
    quantitative,
    tooltip,
    with_unit,
)
from ocinb.sweep.plots.plot import Plot
from ocinb.sweep.plots.summaries import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ocinb.sweep.plots.trials import Levels, Trials

__all__ = ["box"]

MOST: Final = 40
"""Boxes that can be told apart."""

OUTLIERS: Final = 2000
"""Points far out that are drawn, of all boxes together."""

_REACH: Final = 1.5


def box(trials: Trials, metric: str, by: str | Sequence[str] | None = None) -> Plot:
    """Return a box for each setting.

    A box is the middle half of the values with the median in it; its whiskers end at
    the last value within 1.5 times its length; what lies further out is a point (Tukey
    1977). Percentiles as in `ocinb.sweep.metrics.percentile`.

    Args:
        trials: what is drawn.
        metric: whose values are drawn.
        by: the axes that tell settings apart; None for all that have two values.

    Raises:
        ParameterError: a name is unknown, or there are more than 40 settings.
    """
    settings = trials.settings(by).at_most(MOST, "name fewer axes: by=[...]")
    values = trials.metric(metric)
    places_of = split(settings.codes, len(settings.labels))
    boxes = [_box(values[places]) for places in places_of]
    far = sum(len(each.outliers) for each in boxes if each)
    step = -(-far // OUTLIERS) or 1
    note = f"1 in {step} of {far:,} points far out is drawn" if step > 1 else ""
    return Plot.of(_Boxes(settings, boxes, metric, trials.note(note), step))


@dataclass(frozen=True)
class _Box:
    """Five numbers and what lies beyond, sorted."""

    low: float
    q1: float
    median: float
    q3: float
    high: float
    outliers: list[float]
    n: int


def _box(values: NDArray[Any]) -> _Box | None:
    """Return the box of some values; None if there are none."""
    import numpy as np  # noqa: PLC0415 - heavy, and only a plot needs it

    known = np.sort(values[np.isfinite(values)])
    if not known.size:
        return None
    q1, median, q3 = map(float, np.percentile(known, [25, 50, 75]))
    reach = _REACH * (q3 - q1)
    is_near = (known >= q1 - reach) & (known <= q3 + reach)
    near = known[is_near]
    ends = (float(near[0]), q1, median, q3, float(near[-1]))
    return _Box(*ends, known[~is_near].tolist(), known.size)


@dataclass(frozen=True)
class _Boxes:
    """What is drawn: a box for each setting, None where there are no values."""

    settings: Levels
    boxes: list[_Box | None]
    metric: str
    subtitle: str
    step: int

    @property
    def title(self) -> str:
        return f"{with_unit(self.metric)} by {self.settings.name}"

    @property
    def drawn(self) -> list[tuple[str, _Box]]:
        pairs = zip(self.settings.labels, self.boxes, strict=True)
        return [(name, each) for name, each in pairs if each]

    def rows(self) -> list[dict[str, Any]]:
        boxes = [
            {
                "y": name,
                "low": each.low,
                "q1": each.q1,
                "median": each.median,
                "q3": each.q3,
                "high": each.high,
                "half": f"{number(each.q1)} to {number(each.q3)}",
                "shown": number(each.median),
                "n": f"{each.n:,}",
            }
            for name, each in self.drawn
        ]
        far = [(name, x) for name, each in self.drawn for x in each.outliers]
        return boxes + [{"y": name, "far": x} for name, x in far[:: self.step]]

    def spec(self) -> dict[str, Any]:
        y = ordinal("y", self.settings, title=None, axis={"labelLimit": 320})
        unit = with_unit(self.metric)
        names = {"y": self.settings.name, "shown": "median", "half": "middle half"}
        tips = tooltip(**names, n="trials")

        def span(field: str, to: str) -> dict[str, Any]:
            x = quantitative(field, unit)
            return {"y": y, "x": x, "x2": {"field": to}, "tooltip": tips}

        bar = {"type": "bar", "height": {"band": 0.6}, "color": COLOURS[0]}
        tick = {"type": "tick", "thickness": 3, "color": COLOURS[1]}
        middle = {"y": y, "x": quantitative("median", unit), "tooltip": tips}
        points = {"type": "point", "size": 14, "color": GREY}
        far = {"y": y, "x": quantitative("far", unit)}
        layers = [
            {"mark": {"type": "rule", "color": GREY}, "encoding": span("low", "high")},
            {"mark": {**bar, "opacity": 0.7}, "encoding": span("q1", "q3")},
            {"mark": tick, "encoding": middle},
            {"mark": points, "encoding": far},
        ]
        step = {"height": {"step": 26}}
        return chart(self.title, self.subtitle, self.rows(), layer=layers, **step)

    def text(self) -> str:
        lines = [
            [self.settings.name, "low", "25 %", "median", "75 %", "high", "trials"]
        ]
        for name, each in self.drawn:
            five = (each.low, each.q1, each.median, each.q3, each.high)
            lines.append([name, *map(number, five), f"{each.n:,}"])
        return f"{self.title} - {self.subtitle}\n{table(lines)}"

    def draw(self, axes: Axes) -> None:
        drawn = [
            {
                "label": label(name),
                "whislo": each.low,
                "q1": each.q1,
                "med": each.median,
                "q3": each.q3,
                "whishi": each.high,
                "fliers": each.outliers[:: self.step],
            }
            for name, each in reversed(self.drawn)
        ]
        axes.bxp(
            drawn,
            orientation="horizontal",
            patch_artist=True,
            boxprops={"facecolor": COLOURS[0], "alpha": 0.7, "linewidth": 0},
            medianprops={"color": COLOURS[1], "linewidth": 2.5},
            flierprops={"marker": ".", "markersize": 3, "markeredgecolor": GREY},
        )
        names = [name for name, _ in reversed(self.drawn)]
        axes.set_yticks(range(1, len(names) + 1), names, parse_math=False, fontsize=8)
        named_axes(axes, self.title, self.subtitle, with_unit(self.metric), "")
