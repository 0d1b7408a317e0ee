"""Carries out the steps of an exchange from a list of answers, without a network."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import OcinbError
from ocinb.wire.endpoint import parse_endpoint
from ocinb.wire.exchange import (
    Answer,
    Call,
    Drain,
    Read,
    Refresh,
    Send,
    Step,
    Told,
    Wait,
    exchange,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.wire.notices import Notice

HOST = "https://modeldeployment.us-ashburn-1.oci.customer-oci.com/ocid1.x"
PREDICT, STREAM = f"{HOST}/predict", f"{HOST}/predictWithResponseStream"
JSON = {"content-type": "application/json", "opc-request-id": "A/B/C"}
EVENTS = {"content-type": "text/event-stream; charset=utf-8", "opc-request-id": "A/B/C"}
MESSAGE = {"role": "assistant", "content": "hi"}
PAYLOAD = {"choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}]}


@dataclass
class Head:
    """A response whose head has come: what the exchange is told of one."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    pieces: tuple[bytes | OcinbError, ...] = ()
    trailers: dict[str, str] = field(default_factory=dict)


def answered(value: Any, status: int = 200, **headers: str) -> Head:
    more = {name.replace("_", "-"): text for name, text in headers.items()}
    return Head(status, JSON | more, (json.dumps(value).encode(),))


def oci(status: int, message: str = "no", **headers: str) -> Head:
    return answered({"code": "SomeCode", "message": message}, status, **headers)


def vllm(status: int) -> Head:
    return answered({"error": {"message": "no", "type": "T", "code": status}}, status)


def event(value: Any) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def chunk(text: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return event({"choices": [choice]})


def streamed(*pieces: bytes | OcinbError) -> Head:
    return Head(200, EVENTS, pieces or (chunk("hi"), chunk("", "stop")))


GOOD = answered(PAYLOAD)
BUSY = oci(503)
NOT_STREAMING = "unexpected non-streaming response"


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Course:
    """Carries out steps from a list of answers, and notes what was asked."""

    answers: list[Head | OcinbError]
    refreshes: list[bool | OcinbError] = field(default_factory=list)
    takes_s: float = 0
    steps: list[Step] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    pieces: Iterator[bytes | OcinbError] = field(default_factory=lambda: iter(()))
    trailers: dict[str, str] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    answer: Answer | None = None

    def run(self, call: Call, **options: Any) -> Course:
        steps, outcome = exchange(call, clock=self.clock, **options), None
        try:
            while True:
                step = steps.send(outcome)
                self.steps.append(step)
                outcome = self.do(step)
        except StopIteration as end:
            self.answer = end.value
        return self

    def do(self, step: Step) -> Any:
        match step:
            case Send():
                self.clock.now_s += self.takes_s
                answer = self.answers.pop(0)
                if isinstance(answer, Head):
                    self.pieces, self.trailers = iter(answer.pieces), answer.trailers
                return answer
            case Read():
                return next(self.pieces, self.trailers)
            case Drain():
                return self.drained()
            case Refresh():
                return self.refreshes.pop(0)
            case Wait():
                self.clock.now_s += step.seconds
                return None
            case Told():
                self.notices.append(step.notice)
                return None

    def drained(self) -> Any:
        pieces = list(self.pieces)
        errors = [piece for piece in pieces if isinstance(piece, OcinbError)]
        return errors[0] if errors else b"".join(pieces)

    def only(self, kind: type[Step]) -> list[Any]:
        return [step for step in self.steps if isinstance(step, kind)]

    @property
    def urls(self) -> list[str]:
        return [step.request.url for step in self.only(Send)]

    @property
    def waits(self) -> list[float]:
        return [step.seconds for step in self.only(Wait)]


def call_of(*, stream: bool = False, endpoint: str = PREDICT, **more: Any) -> Call:
    headers = more.pop("headers", {"content-type": "application/json"})
    return Call(parse_endpoint(endpoint), headers, b"{}", stream, **more)


def run(*answers: Head | OcinbError, call: Call | None = None, **more: Any) -> Course:
    refreshes = more.pop("refreshes", [])
    course = Course(list(answers), refreshes, more.pop("takes_s", 0))
    return course.run(call or call_of(), **more)


def failed(
    *answers: Head | OcinbError, call: Call | None = None, **more: Any
) -> tuple[OcinbError, Course]:
    """Run to the error and return it with the course it took."""
    course = Course(list(answers), more.pop("refreshes", []), more.pop("takes_s", 0))
    with pytest.raises(OcinbError) as caught:
        course.run(call or call_of(), **more)
    return caught.value, course
