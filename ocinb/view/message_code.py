"""LangChain messages as the Python that makes them."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Any, Final

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from ocinb.errors import ParameterError, one_line
from ocinb.view.literals import as_arguments, as_call, as_literal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["import_line", "message_source", "messages_source"]

_KINDS: Final[tuple[type[BaseMessage], ...]] = (
    *(HumanMessage, AIMessage, SystemMessage, ToolMessage, FunctionMessage),
    ChatMessage,
)
_ROLE: Final = "__openai_role__"
"""Where LangChain keeps the role of a system message that has another one."""


def import_line(messages: Sequence[BaseMessage]) -> str:
    """Return the import of the classes in `messages`; "" without any."""
    names = sorted({_kind(message).__name__ for message in messages})
    if not names:
        return ""
    return f"from langchain_core.messages import {', '.join(names)}"


def messages_source(messages: Sequence[BaseMessage]) -> str:
    """Return a list of messages as an expression.

    Raises:
        ParameterError: a message of a kind that the chat API has no role for.
    """
    made = [f"{message_source(message)},\n" for message in messages]
    return f"[\n{indent(''.join(made), '    ')}]" if made else "[]"


def message_source(message: BaseMessage) -> str:
    """Return a message as an expression: everything of it that is sent.

    What only describes an answer, such as its token counts, is left out.

    Raises:
        ParameterError: a message of a kind that the chat API has no role for.
    """
    content = as_literal(message.content)
    return as_call(_kind(message).__name__, [content, *as_arguments(_facts(message))])


def _kind(message: BaseMessage) -> type[BaseMessage]:
    """Return the class that is written: a chunk is its message."""
    for kind in _KINDS:
        if isinstance(message, kind):
            return kind
    name = one_line(type(message).__name__, 80)
    msg = f"a {name} has no role in the chat API"
    raise ParameterError(msg)


def _facts(message: BaseMessage) -> dict[str, Any]:
    """Return what is sent beside the content, by the names of the constructor."""
    facts: dict[str, Any] = {"name": message.name} if message.name else {}
    if isinstance(message, AIMessage):
        calls, bad = message.tool_calls, message.invalid_tool_calls
        facts |= {"tool_calls": calls} if calls else {}
        facts |= {"invalid_tool_calls": bad} if bad else {}
    elif isinstance(message, ToolMessage):
        facts["tool_call_id"] = message.tool_call_id
        facts |= {"status": message.status} if message.status == "error" else {}
    elif isinstance(message, ChatMessage):
        facts["role"] = message.role
    elif isinstance(message, SystemMessage) and _ROLE in message.additional_kwargs:
        facts["additional_kwargs"] = {_ROLE: message.additional_kwargs[_ROLE]}
    return facts
