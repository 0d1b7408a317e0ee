"""Several generations at once, and how they end together."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from ocinb.local.vllm.merge import gathered, merged

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


class Source:
    """A stream that notes how it ended."""

    def __init__(self, *items: str, wait: bool = False, error: str = "") -> None:
        self.items = items
        self.wait = wait
        self.error = error
        self.closed = False

    async def stream(self) -> AsyncGenerator[str, None]:
        try:
            for item in self.items:
                await asyncio.sleep(0)
                yield item
            if self.error:
                raise ValueError(self.error)
            if self.wait:
                await asyncio.Event().wait()
        finally:
            self.closed = True


async def collected(*sources: Source) -> list[tuple[int, str]]:
    return [item async for item in merged([source.stream() for source in sources])]


async def test_one_stream_passes_through():
    assert await collected(Source("a", "b")) == [(0, "a"), (0, "b")]


async def test_streams_interleave_and_keep_their_own_order():
    items = await collected(Source("a", "b"), Source("c", "d"))

    assert [text for number, text in items if number == 0] == ["a", "b"]
    assert [text for number, text in items if number == 1] == ["c", "d"]
    assert [number for number, _ in items[:2]] == [0, 1]


async def test_no_streams_end_at_once():
    assert await collected() == []


async def test_closing_early_ends_all_streams():
    sources = [Source("a", wait=True), Source("b", wait=True)]
    async with aclosing(merged([source.stream() for source in sources])) as items:
        async for _ in items:
            break

    assert all(source.closed for source in sources)


async def test_a_failure_ends_all_streams():
    sources = [Source("a", error="broken"), Source(wait=True)]

    with pytest.raises(ValueError, match="broken"):
        await collected(*sources)
    assert all(source.closed for source in sources)


async def test_cancelling_the_reader_ends_all_streams():
    source = Source("a", wait=True)
    task = asyncio.create_task(collected(source))
    await asyncio.sleep(0.01)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.closed


async def test_results_are_gathered_in_order():
    async def result(value: int) -> int:
        await asyncio.sleep(0.01 / (value + 1))
        return value

    assert await gathered([result(0), result(1)]) == [0, 1]


async def test_the_first_failure_cancels_the_rest():
    ended = []

    async def fails() -> None:
        msg = "broken"
        raise ValueError(msg)

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    with pytest.raises(ValueError, match="broken"):
        await gathered([waits(), fails()])
    assert ended == [True]
