"""What a call tells, while it is under way, to whoever listens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.errors import OcinbError
    from ocinb.wire.payload import Payload

__all__ = ["Answered", "Arrived", "Notice", "Sent", "Tell", "Waiting"]


@dataclass(frozen=True)
class Sent:
    """A request is being sent.

    Attributes:
        at_s: seconds since the call began.
        attempt: 1 for the first request.
        url: where to.
    """

    at_s: float
    attempt: int
    url: str


@dataclass(frozen=True)
class Answered:
    """The head of an answer has come.

    Attributes:
        at_s: seconds since the call began.
        attempt: which request it answers.
        status: HTTP status code.
        request_id: `opc-request-id`, what Oracle's support asks for.
        headers: all of them, names in lower case.
    """

    at_s: float
    attempt: int
    status: int
    request_id: str
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Waiting:
    """An attempt failed, and the next one is waited for.

    Attributes:
        at_s: seconds since the call began.
        attempt: which request failed.
        seconds: how long the wait is.
        error: why it failed.
    """

    at_s: float
    attempt: int
    seconds: float
    error: OcinbError


@dataclass(frozen=True)
class Arrived:
    """An event of a streamed answer has come.

    Attributes:
        at_s: seconds since the call began.
        payload: its JSON.
    """

    at_s: float
    payload: Payload = field(repr=False)


Notice: TypeAlias = Sent | Answered | Waiting | Arrived

Tell: TypeAlias = Callable[[Notice], Awaitable[None] | None]
"""Takes notices; in async code what it returns is awaited, but for that of `Arrived`."""
