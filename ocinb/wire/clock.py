"""How far two clocks may be apart, and how long ago something was, in words."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLOCK_SKEW_S", "ago", "skew_s"]

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


def skew_s(headers: Mapping[str, str], now_s: float) -> float | None:
    """Return by how many seconds the server's clock is ahead of ours.

    Args:
        headers: of an answer, names in lower case; its date counts whole seconds.
        now_s: the time here when it came, in seconds since the epoch.

    Returns:
        The difference, below 0 if ours is ahead; None if the answer has no date.
    """
    try:
        return parsedate_to_datetime(headers["date"]).timestamp() - now_s
    except (KeyError, ValueError):
        return None
