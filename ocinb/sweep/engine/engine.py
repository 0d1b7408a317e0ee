"""Carries a plan out on one event loop: a task a trial, and none before its turn."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from ocinb.sweep.engine.asking import Asking
from ocinb.sweep.engine.failures import failure_of
from ocinb.sweep.engine.lag import LagMeter
from ocinb.sweep.engine.outcome import Outcome, reason_to_stop
from ocinb.sweep.engine.rows import failed_row, ok_row
from ocinb.sweep.engine.standing import Standing
from ocinb.sweep.engine.targets import question_of
from ocinb.sweep.engine.work import Work
from ocinb.sweep.pacing.pacer import set_within
from ocinb.sweep.values import Attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from ocinb.chat_models.lane import Timed
    from ocinb.sweep.engine.failures import Failure
    from ocinb.sweep.engine.targets import Question, Target
    from ocinb.sweep.engine.work import Job
    from ocinb.sweep.pacing import Pacer
    from ocinb.sweep.pacing.pacer import Turn
    from ocinb.sweep.values import Row, Trial

__all__ = ["Engine", "Journal", "Options"]

FIRST_ALONE_S: Final = 2.0
"""How long the first request is alone: if it is denied, it is the only one."""


class Journal(Protocol):
    """Where rows go; adding never waits."""

    def add(self, row: Row, attempts: Sequence[Attempt] = ()) -> None:
        """Keep a row and the attempts that failed before."""
        ...


@dataclass(frozen=True)
class Options:
    """How a sweep is carried out.

    Attributes:
        max_attempts: requests that a trial may take.
        warmup: requests before the first trial, which are not recorded.
        stop_at_error: True ends the sweep at the first trial that fails.
        first_alone: whether the first request is alone for a moment.
        gives_up: whether some number of failures before any success is too many; who
            carries out a part of a plan cannot tell.
    """

    max_attempts: int = 8
    warmup: int = 0
    stop_at_error: bool = False
    first_alone: bool = True
    gives_up: bool = True


class Engine:
    """Asks a target every question of a plan that is not answered yet.

    Args:
        target: is asked.
        plan: the trials.
        pacer: says when; made for the loop on which `run` runs.
        journal: keeps the rows.
        question: returns what a trial asks; the target's own by default.
        is_kept: tells whether a key needs no request.
        options: how.
        after: done with each answered row, such as scoring it.
    """

    def __init__(
        self,
        target: Target,
        plan: Iterable[Trial],
        pacer: Pacer,
        *,
        journal: Journal,
        question: Callable[[Trial], Question] | None = None,
        is_kept: Callable[[bytes], bool] = lambda _: False,
        options: Options | None = None,
        after: Callable[[Row, Trial], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self.outcome = Outcome()
        self.lag = LagMeter()
        named = question or partial(question_of, target)
        self.work = Work(plan, named, is_kept)
        self.pacer = pacer
        self._plan = plan
        self._options = options or Options()
        attempts = self._options.max_attempts
        self._asking = Asking(target, pacer, max_attempts=attempts)
        self._journal = journal
        self._after = after
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._starting: asyncio.Future[None] | None = None

    @property
    def standing(self) -> Standing:
        """How fast it goes now."""
        return Standing(
            open=self.pacer.open,
            at_once=self.pacer.limit.at_once,
            per_s=self.pacer.rate.per_s,
            closed_s=self.pacer.closed_s(time.monotonic()),
            lag_s=self.lag.p95_s,
        )

    async def run(self) -> None:
        """Carry the plan out, as far as it goes; a failed trial raises nothing.

        Cancelling it closes every connection; rows that were added stay.
        """
        meter = asyncio.ensure_future(self.lag.run())
        self._starting = asyncio.ensure_future(self._dispatch())
        try:
            await asyncio.wait({self._starting})
            if not self._starting.cancelled():  # else it was stopped
                self._starting.result()
            await self._finish()
        finally:
            own = [meter, self._starting, *self._tasks]
            for task in own:
                task.cancel()
            await asyncio.gather(*own, return_exceptions=True)
            await self._asking.aclose()

    async def _warm_up(self) -> None:
        for trial in islice(self._plan, self._options.warmup):
            question = self.work.question(trial)
            turn = await self.pacer.turn()
            try:
                await self._asking.once(question, turn)
            except Exception as error:  # noqa: BLE001 - the trials themselves will tell
                failure = failure_of(error)
                if failure.is_denied:
                    self._give_up(failure.line, failure)
                return

    async def _dispatch(self) -> None:
        is_first = True
        while (job := await self._next()) is not None:
            if is_first:
                await self._warm_up()
            if self.outcome.stopped:
                return
            turn = await self.pacer.turn()
            task = asyncio.ensure_future(self._attend(job, turn))
            self._tasks.add(task)
            task.add_done_callback(self._done)
            if is_first:
                is_first = False
                if self._options.first_alone:
                    await asyncio.wait({task}, timeout=FIRST_ALONE_S)

    async def _next(self) -> Job | None:
        """Return the next trial, waiting for one that is to be tried again."""
        while not self.outcome.stopped:
            now = _now()
            job = self.work.take(now)
            if job is not None:
                return job
            if self.work.is_planned:
                await asyncio.sleep(0)
                continue
            due_s = self.work.due_s(now)
            if due_s is None and not self._tasks:
                return None
            await set_within(self._changed, due_s)
        return None

    async def _finish(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._changed.set()
        error = None if task.cancelled() else task.exception()
        if error is not None:  # our own mistake, not the model's
            self.stop(f"{type(error).__name__}: {error}")
            self.outcome.error = error

    def stop(self, reason: str) -> None:
        """Let no more requests start, those that wait for their turn neither."""
        self.outcome.stopped = self.outcome.stopped or reason
        if self._starting is not None:
            self._starting.cancel()

    async def _attend(self, job: Job, turn: Turn) -> None:
        self.outcome.attempts += 1
        begun_s = _now()
        try:
            timed = await self._asking.once(job.question, turn)
        except Exception as error:  # noqa: BLE001 - any model's error is a row
            self._failed(job, turn, failure_of(error), begun_s)
            return
        await self._answered(job, turn, timed)

    async def _answered(self, job: Job, turn: Turn, timed: Timed) -> None:
        row = ok_row(job, timed, lag_s=self.lag.worst_since(timed.written_s))
        self._journal.add(row, job.attempts)
        wait_s = row.e2e_s if row.ttft_s is None else row.ttft_s
        self.pacer.answered(turn, wait_s)
        self.work.succeeded(job.trial)
        self.outcome.ok += 1
        self.outcome.ends.append(_now())
        self.outcome.tokens += row.completion_tokens or 0
        if self._after is not None:
            await self._after(row, job.trial)

    def _failed(self, job: Job, turn: Turn, failure: Failure, begun_s: float) -> None:
        self.outcome.trouble = failure.line
        number = len(job.attempts) + 1
        self.outcome.refused += failure.is_refusal
        wait_s = self._asking.wait_s(failure, number, turn)
        job.attempts.append(_attempt(job, number, failure, begun_s, wait_s or 0.0))
        if wait_s is not None:
            self.work.again(job, _now() + wait_s)
            return
        self._journal.add(failed_row(job, failure, begun_s, _now()), job.attempts)
        self.outcome.failed += 1
        self.outcome.ends.append(_now())
        self.work.failed(job.trial, failure)
        self._look_for_reasons_to_stop(failure)

    def _look_for_reasons_to_stop(self, failure: Failure) -> None:
        options = self._options
        reason = reason_to_stop(self.outcome, failure, at_error=options.stop_at_error)
        is_certain = failure.is_denied or options.stop_at_error
        if reason and (is_certain or options.gives_up):
            self._give_up(reason, failure)

    def _give_up(self, reason: str, failure: Failure) -> None:
        self.stop(reason)
        self.outcome.failure = self.outcome.failure or failure


def _now() -> float:
    """Return the time of the running loop, which is Python's monotonic clock."""
    return asyncio.get_running_loop().time()


def _attempt(
    job: Job, number: int, failure: Failure, begun_s: float, wait_s: float
) -> Attempt:
    seconds = _now() - begun_s
    return Attempt(
        key=job.question.key,
        number=number,
        started_at=time.time() - seconds,
        seconds=seconds,
        status=failure.status,
        waited_s=wait_s,
        error=failure.line,
        request_id=failure.request_id,
    )
