"""The user's time-outs -> the three of the wire."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, Final

from ocinb.errors import ParameterError, one_line
from ocinb.wire.transport import Timeouts

__all__ = ["timeouts_of"]

_STREAM: Final = Timeouts(connect_s=10.0, idle_s=60.0, total_s=None)
_WHOLE: Final = Timeouts(connect_s=10.0, idle_s=None, total_s=65.0)
"""Oracle ends a request on `/predict` after 60 s; 65 s let its own error come."""

_NAMES: Final = ("connect", "idle", "total")

_LONGEST_S: Final = 2_000_000.0
"""Over three weeks, and less than what a socket refuses with an `OverflowError`."""


def timeouts_of(timeout: Any, *, stream: bool) -> Timeouts:
    """Return the time-outs of a request.

    Args:
        timeout: seconds, or a dict of `connect`, `idle` and `total`, or None for the
            defaults. A number bounds the pause between two reads of a stream, and
            the whole of an answer that is not streamed.
        stream: True for a streamed answer.

    Raises:
        ParameterError: a value is not a number above 0.
    """
    usual = _STREAM if stream else _WHOLE
    if timeout is None:
        return usual
    if not isinstance(timeout, dict):
        seconds = _seconds("timeout", timeout)
        given: dict[str, Any] = {"idle" if stream else "total": seconds}
    else:
        given = timeout
    for name in given:
        if name not in _NAMES:
            msg = (
                f"timeout has no part {one_line(repr(name), 40)} (connect, idle, total)"
            )
            raise ParameterError(msg)
    parts = {
        name: _seconds(f"timeout[{name!r}]", given[name])
        if name in given
        else getattr(usual, f"{name}_s")
        for name in _NAMES
    }
    return Timeouts(parts["connect"], parts["idle"], parts["total"])


def _seconds(name: str, value: Any) -> float | None:
    if value is None:
        return None
    seconds = _finite(value)
    if seconds <= 0:
        msg = f"{name} must be a number > 0 s (got {one_line(repr(value), 40)})"
        raise ParameterError(msg)
    return min(seconds, _LONGEST_S)


def _finite(value: Any) -> float:
    """Return a number of seconds, or 0 for what is none."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    try:
        seconds = float(value) if is_number else 0.0
    except OverflowError:  # an integer of hundreds of digits
        return _LONGEST_S if value > 0 else 0.0
    return seconds if math.isfinite(seconds) else 0.0
