"""Which messages of a conversation go into the next request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    ToolCall,
    ToolMessage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ocinb.conversation.turn import Turn

__all__ = ["history_for_request", "is_sent", "rounds_for_request"]

STOPPED: Final = "[stopped by the user before the end]"
"""What the model reads at the end of an answer that was cut off."""

NO_ANSWER: Final = "[no answer]"
"""What the model reads where a turn ended with the results of tools."""

NOT_RUN: Final = "not run"
"""The result the model reads for a tool call that nobody ran."""


def history_for_request(turns: Sequence[Turn]) -> list[BaseMessage]:
    """Return the messages of `turns` that a request may carry.

    A failed or stale turn is left out, and so is one that was stopped before its
    first word. A stopped turn keeps its partial answer, marked as such. Rounds are
    sent whole: each answer with the results of its tool calls; a call without one
    gets the result "not run". The last turn may be open: it is the prompt being
    asked. Two user messages in a row become one.
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
    if turn.status == "stopped":
        return bool(turn.text) or _has_results(turn.messages)
    return turn.status == "done"


def rounds_for_request(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return what followed a prompt in the form in which a request carries it.

    Each answer is followed by one result for each of its tool calls, in their order.
    Calls with arguments that are no JSON object are sent with none, since servers
    refuse the whole request otherwise; their result tells what was wrong.
    """
    sent: list[BaseMessage] = []
    for index, message in enumerate(messages):
        if not isinstance(message, AIMessage):
            continue
        answer = _as_sent(message)
        if answer.text or answer.tool_calls:
            sent.append(answer)
        after = messages[index + 1 :]  # some models use the same ids in each round
        sent += [_result_of(call, after) for call in answer.tool_calls]
    return sent


def _messages_of(turn: Turn) -> Iterator[BaseMessage]:
    yield turn.question
    if turn.open:
        return
    messages, end = turn.messages, NO_ANSWER
    if turn.status == "stopped":
        end = STOPPED
        if messages and isinstance(messages[-1], AIMessage):
            # its tool calls may be incomplete: what counts is its text
            messages, end = messages[:-1], f"{turn.text}\n\n{STOPPED}".lstrip()
    rounds = rounds_for_request(messages)
    yield from rounds
    if turn.status == "stopped" or (rounds and isinstance(rounds[-1], ToolMessage)):
        # some models refuse a user message right after the results of tools
        yield AIMessage(end)


def _has_results(messages: Sequence[BaseMessage]) -> bool:
    return any(isinstance(message, ToolMessage) for message in messages)


def _as_sent(message: AIMessage) -> AIMessage:
    bad = message.invalid_tool_calls
    if not bad:
        return message
    calls = [*message.tool_calls, *(_without_arguments(call) for call in bad)]
    return message.model_copy(update={"tool_calls": calls, "invalid_tool_calls": []})


def _without_arguments(call: Any) -> ToolCall:
    return ToolCall(name=call["name"] or "", args={}, id=call["id"], type="tool_call")


def _result_of(call: ToolCall, after: Sequence[BaseMessage]) -> ToolMessage:
    for message in after:
        if isinstance(message, ToolMessage) and message.tool_call_id == call["id"]:
            return message
    return ToolMessage(
        NOT_RUN, tool_call_id=call["id"], name=call["name"], status="error"
    )


def _merge_user_messages(messages: Iterable[BaseMessage]) -> list[BaseMessage]:
    merged: list[BaseMessage] = []
    for message in messages:
        before = merged[-1] if merged else None
        if isinstance(before, HumanMessage) and isinstance(message, HumanMessage):
            merged[-1] = _joined(before, message)
        else:
            merged.append(message)
    return merged


def _joined(first: HumanMessage, second: HumanMessage) -> HumanMessage:
    if isinstance(first.content, str) and isinstance(second.content, str):
        return HumanMessage(f"{first.content}\n\n{second.content}")
    return HumanMessage([*_parts(first), *_parts(second)])


def _parts(message: HumanMessage) -> list[str | dict[str, Any]]:
    content = message.content
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return list(content)
