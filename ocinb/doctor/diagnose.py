"""Runs the checks one after the other; what stands on a failed one is skipped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from ocinb.doctor.catalogue import CHECKS
from ocinb.doctor.outcome import skipped
from ocinb.doctor.report import Report, Row
from ocinb.doctor.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ocinb.doctor.check import Check
    from ocinb.doctor.target import Target

__all__ = ["TIMEOUT_S", "diagnose"]

TIMEOUT_S: Final = 30.0


def diagnose(
    target: Target,
    *,
    on_row: Callable[[Row], object] | None = None,
    timeout_s: float = TIMEOUT_S,
    checks: Sequence[Check] = CHECKS,
) -> Report:
    """Find out what is wrong between here and a model's answer.

    It sends six small requests, and none is tried again unless a token could be renewed.
    No row holds a key, a token or a signature.

    Args:
        target: what is examined.
        on_row: called with each row when it is known.
        timeout_s: the longest that one request may take, in seconds.
        checks: what to look at, each after those that it stands on.
    """
    visit = Visit(target, timeout_s)
    began_s = time.monotonic()
    rows: list[Row] = []
    blocked: dict[str, str] = {}
    try:
        for check in checks:
            row = _row(check, visit, blocked)
            rows.append(row)
            if on_row is not None:
                on_row(row)
    finally:
        visit.close()
    seconds = time.monotonic() - began_s
    return Report(target.place, target.model, target.source, tuple(rows), seconds)


def _row(check: Check, visit: Visit, blocked: dict[str, str]) -> Row:
    """Run a check, unless one that it stands on failed.

    Args:
        check: which one.
        visit: what the checks share.
        blocked: the checks on which nothing can stand, and the failure behind each;
            it is added to.
    """
    began_s = time.monotonic()
    cause = next((blocked[name] for name in check.needs if name in blocked), "")
    outcome = skipped(f"{cause} failed") if cause else check.run(visit)
    if cause or outcome.result == "fail":
        blocked[check.name] = cause or check.name
    seconds = time.monotonic() - began_s
    return Row(check.name, outcome.result, outcome.measured, outcome.fix, seconds)
