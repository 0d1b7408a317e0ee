"""What an error of a model means for a sweep: try again, give up, or stop it all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import (
    AuthError,
    ConfigurationError,
    ConnectionFailed,
    HostNotFound,
    OcinbError,
    StreamFailed,
    StreamTruncated,
    TlsError,
    one_line,
)
from ocinb.wire.retry import RETRIED_STATUS, is_retryable, retry_after_s

if TYPE_CHECKING:
    from ocinb.sweep.values import Row

__all__ = ["Failure", "failure_in", "failure_of"]

_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_DENIED: Final = frozenset({401, 403})
_OF_THE_CLIENT: Final = range(400, 500)


@dataclass(frozen=True)
class Failure:
    """An error as a sweep sees it.

    Attributes:
        kind: name of the error's class.
        line: what happened, in one line.
        status: HTTP status, if the server answered.
        request_id: Oracle's.
        retry_after_s: what the server asked for.
        may_retry: whether the same request may succeed later.
        is_refusal: True if there were too many requests.
        error: itself.
        partial_text: what of the answer came.
        is_denied: True if the credentials were refused: no other request can succeed.
    """

    kind: str
    line: str
    status: int | None = None
    request_id: str = ""
    retry_after_s: float | None = None
    may_retry: bool = False
    is_refusal: bool = False
    is_denied: bool = False
    partial_text: str = ""
    error: Exception | None = None

    @property
    def is_final(self) -> bool:
        """True for a refusal of what was asked, which would be refused again."""
        is_ours = self.status in _OF_THE_CLIENT
        return is_ours and not (self.may_retry or self.is_denied)


def failure_of(error: Exception) -> Failure:
    """Return what an error means; it may be of any chat model."""
    if isinstance(error, OcinbError):
        status, asked_s = error.status, error.retry_after_s
        denied = isinstance(error, AuthError)
        retry = _may_succeed(error)
        line = str(error)
    else:
        status, asked_s = _status_of(error), _retry_after_of(error)
        denied = status in _DENIED
        retry = status in RETRIED_STATUS or (status is None and _is_passing(error))
        line = one_line(f"{type(error).__name__}: {error}")
    waits = status == _UNAVAILABLE and asked_s is not None
    return Failure(
        kind=type(error).__name__,
        line=line,
        status=status,
        request_id=str(getattr(error, "request_id", "") or ""),
        retry_after_s=asked_s,
        may_retry=retry,
        is_refusal=status == _TOO_MANY or waits,
        is_denied=denied,
        error=error,
        partial_text=str(getattr(error, "partial_text", "") or ""),
    )


def failure_in(row: Row) -> Failure:
    """Return the failure that a row tells of, as another process saw it."""
    kind = _named(row.error_kind, OcinbError)
    error = (kind or OcinbError)(row.error)
    denied = isinstance(error, AuthError) if kind else row.error_status in _DENIED
    return Failure(
        kind=row.error_kind,
        line=row.error,
        status=row.error_status,
        request_id=row.request_id,
        may_retry=row.error_status in RETRIED_STATUS,
        is_refusal=row.error_status == _TOO_MANY,
        is_denied=denied,
        partial_text=row.text,
        error=error,
    )


def _named(name: str, root: type[OcinbError]) -> type[OcinbError] | None:
    """Return a class of our errors by its name."""
    if root.__name__ == name:
        return root
    found = (_named(name, kind) for kind in root.__subclasses__())
    return next(filter(None, found), None)


def _may_succeed(error: OcinbError) -> bool:
    """Tell whether the same request may succeed when sent again.

    More than for the wire alone: nobody has read the beginning of an answer that broke
    off, so that it may begin again.
    """
    if isinstance(error, (ConfigurationError, TlsError, HostNotFound)):
        return False
    if isinstance(error, (ConnectionFailed, StreamTruncated)):
        return True
    is_unexplained = isinstance(error, StreamFailed) and error.status is None
    return is_unexplained or is_retryable(error)


def _status_of(error: Any) -> int | None:
    """Return the status in an error of some other library, where they usually put it."""
    for holder in (error, getattr(error, "response", None)):
        for name in ("status_code", "status", "http_status"):
            status = getattr(holder, name, None)
            if isinstance(status, int) and not isinstance(status, bool):
                return status
    return None


def _retry_after_of(error: Any) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return retry_after_s(headers)
    except (AttributeError, TypeError):  # they are no headers of HTTP
        return None


def _is_passing(error: Exception) -> bool:
    """Tell an error of the connection by its class, or by what it is called."""
    names = " ".join(kind.__name__ for kind in type(error).__mro__)
    return isinstance(error, OSError) or "Timeout" in names or "Connection" in names
