"""What is left to do: trials taken from the plan one by one, and those to try again."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ocinb.sweep.engine.failures import Failure
    from ocinb.sweep.engine.targets import Question
    from ocinb.sweep.values import Attempt, Trial

__all__ = ["CUT_AFTER", "Job", "Work"]

CUT_AFTER: Final = 3
"""Failures in a row, with the same status, after which a setting is not asked again."""

_SKIPS: Final = 100
"""Kept trials that are passed over before other tasks may go on."""


@dataclass(slots=True)
class Job:
    """One trial on its way.

    Attributes:
        trial: which.
        question: what it asks.
        queued_s: when it was taken from the plan (monotonic).
        attempts: the requests that failed so far.
    """

    trial: Trial
    question: Question
    queued_s: float
    attempts: list[Attempt] = field(default_factory=list)


class Work:
    """The trials that are to be carried out, in the order of the plan.

    Of trials that ask the same thing only the first is carried out.

    Args:
        plan: all trials.
        question: returns what a trial asks.
        is_kept: tells whether a key needs no request.
    """

    def __init__(
        self,
        plan: Iterable[Trial],
        question: Callable[[Trial], Question],
        is_kept: Callable[[bytes], bool],
    ) -> None:
        self.cut: dict[int, Failure] = {}
        self.not_sent: Counter[int] = Counter()
        self._trials: Iterator[Trial] | None = iter(plan)
        self.question = question
        self._is_kept = is_kept
        self._again: list[tuple[float, int, Job]] = []
        self._order = count()
        self._taken: set[bytes] = set()
        self._in_a_row: dict[int, tuple[int | None, int]] = {}

    def take(self, now: float) -> Job | None:
        """Return the next trial; None if there is none now.

        One whose time has come to be tried again goes first.
        """
        while self._again and self._again[0][0] <= now:
            job = heapq.heappop(self._again)[2]
            if not self._is_cut(job.trial):
                return job
        for _ in range(_SKIPS):
            trial = next(self._trials, None) if self._trials is not None else None
            if trial is None:
                self._trials = None
                return None
            if self._is_cut(trial):
                continue
            question = self.question(trial)
            if question.key not in self._taken and not self._is_kept(question.key):
                self._taken.add(question.key)
                return Job(trial, question, now)
        return None

    @property
    def is_planned(self) -> bool:
        """True while the plan may have more trials."""
        return self._trials is not None

    def due_s(self, now: float) -> float | None:
        """Return the seconds until a trial is to be tried again; None for no such."""
        return max(0.0, self._again[0][0] - now) if self._again else None

    def again(self, job: Job, due: float) -> None:
        """Have a trial tried again at a time."""
        heapq.heappush(self._again, (due, next(self._order), job))

    def succeeded(self, trial: Trial) -> None:
        """Say that a trial was answered."""
        self._in_a_row.pop(trial.setting.number, None)

    def failed(self, trial: Trial, failure: Failure) -> None:
        """Say that a trial failed for good; cuts its setting off if it always does."""
        number = trial.setting.number
        status, times = self._in_a_row.get(number, (failure.status, 0))
        times = times + 1 if status == failure.status else 1
        self._in_a_row[number] = failure.status, times
        if times >= CUT_AFTER and failure.is_final:
            self.cut.setdefault(number, failure)

    def _is_cut(self, trial: Trial) -> bool:
        number = trial.setting.number
        if number in self.cut:
            self.not_sent[number] += 1
            return True
        return False
