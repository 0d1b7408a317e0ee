"""One gate for all requests: room, rate, and what the server asks for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ocinb.sweep.pacing import Limit, Pacer, Rate
from ocinb.sweep.pacing.pacer import LONGEST_CLOSED_S
from tests.unit.sweep.virtual import now, virtually


def pacer(*, at_once: Any = 100, per_s: Any = 1000.0):
    return Pacer(Rate(per_s, per_s), Limit(at_once))


async def waited(paces: Any):
    begun_s = now()
    turn = await paces.turn()
    return now() - begun_s, turn


def test_no_more_are_open_than_may_be():
    async def run() -> Any:
        paces = pacer(at_once=2)
        first = await paces.turn()
        await paces.turn()
        third = asyncio.ensure_future(waited(paces))
        await asyncio.sleep(3)
        assert not third.done()
        paces.ended(first)
        seconds, _ = await third
        return seconds, paces.open, paces.most_open

    seconds, is_open, most = virtually(run())

    assert seconds == pytest.approx(3, abs=0.01)
    assert (is_open, most) == (2, 2)


def test_starts_keep_to_the_rate():
    async def run() -> Any:
        paces = pacer(per_s=10.0)
        begun_s = now()
        for _ in range(31):
            await paces.turn()
        return now() - begun_s

    assert virtually(run()) == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("tell", ["refused", "troubled"])
def test_a_server_that_asks_to_wait_is_left_alone_by_all(tell: Any):
    async def run() -> Any:
        paces = pacer()
        turn = await paces.turn()
        if tell == "refused":
            paces.refused(turn, 7.0)
        else:
            paces.troubled(7.0)
        several = await asyncio.gather(*(waited(paces) for _ in range(5)))
        return [seconds for seconds, _ in several]

    assert all(7 <= seconds < 8 for seconds in virtually(run()))


def test_the_longest_wait_that_is_asked_for_counts():
    async def run() -> Any:
        paces = pacer()
        turn = await paces.turn()
        paces.refused(turn, 7.0)
        paces.refused(turn, 2.0)
        return (await waited(paces))[0]

    assert virtually(run()) >= 7


@pytest.mark.parametrize("asked_s", [1e9, float("inf")])
def test_a_server_that_asks_to_wait_for_ever_is_asked_again(asked_s: Any):
    async def run() -> Any:
        paces = pacer()
        paces.refused(await paces.turn(), asked_s)
        return (await waited(paces))[0]

    assert virtually(run()) == pytest.approx(LONGEST_CLOSED_S, abs=1)


def test_a_pause_lets_nothing_start_and_ends_at_once():
    async def run() -> Any:
        paces = pacer()
        paces.pause(paused=True)
        waiting = asyncio.ensure_future(waited(paces))
        await asyncio.sleep(500)
        assert not waiting.done()
        paces.pause(paused=False)
        return (await waiting)[0]

    assert virtually(run()) == pytest.approx(500, abs=0.1)


def test_who_gives_up_waiting_takes_no_turn():
    async def run() -> Any:
        paces = pacer(at_once=1)
        first = await paces.turn()
        waiting = asyncio.ensure_future(paces.turn())
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        paces.ended(first)
        return (await waited(paces))[0], paces.open

    seconds, is_open = virtually(run())

    assert seconds < 0.01
    assert is_open == 1
