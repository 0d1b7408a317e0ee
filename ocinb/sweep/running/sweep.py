"""A running sweep: a thread of its own carries it out while cells and widgets go on."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import wait as wait_for_all
from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from ocinb.background import CLEANUP_S, Loop
from ocinb.sweep.engine import Engine, Options, question_of
from ocinb.sweep.pacing import Limit, Pacer, Rate
from ocinb.sweep.results import SweepResult
from ocinb.sweep.running.judges import Judges
from ocinb.sweep.running.kept_scores import rows_to_score
from ocinb.sweep.running.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from ocinb.sweep.engine import Question, Target
    from ocinb.sweep.metrics.scoring import Scorers
    from ocinb.sweep.running.carrier import Carrier
    from ocinb.sweep.running.options import SweepOptions
    from ocinb.sweep.running.progress import State
    from ocinb.sweep.space import Estimate, Plan
    from ocinb.sweep.store import Kept, Store
    from ocinb.sweep.values import Attempt, Prompt, Row, Trial

__all__ = ["Keys", "Sweep"]

UNLIMITED_PER_S: Final = 10_000.0
LOOPBACK_FIRST_PER_S: Final = 50.0
STOPPED_BY_USER: Final = "by you"
STOPPED_WITHIN_S: Final = 0.9
"""How long `cancel` waits for connections to be closed and rows to be written."""

_SCORED_AT_ONCE: Final = 64


class Keys:
    """Names the questions of one sweep.

    Args:
        target: names them for all sweeps alike.
        salt: makes names of this sweep only, so that nothing is taken from others.
    """

    def __init__(self, target: Target, salt: bytes = b"") -> None:
        self._target = target
        self._salt = salt

    def question(self, trial: Trial) -> Question:
        """Return what a trial asks."""
        question = question_of(self._target, trial)
        if not self._salt:
            return question
        size = len(question.key)
        key = blake2b(question.key, digest_size=size, salt=self._salt).digest()
        return replace(question, key=key)


class Sweep:
    """A sweep that can be watched, paused and cancelled; rows are kept as they come.

    `run_sweep(..., background=True)` makes one.

    Attributes:
        plan: its trials.
        warnings: what may fool whoever reads the results, a line each.
        store: where its rows are.
        sweep_id: its number there.
        model: that is asked.
    """

    def __init__(  # noqa: PLR0913 - parts that are made in one place, `begin`
        self,
        model: Any,
        plan: Plan,
        options: SweepOptions,
        *,
        target: Target,
        keys: Keys,
        scorers: Scorers,
        store: Store,
        sweep_id: int,
        kept: Kept,
        estimate: Estimate,
        warnings: Sequence[str],
        carrier: Callable[..., Carrier] = Engine,
    ) -> None:
        self.model = model
        self.plan = plan
        self._questions = store.questions(sweep_id)
        twins = len(plan) - self._questions
        same = f"trials that ask the same share an answer: {twins:,} fewer requests"
        self.warnings = [
            *([same] if twins else []),
            *warnings,
            *([store.note] if store.note else []),
        ]
        self.store = store
        self.sweep_id = sweep_id
        self._options = options
        self._target = target
        self._scorers = scorers
        self._kept = kept
        self._estimate = estimate
        self._kept_count = sum(self._is_kept(key) for key in kept)
        self._scored_at_once = asyncio.Semaphore(_SCORED_AT_ONCE)
        self._pacer = Pacer(self._rate(), self._limit())
        self._judges = Judges(
            self._pacer,
            store,
            max_attempts=options.max_attempts,
            timeout=options.timeout,
        )
        self._engine = carrier(
            target,
            plan,
            self._pacer,
            journal=self,
            question=keys.question,
            is_kept=self._is_kept,
            options=Options(
                max_attempts=options.max_attempts,
                warmup=options.warmup,
                stop_at_error=options.on_error == "raise",
            ),
            after=self._score if scorers else None,
        )
        self._loop: Loop | None = None
        self._future: Future[None] | None = None
        self._has_ended = threading.Event()
        self._ender: threading.Thread | None = None
        self._broken: Exception | None = None
        self._started_s = self._ended_s = 0.0

    # What the user sees

    @property
    def to_send(self) -> int:
        """Trials that need a request."""
        return self._questions - self._kept_count

    @property
    def preflight(self) -> str:
        """What the sweep costs, in one line."""
        if not self._kept_count:
            return str(self._estimate)
        return (
            f"{self.to_send:,} of {self._estimate}; {self._kept_count:,} are in "
            f"{self.store.path} already"
        )

    @property
    def progress(self) -> Progress:
        """How far it is now."""
        outcome, work = self._engine.outcome, self._engine.work
        standing = self._engine.standing
        over = self._future is not None and self._future.done()
        cut = sum(work.not_sent.values())
        done = outcome.ok + outcome.failed + cut
        elapsed_s = (self._ended_s or time.monotonic()) - self._started_s
        return Progress(
            state=self._state(over=over),
            total=self._questions,
            kept=self._kept_count,
            ok=outcome.ok,
            failed=outcome.failed,
            cut=cut,
            open=standing.open,
            at_once=standing.at_once,
            per_s=standing.per_s,
            elapsed_s=elapsed_s if self._started_s else 0.0,
            eta_s=None if over else self._eta_s(self.to_send - done),
            tokens=outcome.tokens,
            refused=outcome.refused,
            closed_s=0.0 if over else standing.closed_s,
            lag_s=standing.lag_s,
            trouble=outcome.trouble,
            stopped=outcome.stopped or self._mishap,
        )

    @property
    def result(self) -> SweepResult:
        """What has come so far; it grows while the sweep runs."""
        return SweepResult(
            self.store,
            self.sweep_id,
            status=self.progress.state,
            notes=self._notes(),
            model=self.model,
        )

    @property
    def first_error(self) -> Exception | None:
        """The error because of which the sweep was stopped, if one was the reason."""
        failure = self._engine.outcome.failure
        return None if failure is None else failure.error

    def start(self) -> None:
        """Begin to send; returns at once."""
        self._started_s = time.monotonic()
        loop = Loop(name="ocinb-sweep")
        future = loop.run(self._run())
        self._loop, self._future = loop, future
        self._ender = threading.Thread(
            target=self._end, args=(loop, future), name="ocinb-sweep-end", daemon=True
        )
        self._ender.start()

    def pause(self) -> None:
        """Let no more requests start; those that are open end as usual."""
        self._from_outside(paused=True)

    def resume(self) -> None:
        """Go on after a pause."""
        self._from_outside(paused=False)

    def cancel(self) -> None:
        """Stop now: open requests are broken off, finished trials are kept.

        Returns within a second. The same sweep again goes on where this one stopped.
        It may be called from any thread, and changes nothing once the sweep is over.
        """
        if self._future is None or self._future.done():
            return
        outcome = self._engine.outcome
        outcome.stopped = outcome.stopped or STOPPED_BY_USER
        self._future.cancel()
        self._await_end(STOPPED_WITHIN_S)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it is over and all is written; True if it is.

        Args:
            timeout_s: how long to wait; None is for ever.

        Raises:
            StoreError: rows could not be kept.
        """
        if not self._await_end(timeout_s):
            return False
        error = self._engine.outcome.error or self._broken
        if error is not None:
            raise error
        return True

    def __repr__(self) -> str:
        return f"<sweep: {self.progress}>"

    # What the engine asks

    def add(self, row: Row, attempts: Sequence[Attempt] = ()) -> None:
        """Keep a row; the journal of the engine."""
        self.store.add(row, attempts)
        problem = self.store.problem
        if problem is not None:
            self._engine.stop(str(problem))

    def _is_kept(self, key: bytes) -> bool:
        status = self._kept.get(key)
        return status == "ok" or (status == "failed" and not self._options.retry_errors)

    async def _run(self) -> None:
        try:
            await self._engine.run()
            if self._scorers and self._kept_count:
                await self._score_kept()
        finally:
            try:
                await self._judges.aclose()
                await asyncio.to_thread(self.store.flush)
            finally:
                self._has_ended.set()

    async def _score(self, row: Row, trial: Trial) -> None:
        await self._score_answer(row, trial.prompt)

    async def _score_answer(self, row: Row, prompt: Prompt) -> None:
        async with self._scored_at_once:
            scores = await self._scorers.score(row, prompt, self._judges.ask)
        for score in scores:
            self.store.add_score(score)

    async def _score_kept(self) -> None:
        """Score rows of earlier runs that were not scored by all of these scorers."""
        names = set(self._scorers.names)
        prompts = {prompt.number: prompt for prompt in self.plan.prompts}
        await asyncio.to_thread(self.store.flush)
        unscored = await asyncio.to_thread(
            rows_to_score, self.store, self.sweep_id, names
        )
        scoring = (self._score_answer(row, prompts[number]) for row, number in unscored)
        await asyncio.gather(*scoring)

    # How it stands

    def _rate(self) -> Rate:
        known = self._options.max_rps or self._target.most_per_s
        return Rate(known) if known else Rate(UNLIMITED_PER_S, LOOPBACK_FIRST_PER_S)

    def _limit(self) -> Limit:
        fixed = self._options.max_concurrency
        return Limit() if fixed == "auto" else Limit(fixed)

    def _state(self, *, over: bool) -> State:
        outcome = self._engine.outcome
        if outcome.error is not None or self.store.problem is not None:
            return "failed"
        if self._broken is not None:
            return "failed"
        if over:
            return "stopped" if outcome.stopped else "done"
        return "paused" if self._pacer.is_paused else "running"

    @property
    def _mishap(self) -> str:
        """What went wrong in the sweep itself, in one line."""
        error = self.store.problem or self._broken or self._engine.outcome.error
        return "" if error is None else str(error)

    def _eta_s(self, left: int) -> float | None:
        ends = list(self._engine.outcome.ends)
        if len(ends) < 2:  # noqa: PLR2004 - two points make a speed
            return None
        span_s = max(1e-9, time.monotonic() - ends[0])
        return max(0, left) * span_s / len(ends)

    def _notes(self) -> list[str]:
        work = self._engine.work
        told = list(self.warnings)
        for number, failure in list(work.cut.items()):  # it grows meanwhile
            setting = self.plan.settings[number]
            told.append(
                f"{setting}: cut off, {work.not_sent[number]} trials were not sent: "
                f"{failure.line}"
            )
        if self._engine.outcome.stopped:
            told.append(f"stopped: {self._engine.outcome.stopped}")
        return told

    def _await_end(self, timeout_s: float | None) -> bool:
        if self._ender is None:
            return False
        self._ender.join(timeout_s)
        return not self._ender.is_alive()

    def _end(self, loop: Loop, future: Future[None]) -> None:
        """End the threads and write what is left to the store."""
        wait_for_all([future])
        self._has_ended.wait(CLEANUP_S)  # a cancelled one still closes connections
        self._ended_s = time.monotonic()
        loop.close()
        try:
            if not future.cancelled():
                future.result()
            if isinstance(self.store.path, str):
                self.store.flush()  # a store in memory would end
            else:
                self.store.close()
        except Exception as error:  # noqa: BLE001 - it is raised where one waits
            self._broken = error

    def _from_outside(self, *, paused: bool) -> None:
        async def change() -> None:
            self._pacer.pause(paused=paused)

        if self._loop is not None and not self._loop.closed:
            with suppress(RuntimeError):  # it ended meanwhile
                self._loop.run(change())
