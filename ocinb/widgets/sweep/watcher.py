"""Looks at a running sweep a few times a second, until it is over."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Final

from ocinb.background import Loop

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EVERY_S", "Watcher"]

EVERY_S: Final = 0.25


class Watcher:
    """Calls a function again and again, on the loop that all faces share.

    Args:
        look: is called; True ends the watch.
    """

    def __init__(self, look: Callable[[], bool]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._watches = False
        self._wanted = False

    def start(self) -> None:
        """Begin to look, unless that is done already."""
        with self._lock:
            self._wanted = True
            if self._watches:
                return
            self._watches = True
        Loop.shared().run(self._watch())

    def stop(self) -> None:
        """Look no more; returns at once."""
        self._wanted = False

    @property
    def watches(self) -> bool:
        """True while it looks."""
        return self._watches

    async def _watch(self) -> None:
        while self._goes_on():
            if self._look():
                self._wanted = False
            else:
                await asyncio.sleep(EVERY_S)

    def _goes_on(self) -> bool:
        with self._lock:
            self._watches = self._wanted
            return self._watches
