"""How an answer that is not whole can be had whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.conversation import Turn

__all__ = ["advice"]


def advice(turn: Turn, *, kept: bool) -> Iterator[str]:
    """Yield what can be typed to have the rest of an answer.

    Args:
        turn: that has ended.
        kept: False if the turn is in no conversation, so that it cannot go on.
    """
    whole = turn.status == "done" and not turn.cut
    if whole or not turn.text or turn.not_run:
        return
    if kept:
        yield "%ocichat continue goes on"
    elif turn.cut:
        yield "raise --max-tokens"
