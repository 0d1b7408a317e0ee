"""`%ocichat history`, `undo` and `continue`: the turns of the current conversation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.commands.asking import ask, read_request
from ocinb.magic.shown.said import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ocinb.conversation import Turn
    from ocinb.magic.face import Face

__all__ = ["go_on", "history", "undo"]


def history(face: Face, _rest: str) -> None:
    """Print every turn of the conversation with its number and what became of it."""
    told = (_told(number, turn) for number, turn in enumerate(face.turns, 1))
    say("\n\n".join(told) or "the conversation is empty")


def undo(face: Face, _rest: str) -> None:
    """Step back before the last turn: the next request does not carry it.

    Raises:
        ConfigurationError: the conversation is empty.
    """
    talk = face.conversation
    turn = None if talk is None else talk.undo()
    if turn is None:
        msg = "there is nothing to undo: the conversation is empty"
        raise ConfigurationError(msg)
    count = len(face.turns)
    left = f"{count} turn{'' if count == 1 else 's'} left"
    say(f"undone: {one_line(turn.prompt, 80)} ({left})")


def go_on(face: Face, rest: str) -> None:
    """Let the last answer go on where it was cut, and show it as a whole.

    Args:
        face: whose conversation goes on.
        rest: flags.

    Raises:
        OcinbError: there is no answer to go on with, or the model's error.
    """
    names = face.names()
    request = read_request(face, rest, None, names, needs_text=False)
    if request.prompt:
        word = one_line(request.prompt, 60)
        msg = f"continue takes flags alone: {word}"
        raise ConfigurationError(
            msg, hint="to send it as text: %ocichat -- continue ..."
        )
    if request.dry_run or not request.history:
        flag = "--dry-run" if request.dry_run else "--no-history"
        msg = f"continue: {flag} has no place here"
        raise ConfigurationError(msg)
    ask(face, replace(request, goes_on=True), names)


def _told(number: int, turn: Turn) -> str:
    marks = ", ".join(_marks(turn))
    others = [part for part in turn.parts if not _is_text(part)]
    head = f"{number} > {turn.prompt}" + (f" [{_counted(others)}]" if others else "")
    answer = turn.text or "(no answer)"
    return f"{head}\n{answer}" + (f" [{marks}]" if marks else "")


def _is_text(part: str | dict[str, Any]) -> bool:
    return isinstance(part, str) or part.get("type") == "text"


def _counted(parts: Sequence[str | dict[str, Any]]) -> str:
    kinds = Counter(
        str(part.get("type", "part")) for part in parts if isinstance(part, dict)
    )
    return ", ".join(one_line(f"{count} {kind}", 40) for kind, count in kinds.items())


def _marks(turn: Turn) -> Iterator[str]:
    """Yield what became of a turn, unless all went well."""
    if turn.error is not None:
        yield f"{turn.status}: {one_line(str(turn.error), 100)}"
    elif turn.status != "done":
        yield turn.status
    elif turn.cut:
        yield "cut at max_tokens"
    if turn.stale:
        yield "stale: not sent again"
