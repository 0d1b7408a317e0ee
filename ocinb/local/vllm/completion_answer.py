"""Answers of the older completions API in vLLM's shape, from llama.cpp's pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ocinb.local.vllm.logprobs import completion_logprobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ocinb.local.vllm.answer import Envelope, Tally
    from ocinb.local.vllm.piece import Piece
    from ocinb.local.vllm.request_body import CompletionBody

__all__ = ["CompletionAnswer"]

_KIND: Final = "text_completion"


class CompletionAnswer:
    """One answer of `/v1/completions`.

    Args:
        body: the request.
        envelope: what stands round the choices.
        tally: counts the tokens.
    """

    def __init__(self, body: CompletionBody, envelope: Envelope, tally: Tally) -> None:
        self._body = body
        self._envelope = envelope
        self._tally = tally
        self._offsets: dict[int, int] = {}

    def whole(self, pieces: Sequence[Piece]) -> dict[str, Any]:
        """Return the answer to a request without `stream`, one piece a choice."""
        choices = [self._whole_choice(i, piece) for i, piece in enumerate(pieces)]
        details = {"prompt_tokens_details": None, "completion_tokens_details": None}
        return self._envelope.payload(
            _KIND,
            choices,
            service_tier=None,
            system_fingerprint=self._envelope.fingerprint,
            usage={**self._tally.usage(), **details},
            kv_transfer_params=None,
            ec_transfer_params=None,
            metrics=None,
        )

    def _whole_choice(self, choice: int, piece: Piece) -> dict[str, Any]:
        return {
            **self._choice(choice, piece),
            "prompt_logprobs": None,
            "routed_experts": None,
        }

    def _choice(self, choice: int, piece: Piece) -> dict[str, Any]:
        self._tally.count(choice, piece.tokens)
        offset = self._offsets.get(choice, 0)
        self._offsets[choice] = offset + len(piece.text)
        shown = self._body.include_stop_str_in_output
        return {
            "index": choice,
            "text": piece.text + (piece.stop_string or "" if shown else ""),
            "logprobs": completion_logprobs(piece.logprobs, self._body, offset),
            "finish_reason": piece.finish or None,
            "stop_reason": piece.stop_string,
            "prompt_token_ids": None,
            "token_ids": None,
        }

    def opening(self) -> Iterator[dict[str, Any]]:
        """Return the chunks before the first token: there are none."""
        yield from ()

    def chunks(self, choice: int, piece: Piece) -> Iterator[dict[str, Any]]:
        """Return the chunk for one more piece of a choice."""
        fingerprint = {"system_fingerprint": self._envelope.fingerprint}
        shape = self._choice(choice, piece)
        yield self._envelope.payload(
            _KIND,
            [shape],
            **self._tally.so_far(choice),
            **(fingerprint if piece.finish and not self._tally.include else {}),
        )

    def closing(self) -> Iterator[dict[str, Any]]:
        """Return the chunks after the last token: the usage, if it was asked for."""
        if self._tally.include:
            yield self._envelope.payload(
                _KIND,
                [],
                usage=self._tally.usage(),
                system_fingerprint=self._envelope.fingerprint,
            )
