"""Text of users and models, made fit to stand in a chart.

Vega draws text on a canvas, where it is inert. But the title of a tooltip becomes part
of an expression and of HTML: there a quotation mark, a backslash or the names "image"
and "title" have a meaning, and here they lose it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MISSING", "finite", "label", "number", "table", "unique"]

LONGEST: Final = 40
"""Characters of a label."""

MISSING: Final = "(not set)"

_INERT: Final = str.maketrans({'"': "'", "\\": "/", "<": "(", ">": ")", "&": "+"})
_MEANT: Final = frozenset({"image", "title"})
"""Names that a tooltip would take as its picture and its heading."""


def label(value: Any, longest: int = LONGEST) -> str:
    """Return a value as a short line that means nothing but itself anywhere."""
    if value is None or type(value).__name__ == "NAType":  # pandas' own
        return MISSING
    if isinstance(value, float) and math.isnan(value):
        return MISSING
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.6g}"
    shown = one_line(str(value), longest).translate(_INERT)
    if not shown:
        return "(empty)"
    return f"{shown} " if shown in _MEANT else shown


def unique(labels: Iterable[str]) -> list[str]:
    """Return labels with a number behind each that was there before."""
    seen: dict[str, int] = {}
    found = []
    for each in labels:
        seen[each] = seen.get(each, 0) + 1
        found.append(each if seen[each] == 1 else f"{each} ({seen[each]})")
    return found


def finite(value: float) -> float | None:
    """Return a number that JSON can hold; None for NaN and infinities."""
    return value if math.isfinite(value) else None


def number(value: float) -> str:
    """Return a number of three digits for a reader; a dash for NaN."""
    return "-" if math.isnan(value) else f"{value:.3g}"


def table(rows: Iterable[Iterable[str]]) -> str:
    """Return rows of cells as lines of text, with columns below each other."""
    listed = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in listed
    )
    return "\n".join(line.rstrip() for line in lines)
