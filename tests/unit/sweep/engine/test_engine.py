"""The engine on a clock that jumps: what it asks, tries again, gives up and records."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, NoReturn

import pytest

from ocinb.errors import (
    AnswerError,
    ConnectionFailed,
    DeploymentError,
    RateLimited,
    ServerError,
    SignatureRefused,
    StreamFailed,
    StreamTruncated,
    TimedOut,
)
from ocinb.sweep.engine import Engine, Options
from ocinb.sweep.pacing import Limit, Pacer, Rate
from ocinb.sweep.space import grid
from tests.unit.sweep.virtual import Asked, Notebook, now, virtually

SPACE = grid(temperature=[0, 0.5, 1])


class Run:
    """One sweep of the engine alone."""

    def __init__(
        self,
        ask: Any = None,
        *,
        space: Any = SPACE,
        repeats: Any = 10,
        at_once: Any = 8,
        **options: Any,
    ) -> None:
        kept = options.pop("is_kept", lambda _: False)
        after = options.pop("after", None)
        self.target = Asked(ask)
        self.journal = Notebook()
        self.pacer = Pacer(Rate(1000.0, 1000.0), Limit(at_once))
        self.engine = Engine(
            self.target,
            space.plan("Hi", repeats=repeats),
            self.pacer,
            journal=self.journal,
            is_kept=kept,
            options=Options(**options),
            after=after,
        )
        self.outcome = self.engine.outcome
        self.took_s = 0.0

    def carry_out(self):
        async def run() -> None:
            begun_s = now()
            await self.engine.run()
            self.took_s = now() - begun_s
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left

        virtually(run())
        assert self.pacer.open == 0
        return self

    @property
    def asked(self):
        return len(self.target.questions)

    @property
    def failed(self):
        return [row for row in self.journal.rows if row.status == "failed"]


def raising(*errors: Any, then: Any = "yes"):
    """Raise these errors to the first requests, and answer the later ones."""
    left = list(errors)

    async def ask(_: Any) -> Any:
        await asyncio.sleep(0.1)
        if left:
            raise left.pop(0)
        return then

    return ask


def always(error: Any):
    async def ask(_: Any) -> NoReturn:
        await asyncio.sleep(0.1)
        raise error

    return ask


def test_every_trial_is_a_row_and_is_asked_once():
    run = Run().carry_out()

    assert run.asked == 30
    assert len({row.key for row in run.journal.rows}) == 30
    assert {row.status for row in run.journal.rows} == {"ok"}
    assert (run.outcome.ok, run.outcome.failed, run.outcome.stopped) == (30, 0, "")


def test_kept_trials_are_not_asked():
    first = Run().carry_out()
    kept = {row.key for row in first.journal.rows[:20]}

    second = Run(is_kept=lambda key: key in kept).carry_out()

    assert second.asked == 10
    assert not kept & {row.key for row in second.journal.rows}


def test_lines_are_used_again_and_all_closed():
    async def slowly(_: Any) -> None:
        await asyncio.sleep(0.5)

    run = Run(slowly, at_once=4).carry_out()

    assert run.target.lines == run.target.closed <= 4


def test_the_first_request_is_alone_for_a_while():
    async def slowly(_: Any) -> None:
        starts.append(now())
        await asyncio.sleep(9)

    starts: list[float] = []
    Run(slowly, repeats=2).carry_out()

    assert starts[1] - starts[0] == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    "error",
    [
        ServerError("it failed", status=500),
        DeploymentError("not yet", status=503),
        RateLimited("too many", status=429),
        ConnectionFailed("reset", phase="connect"),
        ConnectionFailed("reset", phase="stream"),
        StreamTruncated("no end", phase="stream"),
        StreamFailed("engine died", phase="stream"),
        TimedOut("no answer", phase="answer"),
        ConnectionResetError("theirs"),
        asyncio.TimeoutError(),
    ],
    ids=lambda error: f"{type(error).__name__} {getattr(error, 'phase', '')}",
)
def test_what_may_pass_is_tried_again_and_noted(error: Any):
    run = Run(raising(error, error), repeats=2).carry_out()

    assert run.outcome.ok == 6
    assert not run.failed
    assert len(run.journal.attempts) == 2
    assert sum(row.attempts for row in run.journal.rows) == 8
    assert all(attempt.waited_s > 0 for attempt in run.journal.attempts)


@pytest.mark.parametrize(
    "error",
    [
        DeploymentError("bad", status=400),
        AnswerError("no JSON"),
        StreamFailed("bad", status=400),
        ValueError("a mistake of a model's class"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_cannot_pass_is_a_row_and_not_an_exception(error: Any):
    run = Run(raising(error)).carry_out()

    (row,) = run.failed
    assert run.asked == 30
    assert run.outcome.ok == 29
    assert row.error_kind == type(error).__name__
    assert row.error.endswith(str(error)) or str(error) in row.error
    assert row.attempts == 1


def test_a_trial_takes_no_more_requests_than_it_may():
    run = Run(
        always(ServerError("down", status=500)),
        space=grid(top_p=[1]),
        repeats=1,
        max_attempts=4,
    ).carry_out()

    (row,) = run.failed
    assert run.asked == row.attempts == len(run.journal.attempts) == 4
    assert row.error_status == 500


def test_a_setting_that_is_always_refused_is_cut_off_with_its_reason():
    async def ask(question: Any) -> None:
        await asyncio.sleep(0.1)
        if question.params["temperature"] == 0.5:
            msg = "no such temperature"
            raise DeploymentError(msg, status=400)

    run = Run(ask, repeats=40, at_once=2).carry_out()

    (number,) = run.engine.work.cut
    asked = Counter(q.params["temperature"] for q in run.target.questions)
    assert SPACE[number].values == {"temperature": 0.5}
    assert "no such temperature" in run.engine.work.cut[number].line
    assert asked == {0: 40, 1: 40, 0.5: run.outcome.failed}
    assert 3 <= run.outcome.failed <= 4  # one more may have been open
    assert run.engine.work.not_sent[number] == 40 - run.outcome.failed
    assert not run.outcome.stopped


def test_an_answer_that_cannot_be_read_cuts_no_setting_off():
    run = Run(
        raising(*[AnswerError("empty answer", status=200) for _ in range(9)]),
        repeats=20,
    ).carry_out()

    assert not run.engine.work.cut
    assert (run.outcome.ok, run.outcome.failed) == (51, 9)


def test_credentials_that_are_refused_cost_one_request():
    run = Run(always(SignatureRefused("401", status=401))).carry_out()

    assert run.asked == 1
    assert "401" in run.outcome.stopped
    assert isinstance(run.outcome.failure.error, SignatureRefused)


def test_credentials_that_are_refused_cost_one_request_while_warming_up_too():
    run = Run(always(SignatureRefused("401", status=401)), warmup=5).carry_out()

    assert run.asked == 1
    assert "401" in run.outcome.stopped


def test_warming_up_is_not_recorded():
    run = Run(warmup=3).carry_out()

    assert run.asked == 33
    assert len(run.journal.rows) == 30


def test_nothing_is_warmed_up_for_nothing():
    run = Run(warmup=3, is_kept=lambda _: True).carry_out()

    assert run.asked == 0


def test_a_sweep_stops_where_nothing_succeeds():
    run = Run(always(ValueError("always")), repeats=100).carry_out()

    assert run.asked < 20
    assert run.outcome.stopped.startswith("none of 10 trials succeeded")


def test_it_stops_at_the_first_failure_if_that_is_wished():
    run = Run(raising(ValueError("first")), stop_at_error=True).carry_out()

    assert run.asked == 1
    assert str(run.outcome.failure.error) == "first"


def test_a_stop_does_not_wait_for_what_a_server_asked_for():
    errors = [
        RateLimited("wait", status=429, retry_after_s=100.0),
        SignatureRefused("401", status=401),
    ]

    async def ask(_: Any) -> NoReturn:
        await asyncio.sleep(0.1 if len(errors) == 2 else 5)
        raise errors.pop(0)

    async def slow_first(question: Any) -> Any:
        if len(run.target.questions) == 1:
            return "yes"
        return await ask(question)

    run = Run(slow_first, at_once=3)
    run.carry_out()

    assert run.took_s < 10


def test_a_line_that_cannot_be_made_is_a_failure_like_any_other():
    class Broken(Asked):
        def line(self) -> NoReturn:
            msg = "no line"
            raise ValueError(msg)

    run = Run(repeats=20)
    run.engine._asking._target = Broken()
    run.carry_out()

    assert run.outcome.failed >= 10
    assert "no line" in run.outcome.stopped


def test_an_answer_is_scored_after_its_row_is_kept():
    async def after(row: Any, trial: Any) -> None:
        assert row in run.journal.rows
        await asyncio.sleep(1)
        scored.append((row.key, trial.setting.number))

    scored: list[tuple[bytes, int]] = []
    run = Run(after=after)
    run.carry_out()

    assert len(scored) == 30


def test_our_own_mistake_ends_the_sweep_and_is_told():
    async def after(*_: Any) -> NoReturn:
        msg = "ours"
        raise LookupError(msg)

    run = Run(after=after, repeats=100).carry_out()

    assert run.outcome.stopped == "LookupError: ours"
    assert isinstance(run.outcome.error, LookupError)
    assert run.asked < 100


def test_cancelling_ends_every_request_and_keeps_what_came():
    async def ask(_: Any) -> None:
        if len(run.target.questions) > 10:
            await asyncio.sleep(1e6)

    run = Run(ask, repeats=50, at_once=20)

    async def cancelled() -> Any:
        task = asyncio.ensure_future(run.engine.run())
        await asyncio.sleep(60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(asyncio.all_tasks())

    assert virtually(cancelled()) == 1
    assert run.pacer.open == 0
    assert run.target.closed == run.target.lines
    assert len(run.journal.rows) == 10


def test_times_are_those_of_the_last_request():
    async def ask(_: Any) -> None:
        await asyncio.sleep(3)
        if len(run.target.questions) == 1:
            msg = "down"
            raise ServerError(msg, status=500)

    run = Run(ask, space=grid(top_p=[1]), repeats=1)
    run.carry_out()

    (row,) = run.journal.rows
    (attempt,) = run.journal.attempts
    assert row.e2e_s == pytest.approx(3)
    assert row.queue_s == pytest.approx(3 + attempt.waited_s, abs=0.01)
    assert attempt.seconds == pytest.approx(3)


def test_a_failed_row_says_how_long_its_last_request_took():
    run = Run(
        always(DeploymentError("bad", status=400)), space=grid(top_p=[1]), repeats=1
    ).carry_out()

    (row,) = run.failed
    assert row.e2e_s == pytest.approx(0.1)
