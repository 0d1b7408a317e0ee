"""Answers of the completions API in vLLM's shape."""

from __future__ import annotations

from typing import Any

from ocinb.local.vllm.answer import Envelope, Tally
from ocinb.local.vllm.completion_answer import CompletionAnswer
from ocinb.local.vllm.piece import Piece
from ocinb.local.vllm.request_body import CompletionBody, parse

ENVELOPE = Envelope("cmpl-1", 7, "odsc-llm", "engine")
TOKEN = {"id": 1, "token": "ab", "bytes": [97, 98], "logprob": -1.0, "top_logprobs": []}


def answer(**fields: Any) -> CompletionAnswer:
    body = parse({"prompt": "x", **fields}, CompletionBody)
    return CompletionAnswer(body, ENVELOPE, Tally.for_request(body, 5))


def test_a_whole_answer_has_text_end_and_usage():
    made = answer().whole([Piece("a", tokens=1, finish="length"), Piece("b", tokens=2)])

    assert [choice["text"] for choice in made["choices"]] == ["a", "b"]
    assert made["choices"][0]["finish_reason"] == "length"
    assert made["choices"][1]["finish_reason"] is None
    assert made["usage"]["completion_tokens"] == 3


def test_the_stop_string_is_shown_on_request_only():
    piece = Piece("a", finish="stop", stop_string=".")
    hidden = answer().whole([piece])["choices"][0]
    shown = answer(include_stop_str_in_output=True).whole([piece])["choices"][0]

    assert (hidden["text"], hidden["stop_reason"]) == ("a", ".")
    assert shown["text"] == "a."


def test_a_stream_has_no_opening():
    assert list(answer(stream=True).opening()) == []


def test_a_chunk_carries_text():
    (chunk,) = answer(stream=True).chunks(1, Piece("a"))

    assert (chunk["choices"][0]["index"], chunk["choices"][0]["text"]) == (1, "a")
    assert "system_fingerprint" not in chunk


def test_offsets_of_tokens_go_on_from_chunk_to_chunk():
    made = answer(stream=True, logprobs=0)
    offsets = []
    for _ in range(2):
        (chunk,) = made.chunks(0, Piece("ab", logprobs=[TOKEN]))
        offsets += chunk["choices"][0]["logprobs"]["text_offset"]

    assert offsets == [0, 2]


def test_usage_comes_last_when_asked_for():
    made = answer(stream=True, stream_options={"include_usage": True})
    (end,) = made.chunks(0, Piece(finish="stop", tokens=2))
    (usage,) = made.closing()

    assert "system_fingerprint" not in end
    assert usage["usage"]["completion_tokens"] == 2


def test_without_usage_the_end_carries_the_fingerprint():
    made = answer(stream=True)
    (end,) = made.chunks(0, Piece(finish="stop"))

    assert end["system_fingerprint"] == "engine"
    assert list(made.closing()) == []
