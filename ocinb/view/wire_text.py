"""What one call did on the wire: attempts, waits, answers and events, with their times."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ocinb.errors import one_line
from ocinb.rendering import plain_text
from ocinb.view.transcript import error_line
from ocinb.wire.notices import Answered, Arrived, Sent, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.chat_models import WireCall
    from ocinb.wire.notices import Notice

__all__ = ["as_wire_text"]

EVENTS: Final = 500
"""Events that are shown at most."""

LONG_EVENT: Final = 400
"""Characters of an event that are shown."""

LONG_VALUE: Final = 200
"""Characters of a header's value that are shown."""

_HIDDEN: Final = "[not shown: it may be a key]"

_TELL_NOTHING: Final = frozenset(
    {
        *("accept-ranges", "age", "allow", "alt-svc", "cache-control", "connection"),
        *("content-encoding", "content-language", "content-length", "content-type"),
        *("date", "etag", "expires", "keep-alive", "last-modified", "opc-request-id"),
        *("pragma", "retry-after", "server", "strict-transport-security"),
        *("trailer", "transfer-encoding", "upgrade", "vary", "via", "x-request-id"),
        *("x-content-type-options", "x-frame-options", "x-ratelimit-limit"),
        *("x-ratelimit-remaining", "x-ratelimit-reset", "x-xss-protection"),
    }
)
"""Headers of answers whose values are known to be no keys; any other one may be."""


def as_wire_text(call: WireCall) -> str:
    """Return what a call did, a line for each thing that happened; inert.

    Times are milliseconds since the call began. At most 500 events are shown, and of
    headers only the values that cannot be keys.

    Args:
        call: from a `WireLog`; it may still be under way.
    """
    notices = tuple(call.notices)  # the thread of the call may add to it
    if not notices:
        return "nothing was sent yet"
    told = "\n".join(line for notice in _shown(notices) for line in _lines(notice))
    events = sum(isinstance(notice, Arrived) for notice in notices)
    note = f"\nonly the first {EVENTS:,} of {events:,} events are shown"
    return plain_text(told + (note if events > EVENTS else ""))


def _shown(notices: tuple[Notice, ...]) -> Iterator[Notice]:
    events = 0
    for notice in notices:
        events += isinstance(notice, Arrived)
        if events <= EVENTS or not isinstance(notice, Arrived):
            yield notice


def _lines(notice: Notice) -> Iterator[str]:
    at = f"+{notice.at_s * 1_000:9.1f} ms "
    match notice:
        case Sent():
            url = one_line(notice.url, LONG_VALUE)
            yield f"{at} request {notice.attempt} to {url}"
        case Waiting():
            why = error_line(notice.error)
            yield f"{at} waiting {notice.seconds:.1f} s: {why}"
        case Answered():
            yield f"{at} status {notice.status}"
            yield from (f"    {_header(*pair)}" for pair in notice.headers.items())
        case Arrived():
            event = json.dumps(notice.payload, ensure_ascii=False, default=str)
            yield f"{at} {one_line(event, LONG_EVENT)}"


def _header(name: str, value: str) -> str:
    shown = one_line(value, LONG_VALUE) if name.lower() in _TELL_NOTHING else _HIDDEN
    return f"{one_line(name, 80)}: {shown}"
