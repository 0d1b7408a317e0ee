"""Room for tokens: who may begin, and who waits."""

from __future__ import annotations

import asyncio

import pytest

from ocinb.local.gateway.pool import TokenPool


class Answer:
    """An answer that begins when there is room and ends when it is told."""

    def __init__(self, pool: TokenPool, tokens: int) -> None:
        self.began = False
        self._end = asyncio.Event()
        self.task = asyncio.create_task(self._run(pool, tokens))

    async def _run(self, pool: TokenPool, tokens: int) -> None:
        async with pool.room_for(tokens):
            self.began = True
            await self._end.wait()

    async def end(self) -> None:
        self._end.set()
        await self.task
        await settled()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def answers(pool: TokenPool, *tokens: int) -> list[Answer]:
    made = [Answer(pool, number) for number in tokens]
    await settled()
    return made


async def test_answers_begin_while_there_is_room():
    first, second = await answers(TokenPool(100), 50, 50)

    assert first.began
    assert second.began
    await first.end()
    await second.end()


async def test_one_too_many_waits_until_another_ends():
    first, second = await answers(TokenPool(100), 60, 50)
    assert not second.began

    await first.end()
    assert second.began
    await second.end()


async def test_a_small_answer_does_not_overtake_a_large_one():
    first, large, small = await answers(TokenPool(100), 60, 90, 10)
    assert not small.began

    await first.end()
    assert large.began
    assert small.began
    await large.end()
    await small.end()


async def test_one_that_gives_up_waiting_takes_no_room():
    pool = TokenPool(100)
    first, second, third = await answers(pool, 60, 50, 40)
    second.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second.task
    await settled()

    assert third.began
    await first.end()
    await third.end()


async def test_one_that_breaks_off_frees_its_room():
    pool = TokenPool(100)
    (first,) = await answers(pool, 100)
    first.task.cancel()
    (second,) = await answers(pool, 100)

    assert second.began
    await second.end()
