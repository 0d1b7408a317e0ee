"""The background loop: streams that go on beside a busy cell, and stop at once."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
import warnings
from concurrent.futures import CancelledError
from contextlib import closing, suppress
from contextvars import ContextVar
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import pytest

from ocinb.background import Loop

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

HANG_S = 30


@pytest.fixture
def loop() -> Iterator[Loop]:
    with Loop() as loop:
        yield loop


class Source:
    """Yields numbers with a pause before each, and notes that its cleanup ran."""

    def __init__(self, count: int, pause_s: float = 0, cleanup_s: float = 0) -> None:
        self.count = count
        self.pause_s = pause_s
        self.cleanup_s = cleanup_s
        self.cleaned = False
        self.made = 0
        self.thread = ""

    async def items(self) -> AsyncGenerator[int, None]:
        self.thread = threading.current_thread().name
        try:
            for number in range(self.count):
                await asyncio.sleep(self.pause_s)
                self.made += 1
                yield number
        finally:
            await asyncio.sleep(self.cleanup_s)
            self.cleaned = True


def test_a_coroutine_runs_on_the_loops_own_thread(loop: Loop):
    async def where() -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    assert loop.run(where()).result(HANG_S) == "ocinb"


def test_cancelling_the_future_cancels_the_coroutine(loop: Loop):
    cancelled = threading.Event()

    async def sleep() -> None:
        try:
            await asyncio.sleep(HANG_S)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    future = loop.run(sleep())
    loop.run(asyncio.sleep(0)).result(HANG_S)
    future.cancel()
    assert cancelled.wait(HANG_S)
    with pytest.raises(CancelledError):
        future.result()


def test_items_come_in_order_and_the_cleanup_ran_before_the_end(loop: Loop):
    source = Source(200)
    assert list(loop.iterate(source.items())) == list(range(200))
    assert source.cleaned
    assert source.thread == "ocinb"


def test_an_empty_source_yields_nothing(loop: Loop):
    assert list(loop.iterate(Source(0).items())) == []


def test_an_error_in_the_source_is_raised_after_the_items_before_it(loop: Loop):
    async def failing() -> AsyncGenerator[int, None]:
        yield 1
        await asyncio.sleep(0)
        msg = "broken"
        raise ValueError(msg)

    seen = []
    with pytest.raises(ValueError, match="broken"):
        seen.extend(loop.iterate(failing()))
    items = loop.iterate(failing())
    assert next(items) == 1
    with pytest.raises(ValueError, match="broken"):
        next(items)


def test_a_source_that_wants_to_exit_ends_its_reader_and_not_the_loop(loop: Loop):
    async def leaving() -> AsyncGenerator[int, None]:
        yield 1
        raise SystemExit(3)

    items = loop.iterate(leaving())
    assert next(items) == 1
    with pytest.raises(SystemExit):
        next(items)
    assert list(loop.iterate(Source(3).items())) == [0, 1, 2]


def test_closing_the_iterator_waits_until_the_cleanup_ran(loop: Loop):
    source = Source(100, pause_s=0.005, cleanup_s=0.05)
    with closing(loop.iterate(source.items())) as items:
        assert next(items) == 0
    assert source.cleaned
    assert source.made < 100


def test_an_iterator_closed_before_its_first_item_leaves_nothing_running(loop: Loop):
    source = Source(100, pause_s=HANG_S)
    items = loop.iterate(source.items())
    items.close()
    assert source.made == 0


def test_a_cleanup_that_hangs_is_waited_for_about_a_second(loop: Loop):
    source = Source(100, pause_s=0.05, cleanup_s=HANG_S)
    items = loop.iterate(source.items())
    next(items)
    before = time.monotonic()
    items.close()
    assert 0.9 < time.monotonic() - before < 5
    assert not source.cleaned


def test_an_interrupt_while_waiting_cancels_the_source_at_once(loop: Loop):
    source = Source(100, pause_s=HANG_S)
    main = threading.main_thread().ident
    timer = threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT))
    timer.start()
    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        next(loop.iterate(source.items()))
    assert source.cleaned
    assert time.monotonic() - before < 0.1 + 0.2
    timer.join()


def test_batches_come_at_most_once_per_interval_and_lose_nothing(loop: Loop):
    source = Source(100, pause_s=0.002)
    times, items = [], []
    for batch in loop.batches(source.items(), every_s=0.05):
        times.append(time.monotonic())
        items.extend(batch)
    assert items == list(range(100))
    gaps = [after - before for before, after in pairwise(times)]
    assert len(times) >= 4
    assert all(gap >= 0.049 for gap in gaps[:-1])


def test_the_first_item_is_not_held_back(loop: Loop):
    source = Source(2, pause_s=0.05)
    before = time.monotonic()
    batches = loop.batches(source.items(), every_s=HANG_S)
    assert next(batches) == [0]
    assert time.monotonic() - before < 5
    assert list(batches) == [[1]], "the end does not wait for the interval either"


def test_an_empty_batch_comes_each_time_nothing_else_does(loop: Loop):
    source = Source(2, pause_s=0.3)
    batches = list(loop.batches(source.items(), every_s=0, idle_s=0.05))
    assert [batch for batch in batches if batch] == [[0], [1]]
    assert batches.count([]) >= 3
    assert batches[-1] != [], "the end is no pause"


def test_without_a_limit_a_pause_is_just_waited_for(loop: Loop):
    source = Source(2, pause_s=0.1)
    assert [] not in list(loop.batches(source.items(), every_s=0))


def test_a_slow_reader_gets_all_that_waits_in_one_batch(loop: Loop):
    source = Source(50)
    batches = loop.batches(source.items(), every_s=0)
    drawn = next(batches)
    while not source.cleaned:
        time.sleep(0.001)
    rest = list(batches)
    assert [*drawn, *chain(*rest)] == list(range(50))
    assert len(rest) <= 1


def test_the_callers_context_variables_are_seen_by_the_source(loop: Loop):
    who = ContextVar("who", default="nobody")

    async def ask() -> AsyncGenerator[str, None]:
        await asyncio.sleep(0)
        yield who.get()

    who.set("the caller")
    assert list(loop.iterate(ask())) == ["the caller"]


def test_a_loop_refuses_to_wait_for_itself(loop: Loop):
    async def wait_here() -> None:
        source = Source(1).items()
        with pytest.raises(RuntimeError, match="cannot wait for itself"):
            next(loop.iterate(source))

    loop.run(wait_here()).result(HANG_S)


def test_closing_cancels_what_runs_and_ends_the_thread():
    loop = Loop()
    source = Source(100, pause_s=HANG_S)
    items = loop.iterate(source.items())
    reader = threading.Thread(target=lambda: list(items))
    reader.start()
    while not source.thread:
        time.sleep(0.001)
    loop.close()
    reader.join(HANG_S)
    assert source.cleaned
    assert loop.closed
    loop.close()  # closing twice is harmless


def test_a_closed_loop_says_so():
    loop = Loop()
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.run(asyncio.sleep(0))
    with pytest.raises(RuntimeError, match="closed"):
        next(loop.iterate(Source(1).items()))


def test_a_stream_ends_quietly_when_its_loop_was_closed_meanwhile():
    loop = Loop()
    items = loop.iterate(Source(100, pause_s=0.001).items())
    next(items)
    loop.close()
    assert len(list(items)) < 100


def test_a_task_that_ignores_its_cancellation_does_not_hang_the_close():
    loop = Loop()
    release = threading.Event()

    async def stubborn() -> None:
        while not release.is_set():
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.01)

    loop.run(stubborn())
    loop.run(asyncio.sleep(0)).result(HANG_S)
    before = time.monotonic()
    loop.close()
    assert time.monotonic() - before < 5
    release.set()


def test_everybody_shares_one_loop():
    assert Loop.shared() is Loop.shared()


def test_threads_that_ask_at_once_share_one_loop():
    Loop.shared().close()
    start, found = threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        found.append(Loop.shared())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Loop.shared().run(asyncio.sleep(0, "alive")).result(HANG_S) == "alive"
    assert not found[-1].closed


def test_a_forked_child_gets_a_loop_of_its_own():
    parents = Loop.shared()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 3.12: fork and threads
        child = os.fork()
    if child == 0:
        own = Loop.shared()
        works = own.run(asyncio.sleep(0, result=True)).result(HANG_S)
        parents.close()
        os._exit(0 if works and own is not parents and parents.closed else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not parents.closed
