"""What a worker does: carries one slice out, and tells what comes as it comes."""

from __future__ import annotations

import time
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from ocinb.background import CLEANUP_S, Loop
from ocinb.errors import ConfigurationError, one_line
from ocinb.sweep.engine import Engine, question_of, target_of
from ocinb.sweep.engine.failures import Failure
from ocinb.sweep.farm.packing import dumps, loads, unpacked_model
from ocinb.sweep.farm.parcels import Ended, Found, Orders, Pace, Report
from ocinb.sweep.pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from ocinb.sweep.engine import Question
    from ocinb.sweep.farm.parcels import Post, Slice
    from ocinb.sweep.values import Attempt, Row, Trial

__all__ = ["carry_out"]

_EVERY_S: Final = 0.1
"""How often a worker reports, and looks for orders."""


def carry_out(packed: bytes, post: Post) -> bytes:
    """Carry a slice out and return what came, packed.

    Args:
        packed: the slice.
        post: to its sweep.

    Raises:
        ConfigurationError: the worker has another version of ocinb.
    """
    part: Slice = loads(packed)
    own = version("ocinb")
    if part.version != own:
        msg = f"the worker has ocinb {own}, and the sweep has {one_line(part.version)}"
        raise ConfigurationError(msg, hint="install the same version on both")
    loop = Loop(name="ocinb-slice")
    try:
        carrying = _Carrying(part, post)
        orders = carrying.orders()
        if not orders.cancelled:  # it waited for its turn, and the sweep may be over
            carrying.watch(loop, loop.run(carrying.run(orders)))
        return dumps(carrying.ended())
    finally:
        loop.close()


class _Carrying:
    """One slice on its way; the engine runs on a loop beside the worker's thread."""

    def __init__(self, part: Slice, post: Post) -> None:
        self._part = part
        self._post = post
        self._pacer = Pacer(part.pace.rate, part.pace.limit)
        self._keys = {_place(trial): key for trial, key in part.trials}
        model = unpacked_model(part.model)
        self._target = target_of(model, stream=part.stream, timeout=part.timeout)
        self._engine = Engine(
            self._target,
            [trial for trial, _ in part.trials],
            self._pacer,
            journal=self,
            question=self._question,
            options=part.options,
        )
        self._found: list[Found] = []
        self._told = 0
        self._closed_until = 0.0
        self._latest = Orders()

    def add(self, row: Row, attempts: Sequence[Attempt] = ()) -> None:
        """Keep a row; the journal of the engine."""
        self._found.append(Found(row, tuple(attempts)))

    async def run(self, orders: Orders) -> None:
        """Carry the slice out."""
        pace = self._part.pace
        if pace.monotonic_s is not None:  # another worker's clock, or an earlier moment
            passed_s = max(0.0, time.time() - pace.wall_s)
            by_s = time.monotonic() - pace.monotonic_s - passed_s
            pace.rate.move(by_s)
            pace.limit.move(by_s)
        await self._follow(orders)
        await self._engine.run()

    def watch(self, loop: Loop, running: Future[None]) -> None:
        """Report, and follow orders, until the slice is over."""
        while True:
            try:
                running.result(_EVERY_S)
            except FutureTimeoutError:
                self._report()
            except CancelledError:
                break
            else:
                break
            orders = self.orders()
            if orders.cancelled:
                running.cancel()
            else:
                loop.run(self._follow(orders)).result(CLEANUP_S)
        error = self._engine.outcome.error
        if error is not None:
            raise error

    def ended(self) -> Ended:
        """Return what came of the slice."""
        work = self._engine.work
        return Ended(
            report=self._told_now(self._found),
            cut={number: failure.line for number, failure in work.cut.items()},
            pace=Pace(
                self._pacer.rate, self._pacer.limit, time.monotonic(), time.time()
            ),
        )

    async def _follow(self, orders: Orders) -> None:
        if orders.paused != self._pacer.is_paused:
            self._pacer.pause(paused=orders.paused)
        for number, line in orders.cut.items():
            self._engine.work.cut.setdefault(number, Failure("", line))
        if orders.closed_until > self._closed_until:
            self._closed_until = orders.closed_until
            self._pacer.close(max(0.0, orders.closed_until - time.time()))
        if orders.stopped and not self._engine.outcome.stopped:
            self._engine.stop(orders.stopped)

    def orders(self) -> Orders:
        """Return what the sweep wants now, as far as that is known."""
        found = self._post.orders()
        if found is None:
            return Orders(cancelled=True)
        if found:
            self._latest = loads(found)
        return self._latest

    def _report(self) -> None:
        new = self._found[self._told :]
        self._told += len(new)
        self._post.send(dumps(self._told_now(new)))

    def _told_now(self, found: Sequence[Found]) -> Report:
        outcome = self._engine.outcome
        return Report(
            slice=self._part.number,
            found=tuple(found),
            standing=self._engine.standing,
            trouble=outcome.trouble,
            refused=outcome.refused,
            attempts=outcome.attempts,
        )

    def _question(self, trial: Trial) -> Question:
        return replace(question_of(self._target, trial), key=self._keys[_place(trial)])


def _place(trial: Trial) -> Any:
    return trial.setting.number, trial.prompt.number, trial.repeat
