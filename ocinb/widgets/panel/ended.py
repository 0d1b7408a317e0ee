"""What the panel says of a turn that has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.conversation import is_sent
from ocinb.view.footer import footer_of, speed_of
from ocinb.view.transcript import error_line
from ocinb.widgets.panel.asked import sent_params

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ocinb.conversation import Turn

__all__ = ["footer_and_problem", "in_words"]


def footer_and_problem(
    turn: Turn, turns: Sequence[Turn], model: Any
) -> tuple[str, str]:
    """Return the line under a turn, and why it failed; "" if it did not.

    Args:
        turn: that has ended.
        turns: those of its branch.
        model: what answered it.
    """
    place = next((n for n, each in enumerate(turns, 1) if each.id == turn.parent), 0)
    before = next((each for each in reversed(turns[:place]) if is_sent(each)), None)
    footer = footer_of(turn, model, sent_params(model, turn.params), before=before)
    stale = ("asked before an earlier turn was changed",) if turn.stale else ()
    facts = (footer.text, *_times(turn), *stale)
    problem = "" if turn.error is None else error_line(turn.error)
    return " · ".join(fact for fact in facts if fact), problem


def in_words(turn: Turn) -> str:
    """Say for a screen reader how a turn has ended."""
    if turn.error is not None:
        return f"No whole answer: {error_line(turn.error)}"
    words = len(turn.text.split())
    how = "Stopped after" if turn.status == "stopped" else "The answer has"
    return f"{how} {words} word{'' if words == 1 else 's'}"


def _times(turn: Turn) -> tuple[str, ...]:
    total_s = turn.timings.total_s
    told = () if total_s is None else (f"{total_s:.1f} s",)
    speed = speed_of(turn.timings)
    return (*([speed] if speed else []), *told)
