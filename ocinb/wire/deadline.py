"""The total time-out of one exchange."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ocinb.errors import TimedOut

if TYPE_CHECKING:
    from ocinb.wire.request import Timeouts

__all__ = ["Deadline"]


class Deadline:
    """Counts from the first byte sent.

    Args:
        timeouts: of the request; no total one never runs out.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self._total_s = timeouts.total_s
        self._start = time.monotonic()

    def check(self) -> None:
        """Do nothing while there is time.

        Raises:
            TimedOut: the time is over.
        """
        if self._total_s is None or time.monotonic() - self._start <= self._total_s:
            return
        msg = f"the answer took longer than the total time-out of {self._total_s:g} s"
        hint = "raise timeout, lower max_tokens, or stream"
        raise TimedOut(msg, phase="stream", hint=hint)
