"""An answer that was cut and goes on: when it may, what is asked, how it is joined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from langchain_core.messages import AIMessage, AIMessageChunk

from ocinb.errors import ParameterError

if TYPE_CHECKING:
    from ocinb.conversation.turn import Turn

__all__ = ["GO_ON", "as_chunk", "refuse_whole", "seed_of", "with_last_end"]

GO_ON: Final = (
    "Go on exactly where your last message stopped. Repeat nothing, and add no comment."
)
"""What the model is asked; every model understands it, whatever its server."""


def refuse_whole(turn: Turn) -> None:
    """Refuse a turn whose answer cannot go on.

    Raises:
        ParameterError: the answer is still coming, has no text, or is whole.
    """
    if turn.open:
        msg = "the answer is still coming: it goes on by itself"
        raise ParameterError(msg)
    if not turn.text or not isinstance(turn.messages[-1], AIMessage) or turn.not_run:
        msg = "the last turn has no text to go on with"
        raise ParameterError(msg, hint="ask again")
    if turn.status == "done" and not turn.cut:
        msg = "the last answer is whole: there is nothing to go on with"
        raise ParameterError(msg)


def seed_of(begun: AIMessage) -> AIMessageChunk:
    """Return an answer as the first piece of the answer that it becomes."""
    bare: dict[str, Any] = {"response_metadata": {}}
    return as_chunk(begun.model_copy(update=bare))


def with_last_end(begun: AIMessage, message: AIMessage) -> AIMessage:
    """Return a joined answer with what is told of its end.

    What was told before holds until another end is told, so that an answer that
    breaks off again can go on again.

    Args:
        begun: the answer that went on.
        message: that answer and what came since.
    """
    told = {**begun.response_metadata, **message.response_metadata}
    logprobs = [m.response_metadata.get("logprobs") for m in (begun, message)]
    given = [each for each in logprobs if isinstance(each, dict)]
    if len(given) == len(logprobs):
        content = [token for each in given for token in each.get("content") or ()]
        told["logprobs"] = {**given[-1], "content": content}
    message.response_metadata = told
    return message


def as_chunk(message: AIMessage) -> AIMessageChunk:
    """Return what a model without streaming answers as its one chunk."""
    if isinstance(message, AIMessageChunk):
        return message
    return AIMessageChunk(**message.model_dump(exclude={"type"}))
