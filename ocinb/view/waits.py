"""Who is waited for before a request is sent again, and for how many seconds more."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING

from ocinb.errors import one_line
from ocinb.rendering import plain_text
from ocinb.wire.notices import Sent, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.wire.notices import Notice

__all__ = ["Waits", "asked_again"]


class Waits:
    """Counts the seconds down while a call waits to be sent again.

    It hears notices, and counts, on the event loop that makes the call.

    Args:
        say: shows how many seconds are left, and why.
        go_on: shows that the request is on its way again.
    """

    def __init__(
        self, say: Callable[[int, str], None], go_on: Callable[[], None]
    ) -> None:
        self._say = say
        self._go_on = go_on
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, notice: Notice) -> None:
        """Take a notice of the call."""
        self.stop()
        if isinstance(notice, Waiting):
            error = notice.error
            status = f" (status {error.status})" if error.status else ""
            why = one_line(error.message, 200) + status
            self._count(time.monotonic() + notice.seconds, why)
        elif isinstance(notice, Sent) and notice.attempt > 1:
            self._go_on()

    def stop(self) -> None:
        """Count no more; the call has ended."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _count(self, end_s: float, why: str) -> None:
        left_s = end_s - time.monotonic()
        self._say(max(0, math.ceil(left_s)), why)
        if left_s > 1:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(1, self._count, end_s, why)


def asked_again(seconds: int, why: str) -> str:
    """Return the line that is shown while a request waits to be sent again."""
    return f"asking again in {seconds} s: {plain_text(why)}"
