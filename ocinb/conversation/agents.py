"""What streams from an agent: its answers, its own tool calls and their results."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage

from ocinb.conversation.requests import ToolRequest, ToolResult
from ocinb.errors import AnswerError, one_line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from langchain_core.runnables import Runnable

    from ocinb.conversation.asking import Asking
    from ocinb.conversation.rounds import Item

__all__ = ["AgentRounds", "is_chat_model"]


def is_chat_model(model: Runnable[Any, Any]) -> bool:
    """Tell whether a Runnable is a chat model, or stands for one.

    Fallbacks, retries and models with things bound to them do; a chain does not, and
    what follows its first step would never see a sampling parameter.
    """
    return hasattr(model, "bind_tools")


class AgentRounds:
    """Follows a Runnable that runs its own tools; none is run here.

    It may stream messages, pairs of a message and facts about it, or texts.

    Args:
        asking: whom it asks, and with what: a LangGraph graph, or any other Runnable
            that takes messages.
    """

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._growth = asking.growth
        self._open: dict[str, ToolRequest] = {}
        self._seen: set[str] = set()

    async def items(self) -> AsyncGenerator[Item, None]:
        """Yield what comes, until the agent has answered."""
        async with aclosing(self._stream()) as arriving:
            async for arrived in arriving:
                for item in self._items_of(_message_of(arrived)):
                    yield item
        for request in self._close():
            yield request

    def _stream(self) -> AsyncGenerator[Any, None]:
        messages = self._asking.messages()
        if _is_graph(self._asking.model):
            return self._asking.stream({"messages": messages}, stream_mode="messages")
        return self._asking.stream(messages)

    def stop(self) -> None:
        """Give the tool calls that are still open their results."""
        for request in self._open.values():
            self._growth.put(request.stop().message)
        self._open = {}

    def _items_of(self, message: BaseMessage) -> Iterator[Item]:
        if isinstance(message, ToolMessage):
            yield from self._close()
            self._growth.put(message)
            yield ToolResult(self._request_of(message), message)
        elif isinstance(message, AIMessage) and not self._came_before(message):
            chunk = self._asking.keep(message, answer=message.id or "")
            yield chunk
            if chunk.chunk_position == "last" or chunk is not message:
                yield from self._close(chunk.id or "")

    def _came_before(self, message: AIMessage) -> bool:
        """Tell whether a whole message repeats what was streamed."""
        return not isinstance(message, AIMessageChunk) and message.id in self._seen

    def _close(self, answer: str | None = None) -> Iterator[ToolRequest]:
        for whole in self._growth.close(answer):
            self._seen.add(whole.id or "")
            usage = whole.usage_metadata
            self._asking.pace.end_round(usage["output_tokens"] if usage else None)
            for call in (*whole.tool_calls, *whole.invalid_tool_calls):
                request = _theirs(call)
                self._open[request.id] = request
                yield request

    def _request_of(self, message: ToolMessage) -> ToolRequest:
        known = self._open.pop(message.tool_call_id, None)
        if known is not None:
            return known
        unseen: dict[str, Any] = {
            "name": message.name,
            "args": {},
            "id": message.tool_call_id,
        }
        return _theirs(unseen)


def _theirs(call: Mapping[str, Any]) -> ToolRequest:
    raw = call["args"] if isinstance(call["args"], str) else ""
    return ToolRequest(call, raw=raw, decision="theirs")


def _message_of(arrived: Any) -> BaseMessage:
    message = arrived[0] if isinstance(arrived, tuple) and arrived else arrived
    if isinstance(message, str):
        return AIMessageChunk(content=message)
    if isinstance(message, BaseMessage):
        return message
    kind = one_line(type(message).__name__, 80)
    msg = f"the model streamed a {kind}: only messages and texts can be shown"
    raise AnswerError(msg)


def _is_graph(model: Runnable[Any, Any]) -> bool:
    """Tell whether a Runnable is a LangGraph graph, which takes a state of messages."""
    return hasattr(model, "stream_mode") and hasattr(model, "get_state")
