"""Log-probabilities in vLLM's two shapes, from llama.cpp's one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ocinb.local.vllm.request_body import SamplingBody

__all__ = ["chat_logprobs", "completion_logprobs"]


def chat_logprobs(
    entries: Sequence[Mapping[str, Any]] | None, body: SamplingBody
) -> dict[str, Any] | None:
    """Return the `logprobs` of a chat choice; None if none were asked for."""
    shown = body.shown_logprobs
    if shown is None or entries is None:
        return None
    content = [
        {
            **_token(entry, body),
            "top_logprobs": [
                _token(top, body) for top in entry["top_logprobs"][:shown]
            ],
        }
        for entry in entries
    ]
    return {"content": content}


def completion_logprobs(
    entries: Sequence[Mapping[str, Any]] | None, body: SamplingBody, offset: int
) -> dict[str, Any] | None:
    """Return the `logprobs` of a completion; None if none were asked for.

    Args:
        entries: llama.cpp's entry for each token.
        body: the request.
        offset: characters of the answer before these tokens.
    """
    shown = body.shown_logprobs
    if shown is None or entries is None:
        return None
    tokens = [_token(entry, body) for entry in entries]
    offsets = []
    for entry in entries:
        offsets.append(offset)
        offset += len(entry["token"])
    return {
        "text_offset": offsets,
        "token_logprobs": [token["logprob"] for token in tokens],
        "tokens": [token["token"] for token in tokens],
        "top_logprobs": [
            {top["token"]: top["logprob"] for top in _tops(entry, body, shown)}
            for entry in entries
        ],
    }


def _tops(
    entry: Mapping[str, Any], body: SamplingBody, shown: int
) -> list[dict[str, Any]]:
    """Return the alternatives of one token, the token itself always among them."""
    tops = [_token(top, body) for top in entry["top_logprobs"][:shown]]
    itself = _token(entry, body)
    return (
        tops
        if any(top["token"] == itself["token"] for top in tops)
        else [itself, *tops]
    )


def _token(entry: Mapping[str, Any], body: SamplingBody) -> dict[str, Any]:
    """Return a token without what only llama.cpp has."""
    text = entry["token"]
    if body.return_tokens_as_token_ids:
        text = f"token_id:{entry['id']}"
    return {"token": text, "logprob": entry["logprob"], "bytes": entry["bytes"]}
