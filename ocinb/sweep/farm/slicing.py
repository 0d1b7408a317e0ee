"""Which trials go out together: a part of a plan that is small enough to lose."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ocinb.sweep.engine.work import Job, Work

__all__ = ["MOST_TRIALS", "Slicing", "size"]

MOST_TRIALS: Final = 200
"""Trials of a slice, at most: what is asked again if its worker is lost."""

_SLICES_A_WORKER: Final = 3


class Slicing:
    """Takes trials from a plan slice by slice, and those again that came back.

    Args:
        work: what is to be done.
        slots: slices that may be out at once.
    """

    def __init__(self, work: Work, slots: int) -> None:
        self._work = work
        self._slots = slots
        self._waiting: deque[Job] = deque()
        self._again: deque[tuple[dict[bytes, Job], int]] = deque()

    def next(self, at_once: int) -> tuple[dict[bytes, Job], int]:
        """Return trials by their keys, and how often they were sent; none at the end.

        Args:
            at_once: requests that this slice may have open.
        """
        if self._again:
            return self._again.popleft()
        jobs: dict[bytes, Job] = {}
        while not jobs and self._look_ahead():  # all of some may have been cut off
            count = size(len(self._waiting), self._slots, at_once)
            while self._waiting and len(jobs) < count:
                job = self._waiting.popleft()
                if not self._is_cut(job):
                    jobs[job.question.key] = job
        return jobs, 0

    def again(self, jobs: dict[bytes, Job], tries: int) -> None:
        """Take back what a slice has left; trials of a setting that is cut off stay out."""
        left = {key: job for key, job in jobs.items() if not self._is_cut(job)}
        if left:
            self._again.append((left, tries))

    def _look_ahead(self) -> bool:
        """Take so many trials from the plan that the last slices can be small.

        False if there are none.
        """
        most = MOST_TRIALS * self._slots * _SLICES_A_WORKER
        while len(self._waiting) < most:
            job = self._work.take(time.monotonic())
            if job is not None:
                self._waiting.append(job)
            elif not self._work.is_planned:
                break
        return bool(self._waiting)

    def _is_cut(self, job: Job) -> bool:
        number = job.trial.setting.number
        if number not in self._work.cut:
            return False
        self._work.not_sent[number] += 1
        return True


def size(left: int, slots: int, at_once: int) -> int:
    """Return how many trials the next slice has.

    Slices become smaller towards the end, so that all workers end together (Polychronopoulos
    & Kuck 1987, guided self-scheduling), but none is over before it has begun.

    Args:
        left: trials that no worker has yet.
        slots: slices that may be open.
        at_once: requests that the next one may have open.
    """
    guided = max(_ceil(left, slots * _SLICES_A_WORKER), 2 * at_once)
    return min(MOST_TRIALS, guided, _ceil(left, slots))


def _ceil(count: int, parts: int) -> int:
    return -(-count // parts)
