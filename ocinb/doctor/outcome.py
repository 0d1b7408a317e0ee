"""What one check came to: pass, fail or skipped, the measured value and the fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from ocinb.errors import TimedOut, one_line

if TYPE_CHECKING:
    from ocinb.errors import OcinbError

__all__ = ["Outcome", "Result", "broken", "failed", "passed", "said", "skipped"]

Result: TypeAlias = Literal["pass", "fail", "skipped"]

_LONGEST = 400


@dataclass(frozen=True)
class Outcome:
    """The judgement of a check.

    Attributes:
        result: pass, fail or skipped.
        measured: what was found, or why nothing was; it may quote a server, so it is
            untrusted text.
        fix: what to do; empty where there is nothing to do.
    """

    result: Result
    measured: str
    fix: str = ""


def passed(measured: str, fix: str = "") -> Outcome:
    """Return the outcome of a check that found nothing wrong."""
    return Outcome("pass", measured, fix)


def failed(measured: str, fix: str) -> Outcome:
    """Return the outcome of a check that found something to mend."""
    return Outcome("fail", measured, fix)


def skipped(why: str) -> Outcome:
    """Return the outcome of a check that nothing can be told of."""
    return Outcome("skipped", why)


def broken(error: OcinbError, fix: str) -> Outcome:
    """Return the outcome of a check that an error ended.

    Args:
        error: what came.
        fix: what to do, where the error itself does not say, or speaks of the
            parameters of a chat model, as that of a time-out does.
    """
    hint = "" if isinstance(error, TimedOut) else one_line(error.hint)
    return failed(said(error), hint or fix)


def said(error: OcinbError) -> str:
    """Return the line of an error without what it says to do."""
    return one_line(str(error).removesuffix(f" - {error.hint}"), _LONGEST)
