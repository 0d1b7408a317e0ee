"""One question, asked when the pacer says so, on a line that is used again."""

from __future__ import annotations

import asyncio
import math
import random
from typing import TYPE_CHECKING, Final

from ocinb.sweep.engine.failures import failure_of

if TYPE_CHECKING:
    from ocinb.chat_models.lane import Timed
    from ocinb.sweep.engine.failures import Failure
    from ocinb.sweep.engine.targets import Line, Question, Target
    from ocinb.sweep.pacing import Pacer
    from ocinb.sweep.pacing.pacer import Turn

__all__ = ["Asking"]

_BACK_OFF_S: Final = 0.5
_REFUSED_S: Final = 0.2
_LONGEST_S: Final = 30.0


class Asking:
    """Asks a target, and tells the pacer what came of it.

    Args:
        target: is asked.
        pacer: says when.
        max_attempts: requests that a question may take.
    """

    def __init__(self, target: Target, pacer: Pacer, *, max_attempts: int) -> None:
        self._target = target
        self._pacer = pacer
        self._max_attempts = max_attempts
        self._lines: list[Line] = []

    async def once(self, question: Question, turn: Turn) -> Timed:
        """Ask once; the turn is over then.

        Raises:
            Exception: that of the model.
        """
        try:
            line = self._lines.pop() if self._lines else self._target.line()
            try:
                return await line.ask(question)
            finally:
                self._lines.append(line)
        finally:
            self._pacer.ended(turn)

    async def answer(self, question: Question) -> Timed:
        """Ask until there is an answer, or no attempt is left.

        Raises:
            Exception: that of the model, of the last attempt.
        """
        attempt = 0
        while True:
            attempt += 1
            turn = await self._pacer.turn()
            try:
                return await self.once(question, turn)
            except Exception as error:
                wait_s = self.wait_s(failure_of(error), attempt, turn)
                if wait_s is None:
                    raise
            await asyncio.sleep(wait_s)

    def wait_s(self, failure: Failure, attempt: int, turn: Turn) -> float | None:
        """Tell the pacer of a failure; return the wait before another attempt.

        None is for no other attempt.

        Args:
            failure: what came.
            attempt: from 1.
            turn: of the request.
        """
        if failure.is_refusal:
            self._pacer.refused(turn, failure.retry_after_s)
        elif failure.may_retry:
            self._pacer.troubled(failure.retry_after_s)
        if not failure.may_retry or attempt >= self._max_attempts:
            return None
        if failure.is_refusal:  # the pacer spaces them; the rate is lower now
            return min(_LONGEST_S, math.ldexp(_REFUSED_S, attempt - 1))
        longest_s = min(_LONGEST_S, math.ldexp(_BACK_OFF_S, attempt - 1))
        return random.uniform(longest_s / 2, longest_s)  # noqa: S311 - to spread tries

    async def aclose(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(line.aclose() for line in self._lines))
