"""An event loop in a thread of its own, on which streams run while cells stay busy."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
import time
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import aclosing, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, ClassVar, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
    from concurrent.futures import Future

    from typing_extensions import Self

__all__ = ["Loop"]

Item = TypeVar("Item")
Result = TypeVar("Result")

CLEANUP_S: Final = 1.0
"""How long a stopped stream may take to close its connection before we go on."""


class Loop:
    """A daemon thread with an event loop.

    A busy cell never stalls what runs here, and a widget's callback never blocks on
    it. Most callers want `Loop.shared()`; who needs a loop of its own makes one and
    closes it. A loop belongs to the process that made it.
    """

    _shared: ClassVar[dict[int, Loop]] = {}

    def __init__(self, name: str = "ocinb") -> None:
        self._process = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name=name, daemon=True
        )
        self._thread.start()

    @classmethod
    def shared(cls) -> Loop:
        """Return the one loop that all faces of this process stream on.

        It is made on first use, made anew in a forked child and closed at exit.
        """
        process = os.getpid()
        found = cls._shared.get(process)
        if found is not None and not found.closed:
            return found
        made = cls(name="ocinb-shared")
        if found is not None:
            cls._shared[process] = made
        elif cls._shared.setdefault(process, made) is not made:
            made.close()  # another thread was first
            return cls._shared[process]
        atexit.register(made.close)
        return made

    @property
    def closed(self) -> bool:
        """True if nothing can run here: closed, or made before a fork."""
        return self._loop.is_closed() or os.getpid() != self._process

    def run(self, coroutine: Coroutine[object, object, Result]) -> Future[Result]:
        """Start `coroutine` on this loop; cancelling the future cancels its task.

        Raises:
            RuntimeError: the loop is closed or belongs to another process.
        """
        if self.closed:
            coroutine.close()
            raise RuntimeError(_CLOSED)
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def iterate(self, source: AsyncGenerator[Item, None]) -> Generator[Item]:
        """Run `source` on this loop and yield its items in the calling thread.

        Closing the generator, or an interrupt while it waits, cancels `source` and
        waits until its cleanup ran, at most a second.

        Raises:
            RuntimeError: the loop is closed, or this is its own thread.
        """
        for batch in self.batches(source, every_s=0):
            yield from batch

    def batches(
        self,
        source: AsyncGenerator[Item, None],
        *,
        every_s: float | Callable[[], float],
        idle_s: float | None = None,
    ) -> Generator[list[Item]]:
        """Do as `iterate`, but yield all items that came within `every_s` as a list.

        The first item is yielded at once and the last ones as soon as `source`
        ends, so a face that draws each list draws at most `1 / every_s` times a
        second and never shows an item later than `every_s`. It may be a function that
        is asked before each list, for a face whose drawing costs more or less.

        Args:
            source: makes the items.
            every_s: the shortest time between two lists.
            idle_s: an empty list is yielded each time nothing came for so long; None
                is never.

        Raises:
            RuntimeError: the loop is closed, or this is its own thread.
        """
        if self.closed:
            raise RuntimeError(_CLOSED)
        if threading.current_thread() is self._thread:
            msg = "a loop cannot wait for itself: use `async for` on its own thread"
            raise RuntimeError(msg)
        crossing = _Crossing(source, self._loop)
        try:
            self._loop.call_soon_threadsafe(crossing.start)
            yield from crossing.batches(every_s, idle_s)
        finally:
            with suppress(RuntimeError):  # the loop was closed meanwhile
                self._loop.call_soon_threadsafe(crossing.cancel)
            crossing.await_end()

    def close(self) -> None:
        """Cancel what still runs, wait for its cleanup, and end the thread."""
        if self.closed:
            return
        with suppress(FutureTimeoutError):
            self.run(_cancel_all()).result(CLEANUP_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLEANUP_S)
        if not self._thread.is_alive():
            self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Crossing(Generic[Item]):
    """One async generator on its way from the loop's thread to the caller's."""

    def __init__(
        self, source: AsyncGenerator[Item, None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._source = source
        self._loop = loop
        self._task: asyncio.Task[BaseException | None] | None = None
        self._arrived: SimpleQueue[Item | _End] = SimpleQueue()
        self._ended = False
        self._error: BaseException | None = None

    def start(self) -> None:
        self._task = self._loop.create_task(self._pump())
        self._task.add_done_callback(self._end)

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _pump(self) -> BaseException | None:
        try:
            async with aclosing(self._source):
                async for item in self._source:
                    self._arrived.put(item)
        except (KeyboardInterrupt, SystemExit) as error:
            return error  # a task that raised it would end the loop for everybody
        return None

    def _end(self, task: asyncio.Task[BaseException | None]) -> None:
        if task.cancelled():
            self._arrived.put(_End(None))
        else:
            self._arrived.put(_End(task.exception() or task.result()))

    def batches(
        self, every_s: float | Callable[[], float], idle_s: float | None
    ) -> Generator[list[Item]]:
        due_s = 0.0
        while not self._ended:
            batch = list(self._collect(due_s, idle_s))
            if batch or not self._ended:
                begun_s = time.monotonic()
                yield batch  # drawing it takes a part of the time
                due_s = begun_s + (every_s() if callable(every_s) else every_s)
        if self._error is not None:
            raise self._error

    def _collect(self, due_s: float, idle_s: float | None) -> Generator[Item]:
        """Take one item, what else comes until `due_s`, and what waits by then."""
        with suppress(Empty):
            yield from self._take(idle_s)
            while (left_s := due_s - time.monotonic()) > 0:
                yield from self._take(left_s)
            for _ in range(self._arrived.qsize()):
                yield from self._take(0)

    def _take(self, timeout_s: float | None) -> Generator[Item]:
        """Take one thing off the queue: an item, or the end, which is no item.

        Raises:
            Empty: nothing came in time, or nothing will come any more.
        """
        if self._ended:
            raise Empty
        arrived = self._arrived.get(timeout=timeout_s)
        if isinstance(arrived, _End):
            self._ended, self._error = True, arrived.error
        else:
            yield arrived

    def await_end(self) -> None:
        """Wait until the task's cleanup ran, at most `CLEANUP_S`."""
        due_s = time.monotonic() + CLEANUP_S
        with suppress(Empty):
            while not self._ended:
                list(self._take(max(0.0, due_s - time.monotonic())))


class _End:
    """Says that a source ended, and with which error."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


_CLOSED: Final = "this loop is closed, or was made by another process"
