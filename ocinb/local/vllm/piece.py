"""A piece of an answer as llama.cpp's server sends it, whole or in a stream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LastToken", "Piece", "read_chunk", "read_whole"]


@dataclass(frozen=True)
class Piece:
    """What one chunk adds to a choice; a whole answer is one piece.

    Attributes:
        text: text to add.
        reasoning: text to add to the model's reasoning.
        tool_calls: tool calls, or increments of them, in OpenAI's shape.
        logprobs: one entry for each new token; None without logprobs.
        tokens: tokens generated for this choice so far.
        finish: why generation ended; empty while it goes on.
        stop_string: the stop string that ended it.
    """

    text: str = ""
    reasoning: str = ""
    tool_calls: Sequence[dict[str, Any]] = ()
    logprobs: Sequence[dict[str, Any]] | None = None
    tokens: int = 0
    finish: str = ""
    stop_string: str | None = None

    @property
    def is_empty(self) -> bool:
        """True if it adds nothing."""
        return not (self.text or self.reasoning or self.tool_calls or self.finish)


def read_whole(answer: Mapping[str, Any]) -> Piece:
    """Read an answer that came in one."""
    choice = answer["choices"][0]
    said = choice.get("message") or choice
    usage = answer.get("usage") or {}
    return _piece(choice, said, answer, usage.get("completion_tokens", 0))


def read_chunk(chunk: Mapping[str, Any]) -> Piece | None:
    """Read one event of a stream; None for one that carries no choice."""
    if not chunk.get("choices"):
        return None
    choice = chunk["choices"][0]
    said = choice.get("delta", choice)
    timings = chunk.get("timings") or {}
    return _piece(choice, said, chunk, timings.get("predicted_n", 0))


def _piece(
    choice: Mapping[str, Any],
    said: Mapping[str, Any],
    answer: Mapping[str, Any],
    tokens: int,
) -> Piece:
    logprobs = (choice.get("logprobs") or {}).get("content")
    verbose = answer.get("__verbose") or {}
    return Piece(
        text=said.get("content") or said.get("text") or "",
        reasoning=said.get("reasoning_content") or "",
        tool_calls=said.get("tool_calls") or (),
        logprobs=logprobs,
        tokens=tokens,
        finish=choice.get("finish_reason") or "",
        stop_string=verbose.get("stopping_word") or None,
    )


class LastToken:
    """Join a choice's last token and its end, as vLLM does when the limit ends it.

    Args:
        limit: tokens after which the choice must end.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: Piece | None = None

    def feed(self, piece: Piece) -> list[Piece]:
        """Return the pieces that may go out now."""
        held, self._held = self._held, None
        if piece.finish and held is not None:
            ended = replace(
                held,
                finish=piece.finish,
                stop_string=piece.stop_string,
                tokens=max(held.tokens, piece.tokens),
            )
            return [ended]
        before = [held] if held is not None else []
        if not piece.finish and piece.tokens >= self._limit:
            self._held = piece
            return before
        return [*before, piece]
