"""Asking a function about each tool call of a run, so that none waits for ever."""

from __future__ import annotations

from contextlib import aclosing, closing
from inspect import isawaitable
from typing import TYPE_CHECKING, TypeAlias

from ocinb.conversation.requests import NOBODY_ASKED, ToolRequest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from ocinb.conversation.rounds import Item
    from ocinb.conversation.run import Run
    from ocinb.conversation.turn import Turn

__all__ = ["Approve", "aapproved", "approved", "finished"]

Approve: TypeAlias = "Callable[[ToolRequest], object]"
"""Approves, edits or rejects a call; what it leaves undecided is rejected."""


def approved(items: Generator[Item], approve: Approve | None) -> Generator[Item]:
    """Yield the items of a run, and leave no tool call undecided."""
    with closing(items):
        for item in items:
            if isinstance(item, ToolRequest) and item.waiting and approve:
                approve(item)
            yield item
            if isinstance(item, ToolRequest):
                item.reject(NOBODY_ASKED)


async def aapproved(
    items: AsyncGenerator[Item, None], approve: Approve | None
) -> AsyncGenerator[Item, None]:
    """Do as `approved`; `approve` may be a coroutine."""
    async with aclosing(items):
        async for item in items:
            if isinstance(item, ToolRequest) and item.waiting and approve:
                said = approve(item)
                if isawaitable(said):
                    await said
            yield item
            if isinstance(item, ToolRequest):
                item.reject(NOBODY_ASKED)


def finished(run: Run, approve: Approve | None) -> Turn:
    """Wait for the end of a run and return its turn."""
    for _ in approved(run.chunks(), approve):
        pass
    return run.turn
