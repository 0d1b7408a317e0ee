"""A run: one execution of a turn, from pending to done, stopped or failed."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import aclosing, closing, contextmanager, suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ocinb.background import CLEANUP_S, Loop
from ocinb.conversation.agents import AgentRounds, is_chat_model
from ocinb.conversation.asking import Asking
from ocinb.conversation.growth import Growth, keep_partial_text
from ocinb.conversation.pace import Pace
from ocinb.conversation.rounds import Item, Rounds
from ocinb.conversation.too_long import explain_too_long
from ocinb.conversation.toolbox import Toolbox
from ocinb.errors import ConfigurationError, Stopped

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        Callable,
        Generator,
        Iterator,
        Sequence,
    )
    from types import TracebackType

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable
    from typing_extensions import Self

    from ocinb.conversation.turn import Status, Timings, Turn

__all__ = ["MAX_ROUNDS", "Run"]

MAX_ROUNDS: Final = 5
"""Answers of the model in one turn, unless more are allowed."""

Listener: TypeAlias = "Callable[[Item | Turn], object]"


class Run:
    """One execution of a turn; iterate over it once, or `begin` it and listen.

    What arrives is kept as it arrives, so that an error or a stop loses nothing:
    `turn` tells at any time how far the answer has come. A run yields pieces of
    answers (`AIMessageChunk`), tool calls (`ToolRequest`) and what came of them
    (`ToolResult`), in order; it waits while a tool call is not decided.

    Args:
        turn: the pending turn, with its prompt and parameters.
        model: what streams the answer: a chat model, perhaps with tools bound, or an
            agent that runs its own tools.
        messages: what is sent, up to the prompt.
        toolbox: the tools that the model may call.
        max_rounds: how many answers the model may give.
        callbacks: told what happens, in LangChain's way.
        before: the turn as it was, where its answer goes on.
        clock: seconds from an arbitrary moment.
    """

    def __init__(
        self,
        turn: Turn,
        model: Runnable[Any, Any],
        messages: Sequence[BaseMessage],
        *,
        toolbox: Toolbox | None = None,
        max_rounds: int = MAX_ROUNDS,
        callbacks: Sequence[BaseCallbackHandler] = (),
        before: Turn | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._before = before
        self._turn = turn
        self._growth = Growth(turn.messages, goes_on=before is not None)
        self._pace = Pace(clock, before.timings if before else None)
        asking = Asking(
            model, list(messages), self._growth, self._pace, callbacks, turn.params
        )
        self._rounds: Rounds | AgentRounds
        if toolbox or is_chat_model(model):
            self._rounds = Rounds(asking, toolbox or Toolbox(), max_rounds)
        else:
            self._rounds = AgentRounds(asking)
        self._lock = threading.RLock()
        self._claimed = self._stop_asked = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._error: Exception | None = None
        self._ended: Future[Turn] = Future()
        self._listeners: tuple[Listener, ...] = ()
        self._held_by: int | None = None

    @property
    def turn(self) -> Turn:
        """The turn as it is now."""
        turn = self._turn
        if turn.status != "streaming":
            return turn
        return replace(turn, messages=self._growth.messages, timings=self.timings)

    @property
    def text(self) -> str:
        """The text of the last answer, as far as it came."""
        return self.turn.text

    @property
    def done(self) -> bool:
        """True once nothing more will come, however it ended."""
        return not self._turn.open

    @property
    def timings(self) -> Timings:
        """How fast the answer has come until now."""
        return self._pace.timings

    def mark_stale(self) -> None:
        """Note that an earlier turn of the conversation was replaced."""
        with self._lock:
            self._turn = replace(self._turn, stale=True)

    # Running it

    def chunks(self) -> Generator[Item]:
        """Run the turn on the background loop and yield each item as it comes.

        Closing the generator or an interrupt stops the answer and closes its
        connection; what came is kept in `turn`.
        """
        for batch in self.batches(every_s=0):
            yield from batch

    def batches(
        self, *, every_s: float | Callable[[], float], idle_s: float | None = None
    ) -> Generator[list[Item]]:
        """Do as `chunks`, but yield together what came within `every_s`.

        Args:
            every_s: the shortest time between two lists, or what tells it.
            idle_s: an empty list is yielded each time nothing came for so long.
        """
        self._claim()
        yield from self._batches(every_s, idle_s)

    @contextmanager
    def drawn(
        self, *, every_s: float | Callable[[], float], idle_s: float | None = None
    ) -> Iterator[Generator[list[Item]]]:
        """Give this thread the batches; who waits for the end waits for this too.

        So a face has drawn the end of a run, and its result, by the time that `result`
        returns it in another thread. The error of a failed run is not raised.

        Args:
            every_s: as for `batches`.
            idle_s: as for `batches`.
        """
        self._held_by = threading.get_ident()
        try:
            yield self._batches(every_s, idle_s)
        except Exception as error:
            if error is not self._error:  # which the turn tells
                raise
        finally:
            with self._lock:
                self._held_by = None
                if self.done and not self._ended.done():
                    self._ended.set_result(self._turn)

    def _batches(
        self, every_s: float | Callable[[], float], idle_s: float | None
    ) -> Generator[list[Item]]:
        source = Loop.shared().batches(self._items(), every_s=every_s, idle_s=idle_s)
        try:
            with closing(source) as batches:
                yield from batches
        finally:
            self._end("stopped")  # if it has not ended yet

    async def achunks(self) -> AsyncGenerator[Item, None]:
        """Run the turn on the caller's own event loop."""
        self._claim()
        arrived: asyncio.Queue[Item | None] = asyncio.Queue()
        pump = asyncio.create_task(self._pump(arrived))
        try:
            while (item := await arrived.get()) is not None:
                yield item
            await pump
        finally:
            pump.cancel()
            await asyncio.wait([pump], timeout=CLEANUP_S)
            self._end("stopped")  # if it has not ended yet

    def begin(self) -> Self:
        """Run the turn on the background loop, whoever listens.

        Raises:
            RuntimeError: it has begun already.
        """
        self._claim()
        Loop.shared().run(self._drain())
        return self

    def stop(self) -> None:
        """Stop the answer from any thread and close its connection.

        What came is kept. A run that has ended stays as it is.
        """
        with self._lock:
            self._stop_asked = True
            loop, task = self._loop, self._task
        if loop is None or task is None:
            self._end("stopped")
        else:
            with suppress(RuntimeError):  # the loop was closed, and so has it ended
                loop.call_soon_threadsafe(self._cancel)

    # Watching it

    def listen(self, listener: Listener) -> None:
        """Call `listener` with each item, and with the turn when it has ended.

        It is called on the thread of the run's event loop, and must not block. One
        that comes after the end is called at once.
        """
        with self._lock:
            if not self.done:
                self._listeners = (*self._listeners, listener)
                return
        listener(self._turn)

    def result(self, timeout_s: float | None = None) -> Turn:
        """Wait for the end and return the turn; begin it if nobody has.

        An interrupt stops it.

        Args:
            timeout_s: how long to wait; None is as long as it takes.

        Raises:
            TimeoutError: it has not ended in that time; it goes on.
            ConfigurationError: this is the event loop on which it runs.
            OcinbError: the model's own error. Other chat models raise their own
                kinds.
        """
        self._begin_if_pending()
        self._refuse_own_loop()
        if self.done and self._held_by == threading.get_ident():
            return self._outcome(self._turn)
        try:
            return self._outcome(self._ended.result(timeout_s))
        except KeyboardInterrupt:
            self.stop()
            raise
        except FutureTimeoutError as error:
            msg = f"the answer has not ended within {timeout_s} s; it goes on"
            raise TimeoutError(msg) from error

    def __await__(self) -> Generator[Any, None, Turn]:
        """Do as `result` without blocking the event loop."""
        return self._awaited().__await__()

    async def _awaited(self) -> Turn:
        self._begin_if_pending()
        waiting = asyncio.wrap_future(self._ended)
        return self._outcome(await asyncio.shield(waiting))

    def _outcome(self, turn: Turn) -> Turn:
        if self._error is not None:
            raise self._error
        return turn

    def _begin_if_pending(self) -> None:
        with self._lock:
            if not self._claimed and not self.done:
                self.begin()

    def _refuse_own_loop(self) -> None:
        with suppress(RuntimeError):  # no loop runs in this thread
            if asyncio.get_running_loop() is not self._loop or self.done:
                return
            msg = "a run cannot be waited for on its own event loop: use `await`"
            raise ConfigurationError(msg)

    # On the event loop

    async def _pump(self, arrived: asyncio.Queue[Item | None]) -> None:
        try:
            async with aclosing(self._items()) as items:
                async for item in items:
                    arrived.put_nowait(item)
        finally:
            arrived.put_nowait(None)

    async def _drain(self) -> None:
        async with aclosing(self._items()) as items:
            async for _ in items:
                pass

    async def _items(self) -> AsyncGenerator[Item, None]:
        if not self._start():
            return
        with self:
            async with aclosing(self._rounds.items()) as items:
                async for item in items:
                    self._tell(item)
                    yield item

    def claim(self) -> None:
        """Let nobody else run it, as `drawn` follows in a thread that is to start.

        Raises:
            RuntimeError: it has begun already.
        """
        self._claim()
        self._held_by = 0

    def _claim(self) -> None:
        with self._lock:
            if self._claimed:
                msg = "a run is iterated over once: `listen` to it instead"
                raise RuntimeError(msg)
            self._claimed = True

    def _start(self) -> bool:
        """Begin, unless it was stopped before."""
        with self._lock:
            if self.done:
                return False
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
            self._turn = replace(self._turn, status="streaming")
        self._pace.start()
        return True

    def _cancel(self) -> None:
        if self._task is not None and not self.done:
            self._task.cancel()

    def _tell(self, told: Item | Turn) -> None:
        """Tell the listeners, in an order and a way that cannot disturb the run."""
        for listener in self._listeners:
            if self._loop is None or self._loop.is_closed():
                listener(told)
            else:
                self._loop.call_soon_threadsafe(listener, told)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is None:
            self._end("done")
        elif isinstance(error, Exception) and not isinstance(error, Stopped):
            keep_partial_text(error, self._growth)
            explain_too_long(error, self._turn.context)
            self._end("failed", error)
        else:  # an interrupt, a cancelled task, a generator closed by its reader
            self._end("stopped")
        return isinstance(error, asyncio.CancelledError) and self._stop_asked

    def _end(self, status: Status, error: Exception | None = None) -> None:
        with self._lock:
            if self.done:
                return
            self._turn, self._error = self._final(status, error), error
            if self._held_by is None:
                self._ended.set_result(self._turn)
        self._tell(self._turn)

    def _final(self, status: Status, error: Exception | None) -> Turn:
        self._pace.end()
        before, stale = self._before, self._turn.stale
        if before and self._growth.goes_on:  # nothing came: the answer is as it was
            return replace(before, error=error, stale=stale)
        self._growth.close()
        if status != "done":
            self._rounds.stop()
        turn = replace(self._turn, messages=self._growth.messages, error=error)
        if status == "failed" and before:
            status = before.status  # what there was before is as good as it was
        if turn.message is not None:
            turn.message.response_metadata["timings"] = asdict(self.timings)
        return replace(turn, status=status, timings=self.timings)
