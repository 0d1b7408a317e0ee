"""Work that waits until the running cell has ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["when_idle"]


def when_idle(seconds: float, do: Callable[[], object]) -> None:
    """Call `do` some time after the running cell has ended.

    The second wait begins when the kernel is idle, so that what the front end said
    meanwhile has been heard. A terminal, or a thread of the notebook, has no loop:
    nobody draws later there, and `do` is not called.

    Args:
        seconds: each of the two waits.
        do: what is done.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    loop.call_later(seconds, loop.call_later, seconds, do)
