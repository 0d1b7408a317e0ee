"""Lets one request after the other start: when there is room, and not too fast."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ocinb.sweep.pacing.limit import Limit
    from ocinb.sweep.pacing.rate import Rate

__all__ = ["Pacer", "Turn", "set_within"]

TROUBLE_S: Final = 10.0
"""How long nothing grows after an error of the server or a time-out."""

LONGEST_CLOSED_S: Final = 120.0
"""After so long a server is asked again, however long it wanted to be left alone."""

_CHECK_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Leave to send one request.

    Attributes:
        started: when it was given, by the clock of the event loop.
    """

    started: float


async def set_within(event: asyncio.Event, seconds: float | None) -> None:
    """Clear an event and wait until it is set, or so many seconds have passed.

    Unlike `asyncio.wait_for` before Python 3.12 it needs no task, and is cancelled even
    in the moment in which the event is set.
    """
    event.clear()
    if seconds is None:
        await event.wait()
        return
    timer = asyncio.get_running_loop().call_later(seconds, event.set)
    try:
        await event.wait()
    finally:
        timer.cancel()


class Pacer:
    """One gate, one limit and one rate for all requests of a sweep.

    It belongs to one event loop, whose clock is the only one it reads.

    Args:
        rate: of starts.
        limit: of open requests.
    """

    def __init__(self, rate: Rate, limit: Limit) -> None:
        self.rate = rate
        self.limit = limit
        self.open = 0
        self.most_open = 0
        self.is_paused = False
        self._closed_until = 0.0
        self._one_by_one = asyncio.Lock()
        self._changed = asyncio.Event()

    def closed_s(self, now: float) -> float:
        """Return for how long nothing may start yet, as the server asked."""
        return max(0.0, self._closed_until - now)

    async def turn(self) -> Turn:
        """Return when a request may start; say `ended` when it has ended."""
        async with self._one_by_one:
            while (wait_s := self._wait_s()) > 0:
                await set_within(self._changed, wait_s)
            now = self._now()
            self.rate.start(now)
            self.open += 1
            self.most_open = max(self.most_open, self.open)
            self.limit.opened(self.open)
            return Turn(now)

    def ended(self, _turn: Turn) -> None:
        """Say that a request has ended, however it did."""
        self.open -= 1
        self._changed.set()

    def answered(self, turn: Turn, wait_s: float) -> None:
        """Say how long the answer to a request took to begin."""
        self.limit.answered(wait_s, self._now(), turn.started)

    def refused(self, turn: Turn, retry_after_s: float | None) -> None:
        """Say that a request was refused for being one too many.

        Args:
            turn: of the request.
            retry_after_s: for how long nothing may start, if the server said so.
        """
        now = self._now()
        self.rate.refused(turn.started, now, stops=bool(retry_after_s))
        self._close(now, retry_after_s)

    def troubled(self, retry_after_s: float | None = None) -> None:
        """Say that the server failed or did not answer in time."""
        now = self._now()
        self.rate.pause_growth(now + TROUBLE_S)
        self.limit.pause_growth(now + TROUBLE_S)
        self._close(now, retry_after_s)

    def close(self, seconds: float) -> None:
        """Let nothing start for so long, as a server asked somebody else."""
        self._close(self._now(), seconds)

    def pause(self, *, paused: bool) -> None:
        """Let nothing start, or let it again; what is open goes on."""
        self.is_paused = paused
        self._changed.set()

    def _wait_s(self) -> float:
        if self.is_paused or self.open >= self.limit.at_once:
            return _CHECK_S  # or until something changes
        now = self._now()
        return max(self._closed_until - now, self.rate.wait_s(now))

    def _close(self, now: float, asked_s: float | None) -> None:
        closed_s = min(asked_s or 0.0, LONGEST_CLOSED_S)
        self._closed_until = max(self._closed_until, now + closed_s)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
