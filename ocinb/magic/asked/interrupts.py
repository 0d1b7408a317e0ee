"""Interrupts that reach a thread while it waits."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["interruptible"]


@contextmanager
def interruptible() -> Iterator[None]:
    """Let an interrupt reach this thread while it waits.

    In a cell that awaits something, ipykernel hands interrupts to its event loop,
    which cannot run before the magic returns.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
