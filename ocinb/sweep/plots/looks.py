"""Colours and sizes that read on light and on dark, for every kind of colour vision."""

from __future__ import annotations

from typing import Any, Final

__all__ = [
    "COLOURS",
    "DASHES",
    "EMBEDDED",
    "GREY",
    "HEIGHT",
    "SCHEMA",
    "WIDTH",
    "colour_of",
    "config",
    "dash_of",
    "viridis",
]

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
"""Names the grammar; nothing is fetched from there."""

COLOURS: Final = ("#3182bd", "#d55e00", "#009e73", "#c46da0", "#8c7a2e", "#7f7f7f")
"""Series, after Okabe & Ito's palette; each has 3 : 1 against white and against #333."""

DASHES: Final = ((1, 0), (6, 2), (2, 2), (8, 2, 2, 2))
"""A second sign, for who cannot tell the colours apart."""

GREY: Final = COLOURS[-1]

WIDTH: Final = 420
HEIGHT: Final = 280

EMBEDDED: Final = {
    "embed_options": {
        "actions": {"export": True, "source": False, "compiled": False, "editor": False}
    }
}
"""For JupyterLab: no menu entry that sends the data to an editor on the web."""

_VIRIDIS: Final = ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725")


def colour_of(place: int) -> str:
    """Return the colour of a series by its place."""
    return COLOURS[place % len(COLOURS)]


def dash_of(place: int) -> tuple[int, ...]:
    """Return the lengths of a series' strokes and gaps by its place."""
    return DASHES[place % len(DASHES)]


def config() -> dict[str, Any]:
    """Return what every chart has in common.

    No colour of text, axis or background: JupyterLab picks those by its theme.
    """
    return {
        "view": {"continuousWidth": WIDTH, "continuousHeight": HEIGHT},
        "axis": {"gridOpacity": 0.4, "labelLimit": 200},
        "legend": {"symbolOpacity": 1, "labelLimit": 300},
    }


def viridis() -> list[str]:
    """Return five colours of the viridis map, from dark to light."""
    return list(_VIRIDIS)
