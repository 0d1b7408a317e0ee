"""What a sweep has come to so far, and whether going on is of use."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ocinb.sweep.engine.failures import Failure

__all__ = ["Outcome", "reason_to_stop"]

HOPELESS_AFTER: Final = 10
"""Trials that failed before any was answered, after which a sweep stops."""


@dataclass
class Outcome:
    """What has been done so far; read by whoever shows it.

    Attributes:
        ok: trials answered.
        failed: trials that failed for good.
        attempts: requests made.
        refused: requests that were too many.
        tokens: of the answers.
        ends: when the last trials ended, by the clock of the loop.
        trouble: what went wrong last, in one line.
        stopped: why the sweep was stopped before its end; empty if it was not.
        failure: of the trial because of which it was stopped.
        error: what went wrong in the sweep itself, to be raised by whoever runs it.
    """

    ok: int = 0
    failed: int = 0
    attempts: int = 0
    refused: int = 0
    tokens: int = 0
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=200), repr=False)
    trouble: str = ""
    stopped: str = ""
    failure: Failure | None = None
    error: BaseException | None = None


def reason_to_stop(outcome: Outcome, failure: Failure, *, at_error: bool) -> str:
    """Say why a sweep ends with a failure; empty if it goes on.

    Args:
        outcome: what the sweep has come to, this failure included.
        failure: of a trial.
        at_error: True if any failure ends it.
    """
    if failure.is_denied:
        return failure.line
    if at_error:
        return f"on_error='raise': {failure.line}"
    if not outcome.ok and outcome.failed >= HOPELESS_AFTER:
        return f"none of {outcome.failed} trials succeeded: {failure.line}"
    return ""
