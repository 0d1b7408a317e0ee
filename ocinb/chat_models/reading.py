"""Answers of the wire read by a model's own methods, and what they cannot read."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from ocinb.chat_models.convert import chunk_of_choices
from ocinb.chat_models.tools import ToolCallIndexes
from ocinb.wire.payload import unexpected

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.outputs import ChatResult

    from ocinb.chat_models.prepared import PreparedRequest
    from ocinb.errors import AnswerError
    from ocinb.wire.exchange import Answer
    from ocinb.wire.payload import Payload

__all__ = ["chunk_maker", "result_of"]

_UNREADABLE: Final = (AttributeError, KeyError, TypeError, ValueError)
"""What members of a type that nobody expected make of the conversions."""


def result_of(answer: Answer, process: Callable[[Payload], ChatResult]) -> ChatResult:
    """Return a whole answer as LangChain wants it.

    Args:
        answer: of the wire.
        process: the model's `_process_response`.

    Raises:
        AnswerError: it cannot be read.
    """
    try:
        result = process(answer.whole)
    except _UNREADABLE as error:
        raise _explained(unexpected(answer.whole), answer) from error
    if answer.request_id:
        for generation in result.generations:
            metadata = generation.message.response_metadata
            metadata["opc_request_id"] = answer.request_id
    return result


def chunk_maker(
    request: PreparedRequest,
    answer: Answer,
    process: Callable[[Payload, type[AIMessageChunk]], ChatGenerationChunk],
) -> Callable[[Payload], ChatGenerationChunk]:
    """Return what turns the events of one stream into chunks.

    Args:
        request: what was asked.
        answer: its beginning.
        process: the model's `_process_stream_response`.
    """
    several = (request.sent.get("n") or 1) > 1
    indexes: defaultdict[int, ToolCallIndexes] = defaultdict(ToolCallIndexes)
    only, told = ToolCallIndexes(), False

    def apart(payload: Payload) -> ChatGenerationChunk:
        for choice in payload["choices"]:
            indexes[choice.get("index") or 0].settle({"choices": [choice]})
        return ChatGenerationChunk(message=chunk_of_choices(payload))

    def chunk(payload: Payload) -> ChatGenerationChunk:
        nonlocal told
        try:
            if several:
                made = apart(payload)
            else:
                only.settle(payload)
                made = process(payload, AIMessageChunk)
        except _UNREADABLE as error:
            raise _explained(unexpected(payload, phase="stream"), answer) from error
        if not told:
            told = True
            made.message.response_metadata |= _once(answer, payload, several=several)
        return made

    return chunk


def _once(answer: Answer, payload: Payload, *, several: bool) -> dict[str, str]:
    """Return what is known from the first event on; LangChain joins repeated text."""
    known = {
        "opc_request_id": answer.request_id,
        "model_name": payload.get("model") if several else None,
    }
    return {name: value for name, value in known.items() if value}


def _explained(error: AnswerError, answer: Answer) -> AnswerError:
    answer.explain(error)
    return error
