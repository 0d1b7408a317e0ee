"""What went wrong on the way to an answer, said in the user's terms."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import httpcore
import httpx

from ocinb.errors import (
    AnswerError,
    ConnectionFailed,
    EndpointError,
    HostNotFound,
    OcinbError,
    StreamTruncated,
    TimedOut,
    TlsError,
    one_line,
)
from ocinb.wire.transport.pool import named_proxy, proxy_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.errors import Phase
    from ocinb.wire.deadline import Deadline
    from ocinb.wire.request import Request, Timeouts

__all__ = ["explained"]

_NOT_A_URL: Final = (httpx.InvalidURL, httpcore.UnsupportedProtocol, UnicodeError)
_NO_CONNECTION: Final = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpcore.ProxyError,
)

_BREAKS: Final = (
    *_NOT_A_URL,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpx.DecodingError,
    httpx.StreamError,
)
"""What the libraries below raise when an exchange breaks."""


@contextmanager
def explained(request: Request, phase: Phase, deadline: Deadline) -> Iterator[None]:
    """Turn errors of the libraries below into ours.

    Args:
        request: what is being sent.
        phase: how far the exchange has come.
        deadline: of the exchange.

    Raises:
        OcinbError: the exchange broke; says where and why.
    """
    try:
        yield
    except _BREAKS as error:
        raise _explain(error, request, phase, deadline) from error


def _explain(
    error: Exception, request: Request, phase: Phase, deadline: Deadline
) -> OcinbError:
    said = _said(error, request, phase, deadline)
    if isinstance(error, _NO_CONNECTION):
        phase = "connect"
    said.add(endpoint=request.url, phase=phase)
    return said


def _said(
    error: Exception, request: Request, phase: Phase, deadline: Deadline
) -> OcinbError:
    what = next(filter(None, map(str, _causes(error))), type(error).__name__)
    if isinstance(error, _NOT_A_URL):
        return EndpointError(f"the endpoint is not a usable URL: {what}")
    place = _place(request.url)
    match error:
        case httpcore.TimeoutException():
            return _timed_out(error, request.timeouts, place, phase, deadline)
        case httpcore.ConnectError() | httpcore.ProxyError():
            return _not_connected(error, request.url, place)
        case httpx.DecodingError():
            return AnswerError("the answer says it is compressed but cannot be decoded")
        case httpcore.ProtocolError() if "disconnected" not in what:
            return _not_http(what, place, phase)
    kind = StreamTruncated if phase == "stream" else ConnectionFailed
    return kind(f"the connection to {place} broke: {what}")


def _place(url: str) -> str:
    parts = httpx.URL(url)
    return f"{parts.host}:{parts.port or {'http': 80}.get(parts.scheme, 443)}"


def _not_http(what: str, place: str, phase: Phase) -> OcinbError:
    if phase == "stream":  # fewer bytes came than the server had announced
        return StreamTruncated(f"the answer from {place} broke off: {what}")
    return AnswerError(f"{place} did not answer in HTTP: {one_line(what, 200)}")


def _timed_out(
    error: httpcore.TimeoutException,
    timeouts: Timeouts,
    place: str,
    phase: Phase,
    deadline: Deadline,
) -> TimedOut:
    connect = f"{timeouts.connect_s} s"
    if isinstance(error, httpcore.ConnectTimeout):
        return TimedOut(
            f"no connection to {place} within the connect time-out of {connect}"
        )
    if isinstance(error, httpcore.PoolTimeout):
        return TimedOut(
            f"no free connection to {place} within the connect time-out of {connect}",
            hint="send fewer requests at once",
        )
    if deadline.is_over and timeouts.total_s is not None:
        return TimedOut(
            f"the answer took longer than the total time-out of {timeouts.total_s:g} s",
            hint="raise timeout, lower max_tokens, or stream",
        )
    what = "more of the answer" if phase == "stream" else "an answer"
    return TimedOut(
        f"no byte of {what} came within the idle time-out of {timeouts.idle_s} s",
        hint="raise timeout, or lower max_tokens",
    )


def _not_connected(error: Exception, url: str, place: str) -> OcinbError:
    proxy = proxy_for(httpx.URL(url))
    if proxy is not None:
        return _proxy_refused(error, place, named_proxy(url))
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or cause
            return TlsError(f"no secure connection to {place}: {reason}")
        if isinstance(cause, socket.gaierror):
            return HostNotFound(f"host name {place.rpartition(':')[0]} not found")
        if isinstance(cause, ConnectionRefusedError):
            return ConnectionFailed(f"cannot connect to {place} (refused)")
    return ConnectionFailed(f"cannot connect to {place}: {error}")


def _proxy_refused(error: Exception, place: str, named: str) -> OcinbError:
    what = next(filter(None, map(str, _causes(error))), type(error).__name__)
    hint = "check HTTPS_PROXY and NO_PROXY"
    if isinstance(error, httpcore.ProxyError):
        msg = f"the proxy {named} refused the connection to {place}: {what}"
        return ConnectionFailed(msg, hint=hint)
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        msg = f"no secure connection to {place} through the proxy {named}: {what}"
        return TlsError(msg)
    msg = f"cannot connect to the proxy {named}, which stands before {place}: {what}"
    return ConnectionFailed(msg, hint=hint)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it was made from, the members of groups too."""
    while error is not None:
        yield error
        for member in getattr(error, "exceptions", ()):  # an ExceptionGroup
            yield from _causes(member)
        error = error.__cause__ or error.__context__
