"""Reading llama.cpp's answers, and joining the last token with the end."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.local.vllm.piece import LastToken, Piece, read_chunk, read_whole

CALL = {"index": 0, "function": {"name": "f"}}


def chunk(delta: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta or {}, "finish_reason": None}
    return {"choices": [{**choice, **more.pop("choice", {})}], **more}


def test_a_whole_chat_answer_is_one_piece():
    message = {"content": "hi", "reasoning_content": "hm", "tool_calls": [CALL]}
    piece = read_whole(
        {
            "choices": [
                {
                    "message": message,
                    "finish_reason": "stop",
                    "logprobs": {"content": [{"token": "hi"}]},
                }
            ],
            "usage": {"completion_tokens": 3},
            "__verbose": {"stopping_word": "."},
        }
    )

    assert piece == Piece("hi", "hm", [CALL], [{"token": "hi"}], 3, "stop", ".")


def test_a_whole_completion_is_one_piece():
    piece = read_whole({"choices": [{"text": "x", "finish_reason": "length"}]})

    assert piece == Piece("x", finish="length")


def test_a_chunk_counts_the_tokens_so_far():
    piece = read_chunk(chunk({"content": "a"}, timings={"predicted_n": 4}))

    assert piece == Piece("a", tokens=4)


def test_the_chunk_of_a_completion_has_text_and_no_delta():
    piece = read_chunk({"choices": [{"text": "b", "finish_reason": None}]})

    assert piece == Piece("b")


def test_no_stop_string_is_none():
    piece = read_chunk(chunk(__verbose={"stopping_word": ""}))

    assert piece is not None
    assert piece.stop_string is None


def test_a_chunk_without_choices_is_no_piece():
    assert read_chunk({"choices": [], "usage": {}}) is None


def test_the_role_alone_adds_nothing():
    piece = read_chunk(chunk({"role": "assistant", "content": None}))

    assert piece is not None
    assert piece.is_empty


@pytest.mark.parametrize(
    "piece",
    [Piece("a"), Piece(reasoning="a"), Piece(tool_calls=[CALL]), Piece(finish="stop")],
)
def test_text_reasoning_calls_and_ends_add_something(piece: Piece):
    assert not piece.is_empty


def fed(limit: int, *pieces: Piece) -> list[Piece]:
    last = LastToken(limit)
    return [ready for piece in pieces for ready in last.feed(piece)]


def test_pieces_go_out_at_once_before_the_limit():
    last = LastToken(3)

    assert last.feed(Piece("a", tokens=1)) == [Piece("a", tokens=1)]


def test_the_last_token_waits_for_the_end():
    last = LastToken(2)

    assert last.feed(Piece("b", tokens=2)) == []
    assert last.feed(Piece(finish="length", tokens=2)) == [
        Piece("b", finish="length", tokens=2)
    ]


def test_an_end_before_the_limit_is_a_piece_of_its_own():
    pieces = [Piece("a", tokens=1), Piece(finish="stop", tokens=2, stop_string=".")]

    assert fed(9, *pieces) == pieces


def test_text_after_the_limit_loses_nothing():
    pieces = [Piece("a", tokens=2), Piece("b", tokens=2), Piece(finish="length")]

    assert fed(2, *pieces) == [
        Piece("a", tokens=2),
        Piece("b", tokens=2, finish="length"),
    ]
