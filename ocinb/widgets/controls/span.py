"""How far a slider reaches, and where it stands for a value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ocinb.sampling import Parameter

__all__ = ["Span", "span_of"]

_BY_BOX_ALONE: Final = frozenset({"seed", "n", "best_of"})
"""A seed is no quantity, and one answer alone is shown."""


@dataclass(frozen=True)
class Span:
    """The numbers that a slider offers.

    Attributes:
        low: the smallest.
        high: the largest.
        step: between two of them.
    """

    low: float
    high: float
    step: float

    def place(self, value: Any) -> float:
        """Return where the slider stands for a value: at an end for one outside."""
        if not isinstance(value, (int, float)) or math.isnan(value):
            return self.low
        return max(self.low, min(self.high, value))

    def value(self, place: float) -> float | None:
        """Return the value of a place, without the noise of the steps' sums.

        None is no value: the place is no number.
        """
        if not math.isfinite(place):
            return None
        digits = max(0, math.ceil(-math.log10(self.step)) + 1)
        return round(self.place(place), digits)


def span_of(parameter: Parameter) -> Span | None:
    """Return what the slider of a parameter offers; None if it has no slider."""
    if parameter.kind not in {"float", "int"} or parameter.name in _BY_BOX_ALONE:
        return None
    step = parameter.step or 0
    bounds = parameter.slider or (
        parameter.low if parameter.soft_low is None else parameter.soft_low,
        parameter.high if parameter.soft_high is None else parameter.soft_high,
    )
    low, high = bounds
    if low is None or high is None or step <= 0 or low >= high:
        return None
    return Span(
        low + step if parameter.low_open and not parameter.slider else low, high, step
    )
