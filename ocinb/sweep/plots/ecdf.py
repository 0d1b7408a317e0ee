"""Which share of answers took at most so long: a curve for each setting."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.sweep.plots.labels import label, number, table
from ocinb.sweep.plots.looks import COLOURS, colour_of, dash_of
from ocinb.sweep.plots.parts import (
    chart,
    legend,
    named_axes,
    quantitative,
    series,
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

__all__ = ["ecdf"]

STEPS: Final = 300
"""Steps of one curve; of more values an even selection is drawn."""

_TOLD: Final = (50, 90, 95, 99)


def ecdf(trials: Trials, metric: str, by: str | Sequence[str] | None = None) -> Plot:
    """Return an empirical distribution function for each setting.

    F(x) = values up to x / all values, a step at each value; where it is at 0.95 is the
    95th percentile. Failed trials are left out and counted in the subtitle.

    Args:
        trials: what is drawn.
        metric: whose values are drawn, such as `ttft_s` or `itl_mean_s`.
        by: the axes that tell settings apart; None for all that have two values.

    Raises:
        ParameterError: a name is unknown, or there are more than 6 settings.
    """
    settings = trials.settings(by).at_most(len(COLOURS), "name fewer axes: by=[...]")
    values = trials.metric(metric)
    places_of = split(settings.codes, len(settings.labels))
    known = [_sorted(values[places]) for places in places_of]
    is_thin = any(each.size > STEPS for each in known)
    note = f"each curve in {STEPS} steps" if is_thin else ""
    return Plot.of(_Curves(settings, known, metric, trials.note(note)))


def _sorted(values: NDArray[Any]) -> NDArray[Any]:
    import numpy as np  # noqa: PLC0415 - heavy, and only a plot needs it

    found: NDArray[Any] = np.sort(values[np.isfinite(values)])
    return found


@dataclass(frozen=True)
class _Curves:
    """What is drawn: the sorted values of each setting."""

    settings: Levels
    known: list[NDArray[Any]]
    metric: str
    subtitle: str

    @property
    def title(self) -> str:
        return f"Share of answers up to {with_unit(self.metric)}"

    def steps(self) -> list[list[tuple[float, float]]]:
        """Return the corners of each curve: value, share; it starts at 0."""
        return [_steps(values) for values in self.known]

    def spec(self) -> dict[str, Any]:
        rows = [
            {"line": name, "x": x, "y": share, "shown": number(x), "at": f"{share:.1%}"}
            for name, steps in zip(self.settings.labels, self.steps(), strict=True)
            for x, share in steps
        ]
        names = {"line": self.settings.name, "shown": label(self.metric)}
        encoding = {
            "x": quantitative("x", with_unit(self.metric)),
            "y": quantitative("y", "share of answers", axis={"format": ".0%"}),
            **series("line", self.settings),
            "tooltip": tooltip(**names, at="share"),
        }
        mark = {"type": "line", "interpolate": "step-after"}
        return chart(self.title, self.subtitle, rows, mark=mark, encoding=encoding)

    def text(self) -> str:
        import numpy as np  # noqa: PLC0415 - as above

        lines = [[self.settings.name, *(f"p{q}" for q in _TOLD), "trials"]]
        for name, values in zip(self.settings.labels, self.known, strict=True):
            told = (
                np.percentile(values, _TOLD).tolist() if values.size else [math.nan] * 4
            )
            lines.append([name, *map(number, told), f"{values.size:,}"])
        return f"{self.title} - {self.subtitle}\n{table(lines)}"

    def draw(self, axes: Axes) -> None:
        from matplotlib.ticker import PercentFormatter  # noqa: PLC0415 - an extra

        for place, steps in enumerate(self.steps()):
            axes.step(
                [x for x, _ in steps],
                [share for _, share in steps],
                where="post",
                color=colour_of(place),
                linestyle=(0, dash_of(place)),
                label=self.settings.labels[place],
            )
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        legend(axes, self.settings)
        unit = with_unit(self.metric)
        named_axes(axes, self.title, self.subtitle, unit, "share of answers")


def _steps(values: NDArray[Any]) -> list[tuple[float, float]]:
    if not values.size:
        return []
    import numpy as np  # noqa: PLC0415 - as above

    chosen = np.unique(
        np.linspace(0, values.size - 1, min(values.size, STEPS)).round().astype(int)
    )
    corners = [
        (float(values[place]), float((place + 1) / values.size)) for place in chosen
    ]
    return [(corners[0][0], 0.0), *corners]
