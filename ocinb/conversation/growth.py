"""What has come of a turn until now: chunks that become messages, in linear time."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    InvalidToolCall,
    ToolCall,
)
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_core.messages.utils import message_chunk_to_message

from ocinb.conversation.arguments import parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

__all__ = ["Growth", "as_chunk"]


class Growth:
    """The messages after a prompt, the last of which may still be chunks.

    Args:
        messages: what there is already.
        goes_on: True if the next chunks belong to the last of them.
    """

    def __init__(
        self, messages: Sequence[BaseMessage] = (), *, goes_on: bool = False
    ) -> None:
        last = messages[-1] if messages and goes_on else None
        self._begun = last if isinstance(last, AIMessage) else None
        self._whole = list(messages[:-1] if self._begun else messages)
        self._chunks: dict[str, list[AIMessageChunk]] = {}
        self._ids: set[str] = set()

    @property
    def messages(self) -> tuple[BaseMessage, ...]:
        """Every message as it is now."""
        return (*self._whole, *self._growing())

    @property
    def goes_on(self) -> bool:
        """True until something comes of an answer that goes on."""
        return self._begun is not None and not self._chunks

    @property
    def text(self) -> str:
        """The text that came for the answer that is growing."""
        return "".join(str(c.text) for chunks in self._lists() for c in chunks)

    def add(self, chunk: AIMessageChunk, answer: str = "") -> None:
        """Add a piece of an answer.

        Args:
            chunk: the piece.
            answer: tells answers apart that grow at the same time.
        """
        self._chunks.setdefault(answer, []).append(chunk)

    def put(self, message: BaseMessage) -> None:
        """Add a message that is whole, after those that were growing."""
        self.close()
        self._whole.append(message)

    def close(self) -> list[AIMessage]:
        """Let the growing answers be whole, and return them.

        Each tool call gets an id of its own, by which its result refers to it.
        """
        closed = [self._with_ids(message) for message in self._growing()]
        self._whole += closed
        self._chunks, self._begun = {}, None
        return closed

    def _lists(self) -> list[list[AIMessageChunk]]:
        return [list(chunks) for chunks in list(self._chunks.values())]

    def _growing(self) -> list[AIMessage]:
        lists, begun = self._lists(), self._begun
        if begun is None:
            return [_merged(chunks) for chunks in lists]
        if not lists:
            return [begun]
        return [_continued(begun, lists[0]), *map(_merged, lists[1:])]

    def _with_ids(self, message: AIMessage) -> AIMessage:
        for call in (*message.tool_calls, *message.invalid_tool_calls):
            own = call["id"]
            if not own or own in self._ids:
                call["id"] = own = f"call_{uuid.uuid4().hex}"
            self._ids.add(own)
        return message


def as_chunk(message: AIMessage) -> AIMessageChunk:
    """Return what a model without streaming answers as its one chunk."""
    if isinstance(message, AIMessageChunk):
        return message
    return AIMessageChunk(**message.model_dump(exclude={"type"}))


def _merged(chunks: Sequence[AIMessageChunk]) -> AIMessage:
    """Join chunks into one message, in time linear in their text."""
    whole = add_ai_message_chunks(chunks[0], *chunks[1:])
    calls: list[ToolCall] = []
    bad: list[InvalidToolCall] = []
    for piece in whole.tool_call_chunks:
        raw, name, call_id = piece["args"] or "", piece["name"] or "", piece["id"]
        args, problem = parsed(raw)
        if problem:
            bad.append(
                InvalidToolCall(
                    name=name,
                    args=raw,
                    id=call_id,
                    error=problem,
                    type="invalid_tool_call",
                )
            )
        else:
            calls.append(ToolCall(name=name, args=args, id=call_id, type="tool_call"))
    message = cast("AIMessage", message_chunk_to_message(whole))
    message.tool_calls, message.invalid_tool_calls = calls, bad
    return message


def _continued(begun: AIMessage, chunks: Sequence[AIMessageChunk]) -> AIMessage:
    """Join an answer and what came when it went on.

    What is told of the end holds until another end is told, so that an answer that
    breaks off again can go on again.
    """
    bare: dict[str, Any] = {
        "response_metadata": {},
        "tool_calls": [],
        "invalid_tool_calls": [],
    }
    seed = as_chunk(begun.model_copy(update=bare))
    # chunks of another answer have another id, and LangChain keeps the first one
    message = _merged([seed, *chunks])
    told = {**begun.response_metadata, **message.response_metadata}
    message.response_metadata = {**told, **_all_logprobs(begun, message)}
    return message


def _all_logprobs(begun: AIMessage, message: AIMessage) -> dict[str, Any]:
    told = [m.response_metadata.get("logprobs") for m in (begun, message)]
    given = [each for each in told if isinstance(each, dict)]
    if len(given) != len(told):
        return {}
    content = [token for each in given for token in each.get("content") or ()]
    return {"logprobs": {**given[-1], "content": content}}
