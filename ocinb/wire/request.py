"""What is asked of the transport: one HTTP request and how long to wait for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Request", "Timeouts"]


@dataclass(frozen=True)
class Timeouts:
    """The three time-outs of a request, in seconds; None waits for ever.

    Attributes:
        connect_s: until the TCP and TLS connection stands.
        idle_s: between two reads, and until the first byte of the answer.
        total_s: from the first byte sent to the last byte read.
    """

    connect_s: float | None = 10.0
    idle_s: float | None = 60.0
    total_s: float | None = None

    @property
    def read_s(self) -> float | None:
        """The wait for one read: idle, or total where that is shorter."""
        waits = [wait for wait in (self.idle_s, self.total_s) if wait is not None]
        return min(waits, default=None)


@dataclass(frozen=True)
class Request:
    """One HTTP request, unsigned.

    Attributes:
        url: where it goes.
        headers: what is sent beside what HTTP and signing add; may hold secrets of
            the user, so it is left out of the repr.
        body: the bytes that are signed and sent.
        timeouts: how long to wait.
        method: the HTTP verb.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    timeouts: Timeouts = field(default=Timeouts())
    method: str = "POST"
