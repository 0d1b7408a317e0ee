"""Has workers carry a plan out, slice by slice, and gathers what they find."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import BrokenExecutor, CancelledError
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ocinb.errors import ConfigurationError, one_line
from ocinb.sweep.engine import Options, Outcome, Standing
from ocinb.sweep.engine.engine import FIRST_ALONE_S
from ocinb.sweep.engine.failures import Failure, failure_in
from ocinb.sweep.engine.outcome import reason_to_stop
from ocinb.sweep.engine.work import Work
from ocinb.sweep.farm.packing import dumps, loads
from ocinb.sweep.farm.parcels import Ended, Orders, Slice
from ocinb.sweep.farm.slicing import Slicing
from ocinb.sweep.pacing.pacer import set_within

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from concurrent.futures import Future

    from ocinb.sweep.engine import Journal, Question, Target
    from ocinb.sweep.engine.work import Job
    from ocinb.sweep.farm.parcels import Found, Pace, Report
    from ocinb.sweep.farm.workers import Workers
    from ocinb.sweep.pacing import Pacer
    from ocinb.sweep.space import Plan
    from ocinb.sweep.values import Row, Trial

__all__ = ["Farm", "Sent"]

_TRIES: Final = 3
_EVERY_S: Final = 0.1
_CANCELLED_WITHIN_S: Final = 0.6
_REACHED_WITHIN_S: Final = 20.0

Result = TypeVar("Result")


@dataclass(frozen=True)
class Sent:
    """What is sent with each slice.

    Attributes:
        model: packed, without a signer.
        stream: as in `run_sweep`.
        timeout: as in `run_sweep`.
    """

    model: bytes = field(repr=False)
    stream: bool
    timeout: Any


@dataclass
class _Open:
    """A slice that is with a worker.

    Attributes:
        future: its end.
        left: trials that have not come back, by key.
        pace: the share of the limits that it has.
        tries: how often it was sent.
        standing: how fast it goes.
        refused: requests that were too many, as last told.
        attempts: requests, as last told.
    """

    future: Future[bytes]
    left: dict[bytes, Job]
    pace: Pace
    tries: int
    standing: Standing = field(default_factory=Standing)
    refused: int = 0
    attempts: int = 0


class Farm:
    """Carries a plan out as an `Engine` does, on workers.

    Args:
        target: names the questions.
        plan: the trials.
        pacer: of the sweep; it is asked whether the sweep is paused.
        journal: keeps the rows.
        question: returns what a trial asks.
        is_kept: tells whether a key needs no request.
        options: how.
        after: done with each answered row here, such as scoring it.
        workers: carry slices out.
        sent: what goes with each slice.
        paces: a share of the limits for each slice that may be open.
        own: the share of scorers that ask models, which they do here.
    """

    def __init__(  # noqa: PLR0913 - those of an engine, and three of its own
        self,
        target: Target,  # noqa: ARG002 - as for an engine
        plan: Plan,
        pacer: Pacer,
        *,
        journal: Journal,
        question: Callable[[Trial], Question],
        is_kept: Callable[[bytes], bool],
        options: Options,
        after: Callable[[Row, Trial], Coroutine[Any, Any, None]] | None,
        workers: Workers,
        sent: Sent,
        paces: Sequence[Pace],
        own: Pace | None = None,
    ) -> None:
        self.outcome = Outcome()
        self.work = Work(plan, question, is_kept)
        if own is not None:
            pacer.rate, pacer.limit = own.rate, own.limit
        self._pacer = pacer
        self._journal = journal
        self._options = options
        self._after = after
        self._workers = workers
        self._sent = sent
        self._paces = list(paces)
        self._slicing = Slicing(self.work, len(self._paces))
        self._open: dict[int, _Open] = {}
        self._number = 0
        self._changed = asyncio.Event()
        self._orders = Orders()
        self._told: Orders | None = None
        self._scoring: set[asyncio.Task[None]] = set()

    @property
    def standing(self) -> Standing:
        """How fast all workers together go now."""
        each = [one.standing for one in list(self._open.values())]
        return Standing(
            open=sum(one.open for one in each),
            at_once=sum(one.at_once for one in each),
            per_s=sum(one.per_s for one in each),
            closed_s=max(0.0, self._orders.closed_until - time.time()),
            lag_s=max((one.lag_s for one in each), default=0.0),
        )

    def stop(self, reason: str) -> None:
        """Let no more requests start; those that are open end as usual."""
        self.outcome.stopped = self.outcome.stopped or reason
        self._orders = replace(self._orders, stopped=self.outcome.stopped)
        self._changed.set()

    async def run(self) -> None:
        """Carry the plan out, as far as it goes; a failed trial raises nothing.

        Cancelling it breaks open requests off; rows that came stay.
        """
        try:
            await self._tell()
            await self._begin_with_one()
            while await self._send():
                await set_within(self._changed, _EVERY_S)
                await self._listen()
            await asyncio.gather(*self._scoring)
        finally:
            await self._end()

    # What goes out

    async def _begin_with_one(self) -> None:
        """Send one slice, which begins with one request: a denied one is the only one."""
        jobs, _ = self._slicing.next(self._paces[-1].limit.at_once)
        if not jobs:
            return
        await self._submit(jobs, 1, is_first=True)
        until = time.monotonic() + FIRST_ALONE_S
        while self._is_unsure and time.monotonic() < until:
            await set_within(self._changed, _EVERY_S)
            await self._listen()

    @property
    def _is_unsure(self) -> bool:
        return bool(self._open) and not (self.outcome.ok or self.outcome.failed)

    async def _send(self) -> bool:
        """Give each worker that is free a slice; False if there is nothing to wait for."""
        while self._paces and not self.outcome.stopped:
            jobs, tries = self._slicing.next(self._paces[-1].limit.at_once)
            if not jobs:
                break
            await self._submit(jobs, tries + 1)
        return bool(self._open)

    async def _submit(
        self, jobs: dict[bytes, Job], tries: int, *, is_first: bool = False
    ) -> None:
        pace = self._paces.pop()
        warmup = self._options.warmup if is_first else 0
        self._number += 1
        part = Slice(
            number=self._number,
            version=version("ocinb"),
            model=self._sent.model,
            stream=self._sent.stream,
            timeout=self._sent.timeout,
            trials=[(job.trial, key) for key, job in jobs.items()],
            options=replace(
                self._options, warmup=warmup, first_alone=is_first, gives_up=False
            ),
            pace=pace,
        )
        try:
            future = await asyncio.to_thread(self._workers.submit, dumps(part))
        except RuntimeError as error:
            self._paces.append(pace)
            self.stop(_executor_ended(error))
            return
        self._open[part.number] = _Open(future, jobs, pace, tries)
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: _wake(loop, self._changed))

    async def _tell(self) -> None:
        paused = self._pacer.is_paused
        cut = {number: failure.line for number, failure in self.work.cut.items()}
        self._orders = replace(self._orders, paused=paused, cut=cut)
        if self._orders != self._told:
            self._told = self._orders
            orders = dumps(self._orders)
            await self._exchanged(lambda: self._workers.exchange.order(orders))

    async def _exchanged(self, action: Callable[[], Result]) -> Result | None:
        """Talk with the workers; if they are out of reach, the sweep is over."""
        try:
            return await asyncio.wait_for(asyncio.to_thread(action), _REACHED_WITHIN_S)
        except Exception as error:  # noqa: BLE001 - of whatever brings it to them
            line = one_line(f"{type(error).__name__}: {error}", 200)
            self.stop(f"the workers are out of reach ({line})")
            self._open.clear()
            return None

    # What comes in

    async def _listen(self) -> None:
        for report in await self._exchanged(self._workers.exchange.received) or ():
            self._take(loads(report))
        for number, one in list(self._open.items()):
            if one.future.done():
                await self._ended(number, one)
        await self._tell()

    def _take(self, report: Report) -> None:
        one = self._open.get(report.slice)
        if one is None:
            return  # its slice has told all of it again
        one.standing = report.standing
        outcome = self.outcome
        outcome.refused += max(0, report.refused - one.refused)
        outcome.attempts += max(0, report.attempts - one.attempts)
        one.refused, one.attempts = report.refused, report.attempts
        outcome.trouble = report.trouble or outcome.trouble
        if report.standing.closed_s:
            until = time.time() + report.standing.closed_s
            if until > self._orders.closed_until + 1:
                self._orders = replace(self._orders, closed_until=until)
        for found in report.found:
            job = one.left.pop(found.row.key, None)
            if job is not None:
                self._keep(found, job)

    def _keep(self, found: Found, job: Job) -> None:
        row, outcome = found.row, self.outcome
        self._journal.add(row, found.attempts)
        outcome.ends.append(time.monotonic())
        if row.status == "ok":
            outcome.ok += 1
            outcome.tokens += row.completion_tokens or 0
            self.work.succeeded(job.trial)
            if self._after is not None:
                task = asyncio.ensure_future(self._after(row, job.trial))
                self._scoring.add(task)
                task.add_done_callback(self._scored)
            return
        failure = failure_in(row)
        outcome.failed += 1
        outcome.trouble = failure.line
        self.work.failed(job.trial, failure)
        at_error = self._options.stop_at_error
        reason = reason_to_stop(outcome, failure, at_error=at_error)
        if reason:
            self.stop(reason)
            outcome.failure = outcome.failure or failure

    async def _ended(self, number: int, one: _Open) -> None:
        try:
            ended: Ended = loads(await asyncio.to_thread(one.future.result))
        except (Exception, CancelledError) as error:  # noqa: BLE001 - of any worker
            del self._open[number]
            self._paces.append(one.pace)
            self._lost(one, error)
            return
        self._take(ended.report)
        del self._open[number]
        self._paces.append(ended.pace)
        for setting, line in ended.cut.items():
            self.work.cut.setdefault(setting, Failure("", line))
        self._slicing.again(one.left, one.tries)

    def _lost(self, one: _Open, error: BaseException) -> None:
        """Have what is left of a slice carried out again, unless that is of no use."""
        line = one_line(f"{type(error).__name__}: {error}", 300)
        if isinstance(error, BrokenExecutor):
            self.stop(_executor_ended(error))
        elif isinstance(error, ConfigurationError) or one.tries >= _TRIES:
            self.stop(f"workers do not carry a slice out: {line}")
        else:
            self.outcome.trouble = line
            self._slicing.again(one.left, one.tries)

    def _scored(self, task: asyncio.Task[None]) -> None:
        self._scoring.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:  # our own mistake, not the scorer's
            self.stop(f"{type(error).__name__}: {error}")
            self.outcome.error = error

    async def _end(self) -> None:
        for task in list(self._scoring):
            task.cancel()
        if self._open:
            self._orders = replace(self._orders, cancelled=True)
            await self._tell()
            until = time.monotonic() + _CANCELLED_WITHIN_S
            while self._open and time.monotonic() < until:
                await set_within(self._changed, _EVERY_S)
                await self._listen()
            for one in self._open.values():
                one.future.cancel()
        is_read = bool(self._open)
        await self._exchanged(lambda: self._workers.exchange.close(is_read=is_read))


def _executor_ended(error: BaseException) -> str:
    line = one_line(f"{type(error).__name__}: {error}", 200)
    return (
        f"the executor takes no more work ({line}); the same sweep goes on with another"
    )


def _wake(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(event.set)
