"""A conversation as JSON text: every branch of it, and no secret."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from langchain_core.messages import message_to_dict

from ocinb.errors import OcinbError, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langchain_core.messages import BaseMessage

    from ocinb.conversation.turn import Turn

__all__ = ["FACTS", "FORMAT", "VERSION", "save"]

FORMAT: Final = "ocinb conversation"
VERSION: Final = 1

_SECRET: Final = frozenset(
    {
        *("api_key", "auth", "authorization", "cookie", "set-cookie", "signer"),
        *("headers", "default_headers", "extra_headers", "response_headers"),
    }
)
"""Names under which credentials travel; what stands there is not kept."""

FACTS: Final = (
    *("phase", "status", "code", "request_id", "server_message", "attempts", "hint"),
)
"""What is kept of an error beside its message: all that its line shows."""


def save(settings: Mapping[str, Any], turns: Iterable[Turn], leaf: str) -> str:
    """Return a conversation as JSON text.

    A turn that still streams is kept as if it were stopped now. What is no JSON, such
    as an object that a tool returned beside its text, is left out, and so is what
    stands under a name for credentials.

    Args:
        settings: of the conversation, by the names that its class takes.
        turns: of every branch, each one after its parent.
        leaf: the place of the last turn.
    """
    whole = {
        "format": FORMAT,
        "version": VERSION,
        "settings": dict(settings),
        "leaf": leaf,
        "turns": [_turn_as_json(turn) for turn in turns],
    }
    # in ASCII, since half of a surrogate pair could not be written to a file
    return json.dumps(whole, indent=1, allow_nan=False)


def _turn_as_json(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "parent": turn.parent,
        "prompt": turn.prompt,
        "parts": _plain(turn.parts),
        "status": "stopped" if turn.open else turn.status,
        "messages": [_message_as_json(message) for message in turn.messages],
        "error": None if turn.error is None else _error_as_json(turn.error),
        "timings": _plain(asdict(turn.timings)),
        "params": _plain(turn.params, _SECRET),
        "context": turn.context,
        "key": _key_as_json(turn.key),
        "stale": turn.stale,
    }


def _message_as_json(message: BaseMessage) -> dict[str, Any]:
    whole = message_to_dict(message)
    data = whole["data"]
    for name in ("response_metadata", "additional_kwargs"):
        data[name] = _plain(data[name], _SECRET)
    if data.get("artifact") is None:  # as it is read again where it was left out
        data.pop("artifact", None)
    return {"type": whole["type"], "data": _plain(data)}


def _error_as_json(error: Exception) -> dict[str, Any]:
    if not isinstance(error, OcinbError):
        said = one_line(f"{type(error).__name__}: {error}")
        return {"kind": OcinbError.__name__, "message": said, "facts": {}}
    facts = {name: getattr(error, name) for name in FACTS}
    own = type(error)
    told = {name: value for name, value in facts.items() if value != getattr(own, name)}
    return {"kind": own.__name__, "message": error.message, "facts": _plain(told)}


def _key_as_json(key: Any) -> Any:
    if isinstance(key, tuple):
        return [_key_as_json(each) for each in key]
    return key if isinstance(key, (str, int, float)) else None


_NOTHING: Final = object()


def _plain(value: Any, secret: frozenset[str] = frozenset()) -> Any:
    """Return a copy that is JSON; without what is none, or stands under secret names."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        pairs = ((str(name), _plain(each, secret)) for name, each in value.items())
        return {
            name: each
            for name, each in pairs
            if each is not _NOTHING and name.lower() not in secret
        }
    if isinstance(value, (list, tuple)):
        return [
            p for p in (_plain(each, secret) for each in value) if p is not _NOTHING
        ]
    return _NOTHING
