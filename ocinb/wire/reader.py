"""Bytes of a streamed answer -> payloads, and whether the answer came whole."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import (
    AnswerError,
    OcinbError,
    ServerError,
    StreamFailed,
    StreamTruncated,
)
from ocinb.wire.payload import (
    Fault,
    Payload,
    fault_in,
    fault_in_trailer,
    parse,
    text_of,
)
from ocinb.wire.sse import Decoder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.errors import Phase
    from ocinb.wire.sse import Event

__all__ = ["StreamReader", "failure"]

DONE: Final = "[DONE]"
OK: Final = 200
NO_TRAILERS: Final[Mapping[str, str]] = MappingProxyType({})


def failure(fault: Fault, *, phase: Phase) -> OcinbError:
    """Make the error for a fault that came with status 200.

    The status in an event is that of the answer, whose head had to be sent before; a
    whole answer has its own, and is not asked for again.
    """
    is_event = phase == "stream"
    kind = StreamFailed if is_event else ServerError
    error: OcinbError = kind("the server reported an error")
    error.add(
        phase=phase,
        status=fault.status if is_event else OK,
        code=fault.code,
        server_message=fault.message,
    )
    return error


class StreamReader:
    """Read one streamed answer, fed with bytes as they come.

    An answer is whole when every choice has a finish reason, or after `[DONE]`.

    Args:
        request_id: named in errors.

    Attributes:
        done: True after `[DONE]`; what follows is ignored.
    """

    def __init__(self, request_id: str = "") -> None:
        self.done = False
        self._request_id = request_id
        self._decoder = Decoder()
        self._text: list[str] = []
        self._open: set[int] = set()
        self._finished = False
        self._began = False

    @property
    def text(self) -> str:
        """The text of the first choice so far."""
        return "".join(self._text)

    def feed(self, raw: bytes) -> list[Payload]:
        """Take bytes and return the payloads they complete.

        Raises:
            StreamFailed: the server reported an error.
            AnswerError: an event is not JSON, or not a chunk of a chat completion, or
                the answer ended before these bytes: there is no use in reading on.
        """
        self._began = True
        if self.done:
            msg = "the server goes on after the end of its answer"
            raise AnswerError(msg, phase="stream")
        return self._payloads(self._decoder.feed(raw))

    def finish(self, trailers: Mapping[str, str] = NO_TRAILERS) -> list[Payload]:
        """Say that no more bytes come; returns what the last line held.

        Args:
            trailers: what followed the body. Oracle says in `StreamFailure` why an
                answer broke off, since the status was sent before.

        Raises:
            StreamFailed: Oracle says why the answer is not whole.
            AnswerError: not one byte came.
            StreamTruncated: the answer is not whole.
        """
        try:
            last = self._payloads(self._decoder.close())
        except AnswerError as error:
            raise self._broken_off(trailers) from error
        if not self.done and (self._open or not self._finished):
            raise self._broken_off(trailers)
        return last

    def explain(self, error: OcinbError) -> None:
        """Add what is known of the stream to an error that broke it."""
        if not error.partial_text:
            error.add(partial_text=self.text)
        error.add(
            phase=error.phase or "stream",
            request_id=error.request_id or self._request_id,
        )

    def _broken_off(self, trailers: Mapping[str, str]) -> OcinbError:
        reason = trailers.get("streamfailure")
        if reason is not None:
            return failure(fault_in_trailer(reason), phase="stream")
        if not self._began:
            msg = "empty answer"
            return AnswerError(msg, phase="stream")
        count = sum(map(len, self._text))
        msg = f"the stream ended early, after {count} characters"
        return StreamTruncated(msg, phase="stream", partial_text=self.text)

    def _payloads(self, events: list[Event]) -> list[Payload]:
        payloads: list[Payload] = []
        for event in events:
            if self.done:
                break
            if event.data == DONE:
                self.done = True
            else:
                payloads.append(self._payload(event))
        return payloads

    def _payload(self, event: Event) -> Payload:
        if event.name == "error":
            raise failure(_event_fault(event.data), phase="stream")
        value = parse(event.data)
        if not isinstance(value, dict) or "choices" not in value:
            fault = fault_in(value)
            if fault is not None:
                raise failure(fault, phase="stream")
        elif value.get("error"):
            raise failure(fault_in(value) or Fault("", "", None), phase="stream")
        self._look_at(value)
        payload: Payload = value
        return payload

    def _look_at(self, value: Any) -> None:
        try:
            for choice in value["choices"]:
                index = choice.get("index") or 0
                said = choice.get("delta") or choice.get("message")
                content = said.get("content") if said else None
                if content and index == 0:
                    self._text.append(text_of(content))
                if choice.get("finish_reason") is None:
                    self._open.add(index)
                else:
                    self._finished = True
                    self._open.discard(index)
        except (AttributeError, KeyError, TypeError) as error:
            msg = "an event of the stream is no chunk of a chat completion"
            raise AnswerError(msg, phase="stream") from error


def _event_fault(data: str) -> Fault:
    try:
        return fault_in(parse(data)) or Fault(data, "", None)
    except AnswerError:
        return Fault(data, "", None)
