"""A heat map: two axes, and the mean of a metric as the colour of each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.sweep.plots.labels import finite, label, number, table
from ocinb.sweep.plots.looks import viridis
from ocinb.sweep.plots.parts import (
    across,
    chart,
    named_axes,
    ordinal,
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

__all__ = ["heatmap"]

MOST: Final = 50
"""Values of an axis that can be told apart."""

_WRITTEN: Final = 12
"""Values of an axis up to which each cell's number is written in it."""

_DARK: Final = 0.45
"""Share of the scale up to which viridis is so dark that white is read on it."""

_BLACK: Final = "#000000"
_WHITE: Final = "#ffffff"


def heatmap(trials: Trials, x: str, y: str, metric: str) -> Plot:
    """Return a heat map.

    Args:
        trials: what is drawn.
        x: the axis from left to right.
        y: the axis from bottom to top.
        metric: whose mean is the colour.

    Raises:
        ParameterError: a name is unknown, or an axis has more than 50 values.
    """
    hint = "draw a line over one axis, or fewer values"
    lying, up = (trials.axis(name).at_most(MOST, hint) for name in (x, y))
    size = len(lying.labels)
    codes = up.codes * size + lying.codes
    cells = summaries(trials, metric, codes, size * len(up.labels))
    holes = "" if all(cell.n for cell in cells) else "an empty cell has no trials"
    return Plot.of(_HeatMap(lying, up, cells, metric, trials.note(holes)))


@dataclass(frozen=True)
class _HeatMap:
    """What is drawn: cells from left to right, then from bottom to top."""

    across: Levels
    up: Levels
    cells: list[Summary]
    metric: str
    subtitle: str

    @property
    def title(self) -> str:
        return f"Mean {with_unit(self.metric)}"

    @property
    def columns(self) -> int:
        return len(self.across.labels)

    @property
    def is_written(self) -> bool:
        return max(self.columns, len(self.up.labels)) <= _WRITTEN

    def inks(self) -> list[str]:
        """Return the colour in which each cell's number can be read."""
        means = [cell.mean for cell in self.cells if cell.n]
        low = min(means)
        span = (max(means) - low) or 1.0
        shares = [(cell.mean - low) / span for cell in self.cells]
        return [_BLACK if share > _DARK else _WHITE for share in shares]

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "x": self.across.labels[place % self.columns],
                "y": self.up.labels[place // self.columns],
                "value": finite(cell.mean),
                "shown": number(cell.mean),
                "from_to": cell.from_to,
                "n": f"{cell.n:,}",
                "ink": ink,
            }
            for place, (cell, ink) in enumerate(
                zip(self.cells, self.inks(), strict=True)
            )
            if cell.n
        ]

    def spec(self) -> dict[str, Any]:
        names = {"x": self.across.name, "y": self.up.name, "shown": label(self.metric)}
        where: dict[str, Any] = {
            "x": across("x", self.across),
            "y": ordinal("y", self.up, sort=self.up.labels[::-1]),
            "tooltip": tooltip(**names, from_to="95 %", n="trials"),
        }
        colour = {
            "field": "value",
            "type": "quantitative",
            "title": None,
            "scale": {"range": viridis(), "zero": False},
        }
        layers = [{"mark": {"type": "rect"}, "encoding": {**where, "color": colour}}]
        if self.is_written:
            written = {**where, "text": {"field": "shown", "type": "nominal"}}
            layers += [_numbers(ink, written) for ink in (_BLACK, _WHITE)]
        else:
            where["x"]["axis"] = {"labelAngle": -90}
        step = {"width": {"step": 60}, "height": {"step": 34}}
        small = {"width": {"step": 16}, "height": {"step": 16}}
        sizes = step if self.is_written else small
        return chart(self.title, self.subtitle, self.rows(), layer=layers, **sizes)

    def text(self) -> str:
        lines = [[f"{self.up.name} / {self.across.name}", *self.across.labels]]
        for place, name in enumerate(self.up.labels):
            row = self.cells[place * self.columns : (place + 1) * self.columns]
            lines.append([name, *(number(cell.mean) for cell in row)])
        return f"{self.title} - {self.subtitle}\n{table(lines)}"

    def draw(self, axes: Axes) -> None:
        import numpy as np  # noqa: PLC0415 - heavy, and only a picture needs it
        from matplotlib.colors import (  # noqa: PLC0415 - an extra
            LinearSegmentedColormap,
        )

        means = [cell.mean for cell in self.cells]
        shades = LinearSegmentedColormap.from_list("five", viridis())
        grid = np.array(means).reshape(-1, self.columns)
        image = axes.imshow(grid, shades, aspect="auto", origin="lower")
        axes.figure.colorbar(image, ax=axes)
        word_ticks(axes, self.across.labels)
        axes.set_yticks(range(len(self.up.labels)), self.up.labels, parse_math=False)
        named_axes(axes, self.title, self.subtitle, self.across.name, self.up.name)
        if not self.is_written:
            axes.tick_params(axis="x", rotation=90)
            axes.tick_params(labelsize=6)
            return
        middle: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9}
        for place, (cell, ink) in enumerate(zip(self.cells, self.inks(), strict=True)):
            if cell.n:
                at = (place % self.columns, place // self.columns)
                axes.text(*at, number(cell.mean), color=ink, **middle)


def _numbers(ink: str, encoding: dict[str, Any]) -> dict[str, Any]:
    """Return the layer of those numbers that are read best in one colour."""
    chosen = [{"filter": {"field": "ink", "equal": ink}}]
    mark = {"type": "text", "color": ink}
    return {"transform": chosen, "mark": mark, "encoding": encoding}
