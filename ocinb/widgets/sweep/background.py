"""Work that no callback waits for: reading the store and computing what is shown."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING, Final

from ocinb.background import Loop

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

__all__ = ["Background"]

_LOG: Final = logging.getLogger(__name__)


class Background:
    """Does what is wished for, one thing after the other, in a thread.

    Of several wishes with one name that wait, the newest is done.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wishes: dict[str, Callable[[], object]] = {}
        self._busy = False
        self._idle = threading.Event()
        self._idle.set()

    def wish(self, name: str, do: Callable[[], object]) -> None:
        """Let something be done soon; returns at once.

        Args:
            name: of the wish.
            do: what is done, in another thread.
        """
        with self._lock:
            self._wishes[name] = do
            if self._busy:
                return
            self._busy = True
            self._idle.clear()
        Loop.shared().run(self._work()).add_done_callback(_log_failure)

    def wait(self, timeout_s: float) -> bool:
        """Wait until nothing is left to do; True if nothing is."""
        return self._idle.wait(timeout_s)

    def forget(self) -> None:
        """Drop what was not begun yet."""
        with self._lock:
            self._wishes.clear()

    async def _work(self) -> None:
        try:
            while (do := self._next()) is not None:
                await asyncio.to_thread(do)
        except BaseException:
            self._rest()
            raise

    def _next(self) -> Callable[[], object] | None:
        with self._lock:
            if self._wishes:
                return self._wishes.pop(next(iter(self._wishes)))
            self._busy = False
            self._idle.set()
            return None

    def _rest(self) -> None:
        with self._lock:
            self._busy = False
            self._idle.set()


def _log_failure(done: Future[None]) -> None:
    if not done.cancelled() and done.exception() is not None:
        _LOG.error("a view of a sweep could not be drawn", exc_info=done.exception())
