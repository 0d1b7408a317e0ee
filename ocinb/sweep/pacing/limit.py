"""How many requests may be open at once: as many as the server answers promptly.

vLLM refuses nobody, it lets requests wait in a queue (its `max_num_seqs` answers are
made at a time). So the time to the first token tells when there are enough of them.
"""

from __future__ import annotations

import math
from statistics import median
from typing import Final

__all__ = ["FIRST_AT_ONCE", "MOST_AT_ONCE", "Limit"]

FIRST_AT_ONCE: Final = 2
"""Few: the first answers tell how prompt a server is that is not busy."""

MOST_AT_ONCE: Final = 256
"""As many requests as vLLM answers at a time by default, on large GPUs."""

_PROMPT: Final = 1.5
"""Times the first answers' wait, up to which a server counts as not yet busy."""

_SLOW: Final = 2.0
_SLACK_S: Final = 0.25
"""A wait that is longer by no more than this is no reason to hold back."""

_GROWTH: Final = 4
_CAREFUL_GROWTH: Final = 1.25
_LEAST_SHARE: Final = 0.25
_SAMPLES: Final = 4


class Limit:
    """The most requests that are open at once.

    Args:
        fixed: always so many; None finds out.
        most: never more than this.
    """

    def __init__(self, fixed: int | None = None, most: int = MOST_AT_ONCE) -> None:
        self.at_once = fixed or min(FIRST_AT_ONCE, most)
        self.is_fixed = fixed is not None
        self._most = most
        self._usual_s: float | None = None
        self._waits_s: list[float] = []
        self._was_reached = self._was_too_many = False
        self._paused_until = self._changed_at = 0.0

    def opened(self, count: int) -> None:
        """Say how many are open now."""
        self._was_reached = self._was_reached or count >= self.at_once

    def answered(self, wait_s: float, now: float, started: float | None = None) -> None:
        """Say how long an answer took to begin, or whole if it was not streamed.

        Args:
            wait_s: so long, in seconds.
            now: the time.
            started: when its request started. One that was open before the limit
                changed tells nothing of the limit of now.
        """
        if self.is_fixed or (started is not None and started < self._changed_at):
            return
        self._waits_s.append(wait_s)
        if len(self._waits_s) < max(_SAMPLES, self.at_once // 2):
            return
        waited_s, self._waits_s = median(self._waits_s), []
        if self._usual_s is None or waited_s < self._usual_s:
            self._usual_s = waited_s
        before = self.at_once
        if waited_s > _SLOW * self._usual_s + _SLACK_S:
            # waits grow with what waits before them
            share = max(_LEAST_SHARE, _PROMPT * self._usual_s / waited_s)
            self.at_once = max(1, int(self.at_once * share))
            self._was_too_many = True
        elif self._may_grow(waited_s, now):
            factor = _CAREFUL_GROWTH if self._was_too_many else _GROWTH
            self.at_once = min(self._most, math.ceil(self.at_once * factor))
        self._was_reached = False
        if self.at_once != before:
            self._changed_at = now

    def move(self, by_s: float) -> None:
        """Go over to another clock, which is ahead by so many seconds."""
        self._paused_until += by_s
        self._changed_at += by_s

    def pause_growth(self, until: float) -> None:
        """Say that the service is in trouble: the limit does not grow until then."""
        self._paused_until = max(self._paused_until, until)

    def _may_grow(self, waited_s: float, now: float) -> bool:
        usual_s = self._usual_s or 0.0
        is_prompt = waited_s < _PROMPT * usual_s + _SLACK_S
        return is_prompt and self._was_reached and now >= self._paused_until
