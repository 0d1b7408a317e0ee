"""Several generations at once: awaited together, or merged as they come."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine, Sequence
    from typing import Any

__all__ = ["gathered", "merged"]

Item = TypeVar("Item")


async def gathered(works: Sequence[Coroutine[Any, Any, Item]]) -> list[Item]:
    """Return all results in order; the first failure ends the others."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await _end(tasks)


async def merged(
    streams: Sequence[AsyncGenerator[Item, None]],
) -> AsyncGenerator[tuple[int, Item], None]:
    """Yield the items of all streams as they come, each with its stream's number.

    Closing it, or a failure in one stream, ends all of them.
    """
    queue: asyncio.Queue[tuple[int, Item] | None] = asyncio.Queue()
    tasks = [
        asyncio.ensure_future(_pump(number, stream, queue))
        for number, stream in enumerate(streams)
    ]
    for task in tasks:
        task.add_done_callback(lambda _: queue.put_nowait(None))
    try:
        running = len(tasks)
        while running:
            item = await queue.get()
            if item is not None:
                yield item
                continue
            running -= 1
            for task in tasks:
                if task.done():
                    task.result()  # raises what ended it
    finally:
        await _end(tasks)


async def _pump(
    number: int,
    stream: AsyncGenerator[Item, None],
    queue: asyncio.Queue[tuple[int, Item] | None],
) -> None:
    async with aclosing(stream):
        async for item in stream:
            queue.put_nowait((number, item))


async def _end(tasks: Sequence[asyncio.Future[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
