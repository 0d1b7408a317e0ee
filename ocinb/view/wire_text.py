"""What one call of a model did on the wire, event by event, as inert text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ocinb.errors import one_line
from ocinb.rendering import plain_text
from ocinb.view.redaction import without_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.chat_models.callbacks import WireCall
    from ocinb.wire.notices import Answered

__all__ = ["call_as_text"]

EVENTS: Final = 500
"""Events that are shown: the first ones and, of a longer stream, the last ones."""

LINE: Final = 400
"""Characters of one event that are shown."""

_MAY_BE_KEYS: Final = frozenset(
    {
        *("authorization", "cookie", "opc-obo-token", "proxy-authenticate"),
        *("set-cookie", "set-cookie2", "www-authenticate", "x-api-key"),
    }
)


def call_as_text(call: WireCall) -> str:
    """Return attempts and waits, the head of the answer, and each event of its stream.

    Times are milliseconds since the call began, as the client saw them. What may be a
    key is not shown.
    """
    parts = [str(call)]
    if call.answer is not None:
        parts.append("\n".join(_headers(call.answer)))
    parts.append("\n".join(_events(call)))
    return plain_text("\n\n".join(part for part in parts if part))


def _headers(answer: Answered) -> Iterator[str]:
    yield f"HTTP {answer.status}"
    for name, value in answer.headers.items():
        hidden = name.lower() in _MAY_BE_KEYS
        told = "[not shown: it may be a key]" if hidden else without_keys(value)
        yield f"{one_line(name, 80)}: {one_line(told, 300)}"


def _events(call: WireCall) -> Iterator[str]:
    events = call.events
    left_out = len(events) - EVENTS
    for number, (at_s, payload) in enumerate(events):
        if left_out > 0 and EVENTS // 2 <= number < EVENTS // 2 + left_out:
            if number == EVENTS // 2:
                yield f"... {left_out:,} events that are not shown ..."
            continue
        told = json.dumps(payload, ensure_ascii=False, default=str)
        yield f"+{at_s * 1000:9.1f} ms  {one_line(told, LINE)}"
