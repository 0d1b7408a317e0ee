"""A request as it will be sent, before it is signed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any, Final

import orjson

from ocinb.errors import ParameterError, PayloadTooLarge, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BODY_LIMIT", "PreparedRequest", "checked_headers", "to_bytes"]

BODY_LIMIT: Final = 10 * 1024 * 1024
"""Oracle's limit on a request body, in bytes."""

_SET_BY_SIGNING: Final = frozenset(
    {
        *("authorization", "content-length", "date", "host", "opc-obo-token"),
        *("transfer-encoding", "x-content-sha256"),
    }
)

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True)
class PreparedRequest:
    """Exactly what goes on the wire.

    Attributes:
        url: where to.
        headers: unsigned, names in lower case; signing adds its own.
        body: the bytes that are signed and sent.
        stream: True if the answer is asked for as a stream.
        sent: the parameters in the body.
        left_out: class defaults that are not sent, so that the server's own count.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    stream: bool
    sent: Mapping[str, Any]
    left_out: Mapping[str, Any]


def to_bytes(body: Mapping[str, Any]) -> bytes:
    """Return a body as the bytes to send.

    Raises:
        ParameterError: it holds what JSON or UTF-8 cannot.
        PayloadTooLarge: it is over the service's limit.
    """
    try:
        sent = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError as error:  # orjson's JSONEncodeError
        raise _cannot_be_sent(body, error) from error
    for name, value in body.items():
        if name != "messages" and not _is_finite(value):
            msg = f"{one_line(str(name), 60)} holds a number that JSON does not have"
            raise ParameterError(msg, hint="NaN and infinity cannot be sent")
    if len(sent) > BODY_LIMIT:
        msg = (
            f"the request has {len(sent):,} bytes, the service takes {BODY_LIMIT:,} "
            "(10 MB)"
        )
        raise PayloadTooLarge(msg, phase="prepare")
    return sent


def _cannot_be_sent(body: Mapping[str, Any], error: TypeError) -> ParameterError:
    for number, message in enumerate(body.get("messages", ())):
        for text in _texts(message):
            for position, character in enumerate(text):
                if "\ud800" <= character <= "\udfff":
                    return ParameterError(
                        f"prompt has an invalid character at {position} of message "
                        f"{number} (a lone surrogate, {ord(character):#x})",
                        hint="remove it, or encode with errors='replace'",
                    )
    part = next((n for n, value in body.items() if not _is_json(value)), "a name")
    reason = str(error)
    if "Recursion" in reason:
        reason = "it holds itself, or is too deep"
    msg = f"the request cannot be sent as JSON: {one_line(str(part), 60)}: {reason}"
    return ParameterError(msg)


def _is_finite(value: Any) -> bool:
    """Tell NaN and infinity, which orjson would send as null."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    return not isinstance(value, (list, tuple)) or all(map(_is_finite, value))


def _is_json(value: Any) -> bool:
    try:
        orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:
        return False
    return True


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return []


def checked_headers(headers: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the user's own headers, names in lower case.

    Raises:
        ParameterError: a header cannot be sent or is not the user's to set.
    """
    checked: dict[str, str] = {}
    for name, value in (headers or {}).items():
        _check_header(name, value)
        checked[name.lower()] = str(value).strip(" \t")
    return checked


def _check_header(name: Any, value: Any) -> None:
    shown = one_line(ascii(name), 60)  # never the value, it may be a key
    if not isinstance(name, str):
        msg = f"the name of header {shown} must be a string"
        raise ParameterError(msg)
    if name.lower() in _SET_BY_SIGNING:
        msg = f"header {name} is set by signing and cannot be overridden"
        raise ParameterError(msg)
    if isinstance(value, bool) or not isinstance(value, (str, Real)):
        msg = f"the value of header {shown} must be a string or a number"
        raise ParameterError(msg)
    text = str(value).strip(" \t")
    if not _HEADER_NAME.fullmatch(name) or not _is_latin1(text):
        msg = f"header {shown} holds a character that no header may hold"
        raise ParameterError(msg)


def _is_latin1(text: str) -> bool:
    return all(c == "\t" or " " <= c <= "~" or "\xa0" <= c <= "\xff" for c in text)
