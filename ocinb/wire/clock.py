"""How far two clocks may be apart, and how long ago something was, in words."""

from __future__ import annotations

from typing import Final

__all__ = ["CLOCK_SKEW_S", "ago"]

CLOCK_SKEW_S: Final = 300
"""Seconds that the signed date may be off the gateway's clock (Oracle's "Request
Signatures")."""

_MINUTES_SAY_ENOUGH: Final = 180


def ago(seconds: float) -> str:
    """Return how long ago that was, in minutes or hours."""
    minutes = round(seconds / 60)
    if minutes < _MINUTES_SAY_ENOUGH:
        return f"{minutes} min ago"
    return f"{round(minutes / 60)} h ago"
