"""How the steps of a script become pieces of bytes on a connection."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from http.client import responses
from typing import TYPE_CHECKING, Final, TypeAlias

from ocinb.local.scripts.completion import (
    Asked,
    as_completion,
    as_events,
    has_events,
    is_mergeable,
)
from ocinb.local.scripts.steps import (
    Await,
    Body,
    Close,
    End,
    Endless,
    Headers,
    Json,
    Raw,
    Reset,
    Status,
    Step,
    Trailers,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ocinb.local.scripts.script import Script

__all__ = ["Act", "Pause", "Piece", "play"]

_BODILESS: Final = frozenset({204, 304})
"""Statuses whose answers have no body and no length."""

_WRITE_LIMIT: Final = 65_536
"""Bytes after which a joined write is not joined any further."""


@dataclass(frozen=True)
class Pause:
    """Send nothing before `at_s` seconds after the start of the answer."""

    at_s: float


class Act(Enum):
    """Something done to the connection itself."""

    WHOLE = "nothing: the answer is complete"
    LISTEN = "wait until the client sends more"
    CLOSE = "close it"
    RESET = "reset it"


Piece: TypeAlias = bytes | Pause | Act
"""What happens next on a connection; each piece of bytes is one write."""


def play(
    script: Script, asked: Asked, headers: Mapping[str, str] | None = None
) -> Iterator[Piece]:
    """Turn a script into one HTTP answer.

    Args:
        script: what to answer.
        asked: what the request asked for.
        headers: headers every answer has; the script's own ones win.

    Returns:
        The pieces in order, made as they are used, so that a script may be endless.
        After the last one the connection can take the next request.
    """
    plain = script.plain if not asked.stream else None
    steps = _reachable(script.steps if plain is None else plain)
    if not asked.stream and is_mergeable(steps):
        steps = tuple(as_completion(steps, asked))
    answer = _Answer(steps, headers or {})
    pieces = answer.pieces(as_events(steps, asked) if has_events(steps) else steps)
    return _joined(pieces) if script.coalesce else pieces


def _reachable(steps: Sequence[Step]) -> Sequence[Step]:
    for i, step in enumerate(steps):
        if isinstance(step, Close | Reset):
            return steps[: i + 1]
    return steps


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    waiting = bytearray()
    for piece in pieces:
        if isinstance(piece, bytes):
            waiting += piece
        if waiting and (len(waiting) >= _WRITE_LIMIT or not isinstance(piece, bytes)):
            yield bytes(waiting)
            waiting.clear()
        if not isinstance(piece, bytes):
            yield piece


class _Answer:
    """One HTTP/1.1 answer in the making."""

    def __init__(self, steps: Sequence[Step], usual: Mapping[str, str]) -> None:
        self._status = Status(200)
        self._headers = dict(usual)
        self._trailers: list[tuple[str, str]] = []
        self._collect(steps)
        self._chunked = self._decide_framing(steps)
        self._head_is_due = True
        self._end_is_due = True
        self._elapsed_s = 0.0

    def _collect(self, steps: Iterable[Step]) -> None:
        if has_events(steps):
            self._headers["content-type"] = "text/event-stream; charset=utf-8"
        for step in steps:
            if isinstance(step, Status):
                self._status = step
            elif isinstance(step, Headers):
                self._headers |= {name.lower(): value for name, value in step.pairs}
            elif isinstance(step, Trailers):
                self._trailers += step.pairs
            elif isinstance(step, Json):
                self._headers.setdefault("content-type", "application/json")

    def _decide_framing(self, steps: Sequence[Step]) -> bool:
        """Complete the headers and say whether the body goes in chunks."""
        headers = self._headers
        if self._status.code in _BODILESS or "content-length" in headers:
            return False
        kind = headers.get("content-type", "")
        if kind.startswith("text/event-stream") or not _has_length(steps):
            headers.setdefault("transfer-encoding", "chunked")
        if "transfer-encoding" in headers:
            return headers["transfer-encoding"] == "chunked"
        headers["content-length"] = str(sum(map(_length_of, steps)))
        return False

    def pieces(self, steps: Iterable[Step]) -> Iterator[Piece]:
        """Return what happens on the connection, from the first byte to the last."""
        for step in steps:
            yield from self._play(step)
            if isinstance(step, Close | Reset):
                return
        yield from self._end()
        if self._headers.get("connection", "") == "close":
            yield Act.CLOSE

    def _play(self, step: Step) -> Iterator[Piece]:
        match step:
            case Status():
                yield from self._head()
            case Wait():
                self._elapsed_s += step.seconds
                yield Pause(self._elapsed_s)
            case Json():
                yield from self._body(step.text.encode())
            case Body():
                yield from self._cut(step)
            case Endless():
                while True:
                    yield from self._body(step.data)
            case _:
                yield from self._act(step)

    def _act(self, step: Step) -> Iterator[Piece]:
        match step:
            case Raw():
                yield from self._raw(step)
            case End():
                yield from self._end()
            case Await():
                yield Act.LISTEN
            case Close():
                yield Act.CLOSE
            case Reset():
                yield Act.RESET

    def _head(self) -> Iterator[bytes]:
        if not self._head_is_due:
            return
        self._head_is_due = False
        code = self._status.code
        reason = self._status.reason or responses.get(code, "Unknown")
        lines = [f"HTTP/1.1 {code} {reason}"]
        lines += [f"{name}: {value}" for name, value in self._headers.items()]
        yield "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")

    def _raw(self, step: Raw) -> Iterator[bytes]:
        if self._head_is_due:
            self._head_is_due = False
            self._chunked = False
            self._headers["connection"] = "close"
        yield step.data

    def _cut(self, body: Body) -> Iterator[bytes]:
        size = body.size or len(body.data) or 1
        for i in range(0, len(body.data), size):
            yield from self._body(body.data[i : i + size])

    def _body(self, data: bytes) -> Iterator[bytes]:
        yield from self._head()
        yield b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data

    def _end(self) -> Iterator[Piece]:
        if not self._end_is_due:
            return
        self._end_is_due = False
        yield from self._head()
        if self._chunked:
            lines = [f"{name}: {value}\r\n" for name, value in self._trailers]
            yield f"0\r\n{''.join(lines)}\r\n".encode("latin-1")
        yield Act.WHOLE


def _has_length(steps: Iterable[Step]) -> bool:
    return not has_events(steps) and not any(isinstance(s, Endless) for s in steps)


def _length_of(step: Step) -> int:
    if isinstance(step, Json):
        return len(step.text.encode())
    return len(step.data) if isinstance(step, Body) else 0
