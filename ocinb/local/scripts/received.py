"""Requests as they come in on a connection: HTTP/1.1 with a Content-Length."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BadRequest", "ReceivedRequest", "RequestReader"]

HEAD_LIMIT: Final = 65_536
"""Bytes that the head of a request may have."""

BODY_LIMIT: Final = 64 * 1024 * 1024
"""Bytes that a body may have, well over what a deployment takes."""

_START: Final = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.1")
_HEADER: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*")
_METHODS_WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


class BadRequest(Exception):
    """What came is no request that can be read; the connection must end.

    Attributes:
        status: the HTTP status to answer with.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class ReceivedRequest:
    """One request, exactly as it came.

    Attributes:
        method: the HTTP verb.
        target: the raw path with its query.
        header_lines: every header as name and value, in order and case as sent.
        body: the bytes of the body.
        arrived_s: when its last byte came, on the clock of `time.monotonic`.
        connection: which connection it came on, counted from 1.
    """

    method: str
    target: str
    header_lines: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    arrived_s: float = 0.0
    connection: int = 0

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Headers by lower-case name; repeated ones are joined with a comma."""
        headers: dict[str, str] = {}
        for name, value in self.header_lines:
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        return MappingProxyType(headers)

    @cached_property
    def json(self) -> Any:
        """The body read as JSON.

        Raises:
            ValueError: the body is no JSON.
        """
        return json.loads(self.body)

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class RequestReader:
    """Puts the bytes of one connection together to requests."""

    def __init__(self, connection: int = 0) -> None:
        self._connection = connection
        self._buffer = bytearray()
        self._head: ReceivedRequest | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing of a next request has come."""
        return self._head is None and not self._buffer

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive."""
        self._buffer += data

    def next(self, now: float) -> ReceivedRequest | None:
        """Return the next whole request, or None if there is none yet.

        Raises:
            BadRequest: what came breaks the rules.
        """
        head = self._head = self._head or self._take_head()
        if head is None:
            return None
        length = _length_of(head)
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        self._head = None
        return ReceivedRequest(
            head.method, head.target, head.header_lines, body, now, self._connection
        )

    def _take_head(self) -> ReceivedRequest | None:
        end = self._buffer.find(b"\r\n\r\n", 0, HEAD_LIMIT)
        if end < 0:
            if len(self._buffer) >= HEAD_LIMIT:
                raise BadRequest(431, "the head of the request is too long")
            return None
        lines = bytes(self._buffer[:end]).split(b"\r\n")
        del self._buffer[: end + 4]
        return _parsed(lines)


def _parsed(lines: list[bytes]) -> ReceivedRequest:
    start = _START.fullmatch(lines[0])
    if start is None:
        raise BadRequest(400, "the request line is malformed")
    headers = []
    for line in lines[1:]:
        match = _HEADER.fullmatch(line)
        if match is None:
            raise BadRequest(400, "a header line is malformed")
        headers.append((match[1].decode("ascii"), match[2].decode("latin-1")))
    method, target = start[1].decode("ascii"), start[2].decode("latin-1")
    return ReceivedRequest(method, target, tuple(headers), b"")


def _length_of(head: ReceivedRequest) -> int:
    if "transfer-encoding" in head.headers:
        raise BadRequest(411, "the body must come with a content-length")
    if "content-length" not in head.headers:
        if head.method in _METHODS_WITHOUT_BODY:
            return 0
        raise BadRequest(411, "the content-length header is missing")
    given = head.headers["content-length"]
    if not given.isascii() or not given.isdigit():
        raise BadRequest(400, "the content-length header is malformed")
    if int(given) > BODY_LIMIT:
        raise BadRequest(413, f"the body is over the limit of {BODY_LIMIT} bytes")
    return int(given)
