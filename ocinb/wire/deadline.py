"""How long one exchange may go on, and how long its next read may take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocinb.wire.request import Timeouts

__all__ = ["Deadline"]


class Deadline:
    """Counts from the first byte sent.

    Args:
        timeouts: of the request; without a total one it never runs out.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self._idle_s = timeouts.idle_s
        self._end: float | None = None
        if timeouts.total_s is not None:
            self._end = time.monotonic() + timeouts.total_s

    @property
    def is_over(self) -> bool:
        """True when the total time-out has run out."""
        return self._end is not None and time.monotonic() >= self._end

    def wait_s(self) -> float | None:
        """Return the longest wait for the next byte; 0 if there is no time left."""
        if self._end is None:
            return self._idle_s
        left_s = max(0.0, self._end - time.monotonic())
        return left_s if self._idle_s is None else min(left_s, self._idle_s)

    def hurry(self, seconds: float) -> None:
        """Let the exchange end within so many seconds from now."""
        end = time.monotonic() + seconds
        self._end = end if self._end is None else min(self._end, end)
