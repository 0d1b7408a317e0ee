"""The course of one request as pure steps: send, look, retry, renew, fall back.

`exchange` is a generator that asks for what it wants done and is told what came of
it. The sync and the async shell in `client` carry the steps out, so that every
decision is made once.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ocinb.errors import AnswerError, OcinbError
from ocinb.wire.notices import Answered, Sent, Waiting
from ocinb.wire.payload import Payload, check_completion, fault_in, parse
from ocinb.wire.reader import StreamReader, failure
from ocinb.wire.refusals import is_oci_shaped, refusal, request_id_of
from ocinb.wire.retry import RetryPolicy, retry_after_s, wait_before_retry
from ocinb.wire.transport import Request, Timeouts

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from ocinb.wire.endpoint import Endpoint
    from ocinb.wire.notices import Notice, Tell

__all__ = [
    "Answer",
    "Call",
    "Drain",
    "Read",
    "Refresh",
    "Send",
    "Step",
    "Told",
    "Wait",
    "exchange",
    "request_of",
]

OK: Final = 200
CONFLICT: Final = 409
HEADERS_LIMIT: Final = 64 * 1024
"""Bytes of response headers after which an answer is refused."""

_NOT_STREAMING: Final = re.compile(
    rb"ExternalServerIncorrectState|non-?streaming", re.IGNORECASE
)
"""What Oracle's 409 says where the deployed model does not stream."""


@dataclass(frozen=True)
class Call:
    """What the user wants sent.

    Attributes:
        endpoint: where to.
        headers: unsigned; they may hold the user's secrets.
        body: the bytes to sign and send.
        stream: True for an answer as server-sent events.
        timeouts: how long to wait.
        policy: how often to try.
        tell: listens to what happens; nothing is noted for nobody.
        method: the HTTP verb.
        check: takes the JSON of a whole answer and returns what is made of it, or
            raises an AnswerError; the chat API's own by default.
    """

    endpoint: Endpoint
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    stream: bool
    timeouts: Timeouts = field(default=Timeouts())
    policy: RetryPolicy = field(default=RetryPolicy())
    tell: Tell | None = field(default=None, repr=False, compare=False)
    method: str = "POST"
    check: Callable[[Any], Any] = field(default=check_completion, repr=False)


@dataclass(frozen=True)
class Answer:
    """A whole answer, or the beginning of a streamed one.

    Attributes:
        headers: of the response, names in lower case.
        payload: a whole answer, as the call's check returned it.
        reader: reads the rest of a streamed one.
        first: what of a stream has been read already.
        attempts: requests made.
        url: where it came from.
        request_id: `opc-request-id`.
        fell_back: True if streaming worked only on the plain predict URL.
        began_s: when the call began, by the clock of the exchange.
        written_s: when the first byte of the last request was about to be written,
            signed, by Python's monotonic clock.
    """

    headers: Mapping[str, str]
    payload: Any = None
    reader: StreamReader | None = None
    first: tuple[Payload, ...] = ()
    attempts: int = 1
    url: str = ""
    request_id: str = ""
    fell_back: bool = False
    began_s: float = 0.0
    written_s: float = 0.0

    @property
    def whole(self) -> Payload:
        """The whole answer of a model.

        Raises:
            AnswerError: it is being streamed.
        """
        if self.payload is None:
            msg = "the answer is being streamed"
            raise AnswerError(msg, phase="answer")
        payload: Payload = self.payload
        return payload

    def explain(self, error: OcinbError) -> None:
        """Add what is known of the answer to an error that broke it off."""
        if self.reader is not None:
            self.reader.explain(error)
        error.add(endpoint=error.endpoint or self.url, attempts=self.attempts)


@dataclass(frozen=True)
class Send:
    """Send this; told the response whose head came, or the error."""

    request: Request


@dataclass(frozen=True)
class Read:
    """Read on; told the next bytes, or at the end the trailers, or the error."""


@dataclass(frozen=True)
class Drain:
    """Read the whole body; told its bytes, or the error."""


@dataclass(frozen=True)
class Refresh:
    """Renew the credentials; told whether that changed anything."""


@dataclass(frozen=True)
class Wait:
    """Wait before the next attempt.

    Attributes:
        seconds: how long.
        error: what went wrong.
        attempt: how many requests were made.
    """

    seconds: float
    error: OcinbError
    attempt: int


@dataclass(frozen=True)
class Told:
    """Pass a notice on to whoever listens."""

    notice: Notice


Step: TypeAlias = Send | Read | Drain | Refresh | Wait | Told


@dataclass
class _Course:
    """What changes while one call is under way."""

    attempt: int = 0
    retries: int = 0  # other URLs and renewed tokens are none
    waited_s: float = 0.0  # at the server's wish, outside the deadline
    refreshed: bool = False
    plain_url: bool = False


def exchange(
    call: Call, *, plain_url: bool = False, clock: Callable[[], float] = time.monotonic
) -> Generator[Step, Any, Answer]:
    """Yield what to do for one call until its answer is whole or begins to stream.

    Args:
        call: what to send.
        plain_url: stream from the plain predict URL; the derived one is known not to
            work.
        clock: seconds that never go back.

    Raises:
        OcinbError: the call failed for good.
    """
    course = _Course(plain_url=plain_url)
    start = clock()
    while True:
        course.attempt += 1
        request = request_of(call, plain_url=course.plain_url)
        head = yield from _sent(request, call, course.attempt, lambda: clock() - start)
        headers: Mapping[str, str] = getattr(head, "headers", {})
        try:
            _check_head(head)
            if head.status != OK:
                body = _whole((yield Drain()))
                if (yield from _may_try_otherwise(call, head.status, body, course)):
                    continue
                raise refusal(head.status, headers, body, sent_bytes=len(call.body))
            answer = yield from _answer(call, headers)
        except OcinbError as error:
            error.add(endpoint=request.url, attempts=course.attempt)
            error.add(request_id=error.request_id or request_id_of(headers))
            error.add(phase=error.phase or "answer")
            yield from _pause(error, headers, call, course, clock() - start)
        else:
            streams = answer.reader is not None
            fell_back = streams and course.plain_url and not plain_url
            return replace(
                answer,
                attempts=course.attempt,
                url=request.url,
                fell_back=fell_back,
                began_s=start,
            )


def _sent(
    request: Request, call: Call, attempt: int, now_s: Callable[[], float]
) -> Generator[Step, Any, Any]:
    """Send a request; return the head of its answer, or the error."""
    if call.tell:
        yield Told(Sent(now_s(), attempt, request.url))
    head = yield Send(request)
    if call.tell and not isinstance(head, OcinbError):
        headers = dict(head.headers)
        request_id = request_id_of(headers)
        yield Told(Answered(now_s(), attempt, head.status, request_id, headers))
    return head


def _check_head(head: Any) -> None:
    """Raise what came instead of a head, or refuse one that no server means."""
    if isinstance(head, OcinbError):
        raise head
    size = sum(len(name) + len(value) for name, value in head.headers.items())
    if size > HEADERS_LIMIT:
        msg = f"the headers of the answer are longer than {HEADERS_LIMIT} bytes"
        raise AnswerError(msg)


def request_of(call: Call, *, plain_url: bool = False) -> Request:
    """Return the request that a call sends first, before it is signed.

    Args:
        call: what to send.
        plain_url: stream from the plain predict URL, as older deployments do.
    """
    headers = dict(call.headers)
    url = call.endpoint.predict_url
    if call.stream:
        headers["accept"] = "text/event-stream"
        if plain_url:
            headers["enable-streaming"] = "true"
        else:
            url = call.endpoint.stream_url
    if call.endpoint.route:
        headers.setdefault("route", call.endpoint.route)
    return Request(url, headers, call.body, call.timeouts, call.method)


def _may_try_otherwise(
    call: Call, status: int, body: bytes, course: _Course
) -> Generator[Step, Any, bool]:
    """Try the one other way there may be: the older URL, or a renewed token."""
    derived = call.stream and call.endpoint.stream_is_derived and not course.plain_url
    if derived and is_oci_shaped(body) and _knows_no_streams(status, body):
        course.plain_url = True
        return True
    refused = status == 401 or (status == 404 and is_oci_shaped(body))  # noqa: PLR2004 - HTTP's Unauthorized and Not Found
    if refused and not course.refreshed:
        course.refreshed = True
        return _told((yield Refresh())) is True
    return False


def _knows_no_streams(status: int, body: bytes) -> bool:
    """Tell whether a deployment may lack the derived stream URL.

    A deployment that is not ACTIVE answers 409 as well, but in other words.
    """
    if status == CONFLICT:
        return _NOT_STREAMING.search(body) is not None
    return status in {404, 405}


def _answer(call: Call, headers: Mapping[str, str]) -> Generator[Step, Any, Answer]:
    kind = headers.get("content-type", "").lower()
    request_id = request_id_of(headers)
    if "html" in kind:
        body = _whole((yield Drain()))
        error = refusal(OK, headers, body)
        error.message = f"not a model answer: {kind}"
        raise error
    if call.stream and "json" not in kind:
        reader = StreamReader(request_id)
        first: list[Payload] = []
        while not first:
            raw = _told((yield Read()))
            is_end = not isinstance(raw, bytes)
            first = reader.finish(raw) if is_end else reader.feed(raw)
            if is_end and not first:
                msg = "the model returned no choice"
                raise AnswerError(msg)
        return Answer(headers, None, reader, tuple(first), request_id=request_id)
    payload = call.check(_json(_whole((yield Drain())), kind))
    return Answer(headers, payload, request_id=request_id)


def _json(body: bytes, kind: str) -> Any:
    if not body.strip():
        msg = "empty answer"
        raise AnswerError(msg, phase="answer", status=OK)
    if "event-stream" in kind:
        msg = "the server streamed, though a whole answer was asked for"
        raise AnswerError(msg, phase="answer", hint="use stream()")
    value = parse(body)
    fault = fault_in(value)
    if fault is not None:
        raise failure(fault, phase="answer")
    return value


def _pause(
    error: OcinbError,
    headers: Mapping[str, str],
    call: Call,
    course: _Course,
    elapsed_s: float,
) -> Generator[Step, Any, None]:
    asked_s = retry_after_s(headers)
    error.add(retry_after_s=asked_s)
    wait_s = wait_before_retry(
        error,
        attempt=course.retries + 1,
        elapsed_s=elapsed_s - course.waited_s,
        asked_s=asked_s,
        policy=call.policy,
    )
    if wait_s is None:
        raise error
    if asked_s is not None:
        course.waited_s += wait_s
    course.retries += 1
    if call.tell:
        yield Told(Waiting(elapsed_s, course.attempt, wait_s, error))
    yield Wait(wait_s, error, course.attempt)


def _told(outcome: Any) -> Any:
    """Return what a step came to, or raise its error."""
    if isinstance(outcome, OcinbError):
        raise outcome
    return outcome


def _whole(outcome: Any) -> bytes:
    body: bytes = _told(outcome)
    return body
