"""How late the event loop is: how much of a measured time is our own."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

__all__ = ["CLIENT_BOUND_S", "LagMeter"]

CLIENT_BOUND_S: Final = 0.02
"""A 95th percentile of the lag above this says that the client was the bottleneck."""

_EVERY_S: Final = 0.02
_KEPT: Final = 3000


class LagMeter:
    """Sleeps for a moment again and again, and notes how much longer it took."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=_KEPT)

    async def run(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            now = loop.time()
            self._samples.append((now, max(0.0, now - due)))

    def worst_since(self, moment: float) -> float:
        """Return the longest lag since a moment, in seconds."""
        worst = 0.0
        for now, lag in reversed(self._samples):
            if now < moment:
                break
            worst = max(worst, lag)
        return worst

    @property
    def p95_s(self) -> float:
        """The 95th percentile of the last minute's lags, in seconds."""
        lags = sorted(lag for _, lag in list(self._samples))  # it grows meanwhile
        return lags[int(0.95 * (len(lags) - 1))] if lags else 0.0
