"""Which of the user's headers leave the process with a dump of their model."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import one_line
from ocinb.sampling import ParameterWarning

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["with_values", "without_values"]

_TELL_NOTHING: Final = frozenset(
    {"accept", "content-type", "enable-streaming", "opc-request-id", "route"}
)
"""Headers whose values are known to be no keys; any other one may be."""


def without_values(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return headers as a dump holds them: every name, and None for what may be a key."""
    return {
        name: value if str(name).lower() in _TELL_NOTHING else None
        for name, value in headers.items()
    }


def with_values(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the headers that can be sent.

    Warns:
        ParameterWarning: a header has no value, as in a model made from a dump.
    """
    missing = [str(name) for name, value in headers.items() if value is None]
    if missing:
        warnings.warn(
            f"no value for the header {one_line(', '.join(missing), 200)}: it is not "
            "sent (dumps hold no values of headers; set default_headers)",
            ParameterWarning,
            stacklevel=2,
        )
    return {name: value for name, value in headers.items() if value is not None}
