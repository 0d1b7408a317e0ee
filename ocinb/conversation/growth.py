"""What has come of a turn until now: chunks that become messages, in linear time."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    InvalidToolCall,
    ToolCall,
)
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_core.messages.utils import message_chunk_to_message

from ocinb.conversation.arguments import parsed
from ocinb.conversation.going_on import seed_of, with_last_end
from ocinb.errors import OcinbError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

__all__ = ["Growth", "keep_partial_text"]


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

    @property
    def messages(self) -> tuple[BaseMessage, ...]:
        """Every message as it is now."""
        return (*self._whole, *self._grown().values())

    @property
    def goes_on(self) -> bool:
        """True until something comes of an answer that goes on."""
        return self._begun is not None and not self._chunks

    @property
    def text(self) -> str:
        """The text that came for the answer that is growing."""
        growing = list(self._chunks.values())
        return "".join(str(chunk.text) for chunks in growing for chunk in list(chunks))

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

    def close(self, answer: str | None = None) -> list[AIMessage]:
        """Let the growing answers be whole, and return them.

        Args:
            answer: the one that is; None closes all.
        """
        grown = self._grown()
        closed = [m for name, m in grown.items() if answer in {None, name}]
        self._whole += closed
        if len(closed) == len(grown):
            self._begun = None
        for name in grown:
            if answer in {None, name}:
                self._chunks.pop(name, None)
        return closed

    def _grown(self) -> dict[str, AIMessage]:
        """Return the growing answers by their names, as far as they came."""
        begun = self._begun
        pieces = {name: list(chunks) for name, chunks in list(self._chunks.items())}
        if begun is None:
            return {name: _merged(chunks) for name, chunks in pieces.items()}
        if not pieces:
            return {"": begun}
        first = next(iter(pieces))
        return {
            name: _continued(begun, chunks) if name == first else _merged(chunks)
            for name, chunks in pieces.items()
        }


def keep_partial_text(error: Exception, growth: Growth) -> None:
    """Let an error and what came before it hold the same text."""
    if not isinstance(error, OcinbError):
        return
    shown = growth.text
    if not error.partial_text.startswith(shown):
        error.add(partial_text=shown)
    elif rest := error.partial_text[len(shown) :]:
        growth.add(AIMessageChunk(content=rest))


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
    return with_last_end(begun, _merged([seed_of(begun), *chunks]))
