"""A run that is drawn as it comes, on a thread that no stream waits for."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from ocinb.chat_models import WireLog
from ocinb.view.waits import Waits, asked_again
from ocinb.widgets.panel.turn_view import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.conversation import Item, Run
    from ocinb.widgets.panel.turn_view import TurnView

__all__ = ["Drawing"]

EVERY_S: Final = 0.05
"""The shortest time between two drawings of an answer."""

PAUSE_S: Final = 1.0
"""After so long without anything new, the notebook stores what came."""


class Drawing:
    """Draws one run into the view of its turn.

    Args:
        lock: held while something is drawn.
        came: called when more was drawn.
        paused: called when nothing came for a while, ever more seldom.
        ended: called with the run and its view once it has ended, before those who
            wait for it go on.

    Attributes:
        log: what the run does on the wire; give it to the run as a callback.
    """

    def __init__(
        self,
        lock: threading.RLock,
        came: Callable[[], object],
        paused: Callable[[], object],
        ended: Callable[[Run, TurnView], object],
    ) -> None:
        self._lock = lock
        self._came = came
        self._paused = paused
        self._ended = ended
        self._pauses, self._patience = 0, 1
        self._waits = Waits(self._wait, self._go_on)
        self._view: TurnView | None = None
        self.log = WireLog(tell=self._waits.hear)

    def begin(self, run: Run, view: TurnView) -> None:
        """Let the run begin, and return at once."""
        self._view = view
        run.claim()
        view.wait(WAITING)
        threading.Thread(
            target=self._draw, args=(run, view), name="ocinb-panel", daemon=True
        ).start()

    def _draw(self, run: Run, view: TurnView) -> None:
        pace = partial(view.every_s, EVERY_S)
        with run.drawn(every_s=pace, idle_s=PAUSE_S) as batches:
            try:
                for items in batches:
                    self._take(items, run, view)
            finally:
                self._waits.stop()
                self._ended(run, view)

    def _take(self, items: list[Item], run: Run, view: TurnView) -> None:
        if items:
            self._pauses = 0
            with self._lock:
                view.take(items, run.timings)
            self._came()
            return
        self._pauses += 1
        if self._pauses >= self._patience:  # each time twice as long
            self._patience *= 2
            self._paused()

    def _wait(self, seconds: int, why: str) -> None:
        if self._view is not None:
            self._view.wait(asked_again(seconds, why))

    def _go_on(self) -> None:
        if self._view is not None:
            self._view.wait(WAITING)
