"""What a named fault is: scripts that play it, and whether a retry may follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ocinb.local.scripts.completion import Asked, as_events
from ocinb.local.scripts.script import Script
from ocinb.local.scripts.steps import Body, Delta, Headers

if TYPE_CHECKING:
    from ocinb.local.scripts.steps import Pairs, Step

__all__ = [
    "HALF",
    "TEXT",
    "Fault",
    "Group",
    "Retry",
    "as_they_are",
    "event_pieces",
    "half",
]

Group: TypeAlias = Literal[
    "good",
    "connect",
    "stream",
    "sse",
    "status",
    "redirect",
    "shape",
    "content",
    "tools",
]
Retry: TypeAlias = Literal["no", "yes", "once"]
Scripts: TypeAlias = Script | Sequence[Script]

HALF: Final = "Grüße aus Wien 🙂,"
"""What the model says before a fault in the middle of its answer."""

TEXT: Final = f"{HALF} 日本語 and plain words."
"""What the model says in full."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong on the wire, or goes well in an unusual way.

    Attributes:
        name: what it is asked for by.
        group: the part of the wire it concerns.
        retry: whether another attempt may be made.
        plays: its scripts, or what writes them for an argument.
        text: the text that must reach the user, None where it depends on `arg`.
        arg: the argument when none is given: seconds, a status, a number.
    """

    name: str
    group: Group
    retry: Retry
    plays: Scripts | Callable[[float], Scripts] = field(repr=False)
    text: str | None = ""
    arg: float = 0

    def scripts(self, arg: float | None = None) -> tuple[Script, ...]:
        """Return the scripts: one a request, the last one again and again."""
        plays = self.plays
        if callable(plays):
            plays = plays(self.arg if arg is None else arg)
        return (plays,) if isinstance(plays, Script) else tuple(plays)


def half() -> list[Step]:
    """Return the deltas of `HALF`."""
    return [step for step in Script.answer(HALF).steps if isinstance(step, Delta)]


def event_pieces(steps: Iterable[Step]) -> list[bytes]:
    """Write steps as the bytes of a stream, one piece an event."""
    written = as_events(tuple(steps), Asked(stream=True, include_usage=True))
    return [step.data for step in written if isinstance(step, Body)]


def as_they_are(pieces: Iterable[bytes], headers: Pairs = (), size: int = 0) -> Script:
    """Make a script that sends the bytes of a stream whatever was asked for."""
    kind = Headers({"content-type": "text/event-stream; charset=utf-8"})
    return Script([kind, Headers(headers), *(Body(p, size) for p in pieces)])
