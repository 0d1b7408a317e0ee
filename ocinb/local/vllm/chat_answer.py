"""Chat answers in vLLM's shape, made from llama.cpp's pieces."""

from __future__ import annotations

import json
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from ocinb.local.vllm.logprobs import chat_logprobs
from ocinb.local.vllm.tool_choice import CallReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ocinb.local.vllm.answer import Envelope, Tally
    from ocinb.local.vllm.piece import Piece
    from ocinb.local.vllm.request_body import ChatBody
    from ocinb.local.vllm.tool_choice import ForcedCall

__all__ = ["ChatAnswer"]

_CHUNK: Final = "chat.completion.chunk"
_CALL_CUT_SHORT: Final = "<tool_call>\n"
"""What vLLM's tool parser leaves before a call that the token limit cut."""

_NULL_AT_END: Final = (
    "prompt_logprobs",
    "prompt_token_ids",
    "prompt_text",
    "kv_transfer_params",
    "ec_transfer_params",
    "metrics",
)


class ChatAnswer:
    """One answer of `/v1/chat/completions`.

    Args:
        body: the request.
        envelope: what stands round the choices.
        tally: counts the tokens.
        forced: the call that the model was made to write.
    """

    def __init__(
        self,
        body: ChatBody,
        envelope: Envelope,
        tally: Tally,
        forced: ForcedCall | None,
    ) -> None:
        self._body = body
        self._envelope = envelope
        self._tally = tally
        self._forced = forced
        self._readers = [CallReader() for _ in range(body.n or 1)]
        self._call_ids = [_call_id() for _ in self._readers]

    def whole(self, pieces: Sequence[Piece]) -> dict[str, Any]:
        """Return the answer to a request without `stream`, one piece a choice."""
        choices = [self._choice(index, piece) for index, piece in enumerate(pieces)]
        details = {"prompt_tokens_details": None, "completion_tokens_details": None}
        return self._envelope.payload(
            "chat.completion",
            choices,
            service_tier=None,
            system_fingerprint=self._envelope.fingerprint,
            usage={**self._tally.usage(), **details},
            **dict.fromkeys(_NULL_AT_END),
        )

    def _choice(self, index: int, piece: Piece) -> dict[str, Any]:
        self._tally.count(index, piece.tokens)
        return {
            "index": index,
            "message": self._message(piece),
            "logprobs": chat_logprobs(piece.logprobs, self._body),
            "finish_reason": self._finish_reason(piece),
            "stop_reason": piece.stop_string,
            "token_ids": None,
            "routed_experts": None,
        }

    def _message(self, piece: Piece) -> dict[str, Any]:
        content, calls = (
            self._content(piece),
            [_whole_call(c) for c in piece.tool_calls],
        )
        if self._forced is not None:
            reader = CallReader()
            call = reader.feed(piece.text)
            if reader.whole:
                function = {"name": call.name, "arguments": _tidy(call.arguments)}
                made = {"id": _call_id(), "type": "function", "function": function}
                content, calls = "", [made]
            else:
                content = _CALL_CUT_SHORT + piece.text
        return {
            "role": "assistant",
            "content": content,
            **dict.fromkeys(("refusal", "annotations", "audio", "function_call")),
            **({"tool_calls": calls} if calls else {}),
            "reasoning": self._reasoning(piece) or None,
        }

    def _content(self, piece: Piece) -> str:
        text = piece.text
        if self._body.continue_final_message:
            # llama.cpp repeats what it was to continue, vLLM does not.
            text = text.removeprefix(str(self._body.messages[-1].get("content") or ""))
        return text + self._shown_stop(piece)

    def _shown_stop(self, piece: Piece) -> str:
        shown = self._body.include_stop_str_in_output
        return piece.stop_string or "" if shown else ""

    def _reasoning(self, piece: Piece) -> str:
        return "" if self._body.include_reasoning is False else piece.reasoning

    def _finish_reason(self, piece: Piece) -> str | None:
        if self._forced is not None and piece.finish == "stop":
            return self._forced.finish_reason
        return piece.finish or None

    def opening(self) -> Iterator[dict[str, Any]]:
        """Return the chunks before the first token: each choice's role."""
        for index in range(self._body.n or 1):
            delta = {"role": "assistant", "content": ""}
            choice = {"index": index, "delta": delta}
            yield self._envelope.payload(
                _CHUNK,
                [{**choice, "logprobs": None, "finish_reason": None}],
                **self._tally.so_far(index),
                prompt_token_ids=None,
                prompt_text=None,
            )

    def chunks(self, choice: int, piece: Piece) -> Iterator[dict[str, Any]]:
        """Return the chunks for one more piece of a choice."""
        self._tally.count(choice, piece.tokens)
        deltas = list(self._deltas(choice, piece))
        if piece.finish and not deltas:
            deltas = [{}]
        for number, delta in enumerate(deltas, 1):
            last = number == len(deltas)
            yield self._chunk(choice, delta, piece, ends=last and bool(piece.finish))

    def _deltas(self, choice: int, piece: Piece) -> Iterable[dict[str, Any]]:
        if self._forced is not None:
            yield from self._call_deltas(choice, piece)
            return
        reasoning, text = self._reasoning(piece), piece.text + self._shown_stop(piece)
        if reasoning:
            yield {"reasoning": reasoning}
        if text:
            yield {"content": text}
        if piece.tool_calls:
            yield {"content": None, "tool_calls": list(piece.tool_calls)}

    def _call_deltas(self, choice: int, piece: Piece) -> Iterable[dict[str, Any]]:
        call = self._readers[choice].feed(piece.text)
        if call.name:
            start = {"id": self._call_ids[choice], "type": "function", "index": 0}
            yield _call_delta({**start, "function": {"name": call.name}})
        if call.arguments:
            yield _call_delta({"index": 0, "function": {"arguments": call.arguments}})

    def _chunk(
        self, choice: int, delta: dict[str, Any], piece: Piece, *, ends: bool
    ) -> dict[str, Any]:
        end = {"stop_reason": piece.stop_string} if ends else {}
        fingerprint = {"system_fingerprint": self._envelope.fingerprint}
        return self._envelope.payload(
            _CHUNK,
            [
                {
                    "index": choice,
                    "delta": delta,
                    "logprobs": chat_logprobs(piece.logprobs, self._body),
                    "finish_reason": self._finish_reason(piece) if ends else None,
                    **end,
                    "token_ids": None,
                }
            ],
            **self._tally.so_far(choice),
            **(fingerprint if ends and not self._tally.include else {}),
        )

    def closing(self) -> Iterator[dict[str, Any]]:
        """Return the chunks after the last token: the usage, if it was asked for."""
        if self._tally.include:
            yield self._envelope.payload(
                _CHUNK,
                [],
                usage=self._tally.usage(),
                system_fingerprint=self._envelope.fingerprint,
            )


def _call_id() -> str:
    return f"chatcmpl-tool-{token_hex(8)}"


def _call_delta(call: dict[str, Any]) -> dict[str, Any]:
    return {"content": None, "tool_calls": [call]}


def _whole_call(call: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": call.get("id") or _call_id(),
        "type": "function",
        "function": call["function"],
    }


def _tidy(arguments: str) -> str:
    return json.dumps(json.loads(arguments), ensure_ascii=False)
