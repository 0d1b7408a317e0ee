"""The requests of one diagnosis: few, small, each with a time-out, each sent once."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import OcinbError
from ocinb.wire.client import Client
from ocinb.wire.endpoint import parse_endpoint
from ocinb.wire.exchange import Call
from ocinb.wire.retry import RetryPolicy
from ocinb.wire.transport import Http, Request, Timeouts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.doctor.target import Target
    from ocinb.wire.endpoint import Endpoint
    from ocinb.wire.exchange import Answer
    from ocinb.wire.payload import Payload

__all__ = ["Asked", "Greeting", "Listened", "Visit"]

CONNECT_S: Final = 5.0
TOKENS: Final = 24
"""Of the streamed answer: enough to see whether they come one by one."""

_COUNT: Final = "Count from 1 to 40, one number a line."
_ENDLESS: Final = 10_000_000
"""More tokens than any context holds, so that a server says how many fit."""


@dataclass(frozen=True)
class Greeting:
    """What came of one unsigned request.

    Attributes:
        seconds: until the head of the answer was here.
        at_s: when that was, in seconds since the epoch.
        headers: of the answer; empty if there was none.
        status: of the answer; 0 if there was none.
    """

    seconds: float
    at_s: float
    headers: Mapping[str, str]
    status: int = 0


@dataclass(frozen=True)
class Asked:
    """What came of one signed request, and after how many seconds."""

    outcome: Answer | OcinbError
    seconds: float


@dataclass(frozen=True)
class Listened:
    """What came of a streamed request.

    Attributes:
        times_s: when each event with text came, in seconds since the request.
        fell_back: True if the streaming URL did not work, and the plain one did.
        streamed: False if a whole answer came instead of events.
        seconds: until the end.
    """

    times_s: tuple[float, ...]
    fell_back: bool
    streamed: bool
    seconds: float


class Visit:
    """What the checks of one diagnosis share.

    Args:
        target: what is examined.
        timeout_s: the longest that one request may take.
    """

    def __init__(self, target: Target, timeout_s: float) -> None:
        self.target = target
        self.timeout_s = timeout_s
        connect_s = min(CONNECT_S, timeout_s)
        self._timeouts = Timeouts(connect_s, timeout_s, timeout_s)

    @cached_property
    def endpoint(self) -> Endpoint:
        """Where requests go.

        Raises:
            EndpointError: the address is missing or cannot be right.
        """
        return parse_endpoint(self.target.endpoint)

    @cached_property
    def client(self) -> Client:
        """Sends signed requests.

        Raises:
            ConfigurationError: what was given as auth cannot sign.
        """
        return Client(self.target.auth)

    @cached_property
    def greeting(self) -> Greeting | OcinbError:
        """What comes of a request without a signature and without a body."""
        url, http, began_s = self.endpoint.predict_url, Http(), time.monotonic()
        try:
            answer = http.open(Request(url, {}, b"", self._timeouts, "GET"))
        except OcinbError as error:
            return error
        else:
            seconds = time.monotonic() - began_s
            answer.close()
            return Greeting(seconds, time.time(), dict(answer.headers), answer.status)
        finally:
            http.close()

    @cached_property
    def first(self) -> Asked:
        """What comes of the smallest signed request."""
        began_s = time.monotonic()
        outcome = self.ask(max_tokens=1)
        return Asked(outcome, time.monotonic() - began_s)

    @cached_property
    def heard(self) -> Listened | OcinbError:
        """What comes of a streamed request."""
        began_s = time.monotonic()
        times_s: list[float] = []
        call = self._call(_COUNT, {"max_tokens": TOKENS, "stream": True})
        try:
            stream = self.client.stream(call)
            times_s.extend(time.monotonic() - began_s for p in stream if _has_text(p))
        except OcinbError as error:
            return error
        answer, seconds = stream.answer, time.monotonic() - began_s
        is_stream = answer.reader is not None
        return Listened(tuple(times_s), answer.fell_back, is_stream, seconds)

    def ask(self, **fields: Any) -> Answer | OcinbError:
        """Send one signed request for a whole answer; return the answer or the error."""
        try:
            return self.client.fetch(self._call("Say hello.", fields))
        except OcinbError as error:
            return error

    def ask_too_much(self) -> OcinbError | None:
        """Ask for more tokens than fit; return what the server said to it.

        A server that takes it is hung up on, and then there is nothing to return.
        """
        fields = {"max_tokens": _ENDLESS, "stream": True}
        try:
            self.client.stream(self._call("Say hello.", fields)).close()
        except OcinbError as error:
            return error
        return None

    def close(self) -> None:
        """Close the connections."""
        if "client" in self.__dict__:
            self.client.close()

    def _call(self, prompt: str, fields: Mapping[str, Any]) -> Call:
        body = {
            "model": self.target.model,
            "messages": [{"role": "user", "content": prompt}],
            **fields,
        }
        return Call(
            self.endpoint,
            {"content-type": "application/json", **self.target.headers},
            json.dumps(body).encode(),
            stream=bool(fields.get("stream")),
            timeouts=self._timeouts,
            policy=RetryPolicy(max_retries=0),
        )


def _has_text(payload: Payload) -> bool:
    choices: Any = payload.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else {}
    delta = first.get("delta") if isinstance(first, dict) else None
    return isinstance(delta, dict) and any(
        delta.get(name) for name in ("content", "reasoning", "reasoning_content")
    )
