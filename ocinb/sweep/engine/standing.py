"""How fast a sweep goes at one moment."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Standing"]


@dataclass(frozen=True)
class Standing:
    """One moment of whoever sends requests.

    Attributes:
        open: requests that are open.
        at_once: the most that may be open.
        per_s: the most that may start a second.
        closed_s: how long nothing starts, as the server asked.
        lag_s: 95th percentile of the event loop's lag.
    """

    open: int = 0
    at_once: int = 0
    per_s: float = 0.0
    closed_s: float = 0.0
    lag_s: float = 0.0
