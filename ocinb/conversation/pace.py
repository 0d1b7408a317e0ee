"""How fast the answers of one run come, over all of its rounds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ocinb.conversation.turn import Timings

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Pace"]


class Pace:
    """Notes when tokens come.

    Args:
        clock: seconds from an arbitrary moment.
        before: the timings of the answer that goes on, if one does.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        before: Timings | None = None,
    ) -> None:
        self._clock = clock
        self._before = before or Timings()
        self._started_s = self._ended_s = 0.0
        self._first_s = self._round_s = self._last_s = 0.0
        self._tokens = self._in_round = 0
        self._streamed_s = 0.0

    def start(self) -> None:
        """Note that the first request goes out."""
        self._started_s = self._clock()

    def token(self) -> None:
        """Note that a token came."""
        self._last_s = self._clock()
        self._round_s = self._round_s or self._last_s
        self._first_s = self._first_s or self._last_s
        self._in_round += 1

    def end_round(self, counted: int | None) -> None:
        """Note that an answer ended.

        Args:
            counted: its tokens as the server counts them, since a chunk may hold
                several; None if it did not say.
        """
        tokens = self._in_round if counted is None else counted
        self._tokens += max(0, tokens - 1) if self._round_s else 0
        self._streamed_s += self._last_s - self._round_s if self._round_s else 0.0
        self._round_s, self._in_round = 0.0, 0

    def end(self) -> None:
        """Note that the run is over."""
        self._ended_s = self._clock()

    @property
    def timings(self) -> Timings:
        """How fast it has been until now."""
        if not self._started_s:
            return self._before
        since_s = self._last_s - self._round_s if self._round_s else 0.0
        tokens = self._tokens + max(0, self._in_round - 1)
        streamed_s = self._streamed_s + since_s
        before = self._before
        ttft_s = self._first_s - self._started_s if self._first_s else None
        rate = tokens / streamed_s if tokens and streamed_s > 0 else None
        total_s = (self._ended_s or self._clock()) - self._started_s
        return Timings(
            ttft_s=ttft_s if before.ttft_s is None else before.ttft_s,
            total_s=total_s + (before.total_s or 0.0),
            tokens_per_s=before.tokens_per_s if rate is None else rate,
        )
