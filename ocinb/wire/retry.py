"""Whether a failed request is sent again, and after how long."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import TYPE_CHECKING, Final

from tenacity import RetryCallState, wait_random_exponential

from ocinb.errors import (
    ConnectionFailed,
    DeploymentError,
    HostNotFound,
    OcinbError,
    StreamFailed,
    TlsError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RetryPolicy", "retry_after_s", "wait_before_retry"]

RETRIED_STATUS: Final = frozenset({408, 429, 500, 502, 503, 504})

_JITTER = wait_random_exponential(multiplier=1, min=0.5, max=8)


@dataclass(frozen=True)
class RetryPolicy:
    """How patient to be.

    Attributes:
        max_retries: requests after the first; 0 is really none.
        deadline_s: no retry begins later than this after the first request, waits
            that the server asked for left out.
        retry_after_limit_s: the longest wait asked for by a server that is obeyed.
    """

    max_retries: int = 3
    deadline_s: float = 60.0
    retry_after_limit_s: float = 120.0


def wait_before_retry(
    error: OcinbError,
    *,
    attempt: int,
    elapsed_s: float,
    asked_s: float | None,
    policy: RetryPolicy,
) -> float | None:
    """Return the seconds to wait before the next attempt, or None to give up.

    Args:
        error: why the attempt failed, before any text reached the user.
        attempt: 1 for the first request.
        elapsed_s: since the first request, obeyed `Retry-After` waits left out.
        asked_s: what `Retry-After` asks for.
        policy: how patient to be.
    """
    if attempt > policy.max_retries or not is_retryable(error):
        return None
    if asked_s is not None:
        return asked_s if asked_s <= policy.retry_after_limit_s else None
    wait_s = _jitter_s(attempt)
    return wait_s if elapsed_s + wait_s <= policy.deadline_s else None


def is_retryable(error: OcinbError) -> bool:
    """Tell whether the same request may succeed when sent again."""
    if isinstance(error, (TlsError, HostNotFound)):
        return False
    if isinstance(error, ConnectionFailed):
        return error.phase in {"connect", "headers"}
    if isinstance(error, (DeploymentError, StreamFailed)):
        return error.status in RETRIED_STATUS
    return False


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After`: seconds or a date (RFC 9110, section 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except ValueError:
        return None


def _jitter_s(attempt: int) -> float:
    # tenacity's waits read nothing of the state but the number of the attempt
    state = RetryCallState(retry_object=None, fn=None, args=(), kwargs={})  # type: ignore[arg-type]  # no retry loop of tenacity is run
    state.attempt_number = attempt
    return _JITTER(state)
