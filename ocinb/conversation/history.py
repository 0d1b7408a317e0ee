"""Which messages of a conversation go into the next request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    ToolMessage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ocinb.conversation.turn import Turn

__all__ = ["history_for_request", "is_sent"]

STOPPED: Final = "[stopped by the user before the end]"
"""What the model reads at the end of an answer that was cut off."""

NOT_RUN: Final = "not run"
"""The result the model reads for a tool call that nobody ran."""


def history_for_request(turns: Sequence[Turn]) -> list[BaseMessage]:
    """Return the messages of `turns` that a request may carry.

    A failed or stale turn is left out, and so is one that was stopped before its
    first word. A stopped turn keeps its partial answer, marked as such. A tool call
    without a result gets the result "not run". The last turn may be open: it is the
    prompt being asked. Two user messages in a row become one.
    """
    last = len(turns) - 1
    sent = (
        turn
        for index, turn in enumerate(turns)
        if is_sent(turn) or (turn.open and index == last)
    )
    return _merge_user_messages(m for turn in sent for m in _messages_of(turn))


def is_sent(turn: Turn) -> bool:
    """Tell whether later requests carry this turn."""
    if turn.stale or turn.message is None:
        return False
    return turn.status == "done" or (turn.status == "stopped" and bool(turn.text))


def _messages_of(turn: Turn) -> Iterator[BaseMessage]:
    yield HumanMessage(turn.prompt)
    if turn.open or turn.message is None:
        return
    if turn.status == "stopped":
        # unfinished tool calls of a stopped answer would need results: text alone
        yield AIMessage(f"{turn.text}\n\n{STOPPED}")
    elif turn.text or turn.message.tool_calls:
        yield turn.message
        for call in turn.message.tool_calls:
            yield ToolMessage(NOT_RUN, tool_call_id=call["id"], status="error")


def _merge_user_messages(messages: Iterable[BaseMessage]) -> list[BaseMessage]:
    merged: list[BaseMessage] = []
    for message in messages:
        before = merged[-1] if merged else None
        if isinstance(before, HumanMessage) and isinstance(message, HumanMessage):
            merged[-1] = HumanMessage(f"{before.text}\n\n{message.text}")
        else:
            merged.append(message)
    return merged
