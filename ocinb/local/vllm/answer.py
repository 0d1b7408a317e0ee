"""What every answer in vLLM's shape shares: its envelope and its count of tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ocinb.local.vllm.piece import Piece
    from ocinb.local.vllm.request_body import SamplingBody

__all__ = ["DONE", "Answer", "Envelope", "Tally", "as_event", "encode"]

DONE: Final = b"data: [DONE]\n\n"
"""The end of a stream."""


class Answer(Protocol):
    """Makes vLLM's payloads from llama.cpp's pieces, whole or as a stream."""

    def whole(self, pieces: Sequence[Piece]) -> dict[str, Any]:
        """Return the answer to a request without `stream`, one piece a choice."""
        ...

    def opening(self) -> Iterable[dict[str, Any]]:
        """Return the chunks before the first token."""
        ...

    def chunks(self, choice: int, piece: Piece) -> Iterable[dict[str, Any]]:
        """Return the chunks for one more piece of a choice."""
        ...

    def closing(self) -> Iterable[dict[str, Any]]:
        """Return the chunks after the last token."""
        ...


@dataclass(frozen=True)
class Envelope:
    """What stands round every payload of one answer.

    Attributes:
        id: names the answer.
        created: seconds since 1970.
        model: what the model is called.
        fingerprint: what made the answer.
    """

    id: str
    created: int
    model: str
    fingerprint: str

    @classmethod
    def make(
        cls, kind: str, body: SamplingBody, *, created: float, model: str, engine: str
    ) -> Envelope:
        """Make the envelope for a request; it may choose its own id."""
        name = f"{kind}-{body.request_id or token_hex(8)}"
        return cls(name, int(created), model, engine)

    def payload(self, kind: str, choices: Sequence[Any], **more: Any) -> dict[str, Any]:
        """Return a payload with these choices in it."""
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "choices": choices,
            **more,
        }


@dataclass
class Tally:
    """Tokens of one answer, summed over its choices.

    Attributes:
        prompt_tokens: tokens of all prompts.
        include: True if the end of a stream tells them.
        continuous: True if every chunk of a stream tells them.
    """

    prompt_tokens: int
    include: bool = False
    continuous: bool = False
    _completion: dict[int, int] = field(default_factory=dict)

    @classmethod
    def for_request(cls, body: SamplingBody, prompt_tokens: int) -> Tally:
        """Make the tally of one request, told where the request wants it."""
        options = body.stream_options
        include = bool(options and options.include_usage)
        continuous = bool(options and include and options.continuous_usage_stats)
        return cls(prompt_tokens, include, continuous)

    def count(self, choice: int, tokens: int) -> None:
        """Note how many tokens a choice has now."""
        self._completion[choice] = tokens

    def usage(self) -> dict[str, int]:
        """Return the sums."""
        completion = sum(self._completion.values())
        return _usage(self.prompt_tokens, completion)

    def so_far(self, choice: int) -> dict[str, Any]:
        """Return what a chunk of a choice carries: nothing, or the tokens so far."""
        if not self.continuous:
            return {}
        usage = _usage(self.prompt_tokens, self._completion.get(choice, 0))
        return {"usage": {**usage, "completion_tokens_details": None}}


def _usage(prompt: int, completion: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt,
        "total_tokens": prompt + completion,
        "completion_tokens": completion,
    }


def encode(payload: Mapping[str, Any]) -> bytes:
    """Return a payload as compact JSON in UTF-8."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def as_event(payload: Mapping[str, Any]) -> bytes:
    """Return a payload as one server-sent event."""
    return b"data: " + encode(payload) + b"\n\n"
