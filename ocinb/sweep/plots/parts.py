"""Pieces of Vega-Lite that several charts are made of.

Data has columns of our own names only (`x`, `y`, `value` ...): a name that a user gave
is a title and never a field, which would be read as a path.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from ocinb.sweep.metrics import METRICS
from ocinb.sweep.plots.labels import label
from ocinb.sweep.plots.looks import SCHEMA, colour_of, config, dash_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from ocinb.sweep.plots.trials import Levels

__all__ = [
    "across",
    "chart",
    "legend",
    "named_axes",
    "ordinal",
    "quantitative",
    "series",
    "tooltip",
    "with_unit",
    "word_ticks",
]


_LINE: Final = 90
"""Characters of a line below a title."""

_FITS: Final = 9
"""Characters of a label that stand beside the next one's."""


def chart(
    title: str, subtitle: str, rows: Sequence[Mapping[str, Any]], **parts: Any
) -> dict[str, Any]:
    """Return a whole specification.

    Args:
        title: what is shown.
        subtitle: how many trials, and what a reader has to know.
        rows: the data.
        parts: mark and encoding, or layers, and sizes.
    """
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "subtitle": wrap(subtitle, _LINE), "anchor": "start"},
        "data": {"values": list(rows)},
        "config": config(),
        **parts,
    }


def with_unit(metric: str) -> str:
    """Return a metric's name with its unit behind it, as an axis is labelled."""
    known = METRICS.get(metric)
    unit = "" if known is None else known.unit
    is_told = not unit or metric.endswith(f"_{unit}")
    return label(metric if is_told else f"{metric} ({unit})")


def ordinal(field: str, levels: Levels, **more: Any) -> dict[str, Any]:
    """Return the encoding of an axis by its labels, in their order."""
    return {
        "field": field,
        "type": "nominal",
        "title": levels.name,
        "sort": levels.labels,
        **more,
    }


def across(field: str, levels: Levels, **more: Any) -> dict[str, Any]:
    """Return the encoding of an axis that lies; long labels are turned."""
    is_long = max(map(len, levels.labels)) > _FITS
    axis = {"labelAngle": -40 if is_long else 0}
    return ordinal(field, levels, **{"axis": axis, **more})


def quantitative(field: str, title: str, **more: Any) -> dict[str, Any]:
    """Return the encoding of numbers."""
    scale = {"zero": False, **more.pop("scale", {})}
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": scale,
        **more,
    }


def series(field: str, levels: Levels) -> dict[str, Any]:
    """Return the encodings that tell lines apart: by colour and by dashes."""
    count = range(len(levels.labels))
    if len(count) == 1:
        return {"color": {"value": colour_of(0)}, "strokeDash": {"value": [1, 0]}}
    colours = {"domain": levels.labels, "range": [colour_of(n) for n in count]}
    dashes = {"domain": levels.labels, "range": [list(dash_of(n)) for n in count]}
    return {
        "color": ordinal(field, levels, scale=colours),
        "strokeDash": ordinal(field, levels, scale=dashes),
    }


def tooltip(**titles: str) -> list[dict[str, Any]]:
    """Return what is shown under the pointer: field -> title.

    Every field is a text that was written here, so that nothing has to be formatted.
    """
    return [
        {"field": field, "type": "nominal", "title": title}
        for field, title in titles.items()
    ]


def legend(axes: Axes, levels: Levels) -> None:
    """Say on a picture which line is which, if there are several."""
    if len(levels.labels) > 1:
        made = axes.legend(title=levels.name, fontsize=8)
        for text in (made.get_title(), *made.get_texts()):
            text.set_parse_math(False)


def word_ticks(axes: Axes, labels: Sequence[str]) -> None:
    """Put words below the places 0, 1, 2 ... of a picture; long ones are turned."""
    is_long = max(map(len, labels)) > _FITS
    turned: dict[str, Any] = {"rotation": 35, "ha": "right", "fontsize": 8}
    looks = turned if is_long else {}
    axes.set_xticks(range(len(labels)), labels, parse_math=False, **looks)


def named_axes(axes: Axes, title: str, subtitle: str, x: str, y: str) -> None:
    """Put titles on a picture; none of them is read as mathematics."""
    lines = wrap(subtitle, _LINE)
    pad = 8 + 10 * len(lines)
    axes.set_title(title, loc="left", fontsize=11, pad=pad, parse_math=False)
    below = axes.text(
        *(0, 1.015, "\n".join(lines)),
        transform=axes.transAxes,
        fontsize=7.5,
        color="#555555",
        parse_math=False,
    )
    below.set_in_layout(False)  # else a long line would make the chart small
    axes.set_xlabel(x, parse_math=False)
    axes.set_ylabel(y, parse_math=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
