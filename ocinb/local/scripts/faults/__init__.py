"""Everything that can go wrong on the wire, as scripts with names.

`FAULTS` maps each name to its `Fault`, which knows its group and whether a retry may
follow; `fault(name)` returns the scripts to play it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ocinb.local.scripts.faults.connect import CONNECT, GOOD
from ocinb.local.scripts.faults.kind import HALF, TEXT, Fault
from ocinb.local.scripts.faults.shape import CONTENT, SHAPE
from ocinb.local.scripts.faults.sse import SSE
from ocinb.local.scripts.faults.status import REDIRECT, STATUS, redirect
from ocinb.local.scripts.faults.stream import STREAM
from ocinb.local.scripts.faults.tools import TOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.local.scripts.script import Script

__all__ = ["FAULTS", "HALF", "TEXT", "Fault", "fault", "redirect"]

_ALL: Final = (
    *GOOD,
    *CONNECT,
    *STREAM,
    *SSE,
    *STATUS,
    *REDIRECT,
    *SHAPE,
    *CONTENT,
    *TOOLS,
)
FAULTS: Final[Mapping[str, Fault]] = MappingProxyType({f.name: f for f in _ALL})
"""Every fault by its name."""


def fault(name: str, arg: float | None = None) -> tuple[Script, ...]:
    """Return the scripts that play a fault: one a request, the last again and again.

    Args:
        name: a name in `FAULTS`.
        arg: seconds, a status or a number, as the fault takes it.

    Raises:
        KeyError: there is no such fault.
    """
    return FAULTS[name].scripts(arg)
