"""Which names an alias, a preset or a field of the server may have."""

from __future__ import annotations

import re
from typing import Final

from ocinb.errors import ConfigurationError, one_line
from ocinb.sampling import PARAMETERS

__all__ = ["check_field", "plain_name"]

_NOT_FIELDS: Final = frozenset(
    {
        # what the request is made of, beside its parameters
        *("messages", "stream", "tools", "user"),
        # what Python's own signatures call something else
        *("callbacks", "config", "input", "key", "prompt", "run_manager", "self"),
        *("ls_structured_output_format", "requests_kwargs", "version"),
    }
)
_NAME: Final = re.compile(r"[^\W\d][\w.-]*")


def check_field(name: str, where: str) -> None:
    """Refuse a field of the request that `--param` cannot set.

    Args:
        name: of the field.
        where: what the error begins with.

    Raises:
        ConfigurationError: it is no name, has a flag of its own, or is not the user's.
    """
    if not name.isidentifier() or not name.isascii():
        msg = f"{where}: {one_line(name, 60)!r} is not the name of a field"
        raise ConfigurationError(msg, hint="use letters, digits and _")
    if name in PARAMETERS:
        msg = f"{where}: {name} has a flag of its own"
        raise ConfigurationError(msg, hint=f"use --{name.replace('_', '-')}")
    if name in _NOT_FIELDS:
        msg = f"{where}: {name} is set by the request itself"
        raise ConfigurationError(msg)


def plain_name(text: str, what: str) -> str:
    """Return a name that can be typed without quotes.

    Args:
        text: the name.
        what: what it names, for the error.

    Raises:
        ConfigurationError: it is no such name.
    """
    if not _NAME.fullmatch(text):
        msg = f"{one_line(text, 60)!r} is not a valid {what}"
        raise ConfigurationError(msg, hint="use letters, digits, _, . and -")
    return text
