"""Streamed answers: their payloads, and whether they came whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocinb.errors import (
    AnswerError,
    OcinbError,
    ServerError,
    StreamFailed,
    StreamTruncated,
)
from ocinb.wire.payload import Fault
from ocinb.wire.reader import StreamReader, failure

OOPS = "EngineCore encountered an issue."


def event(value: Any, name: str = "") -> bytes:
    data = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {data}\n\n".encode()


def said(text: str | None, index: int = 0, finish: str | None = None) -> bytes:
    choice = {"index": index, "delta": {"content": text}, "finish_reason": finish}
    return event({"id": "x", "choices": [choice]})


USAGE = event({"choices": [], "usage": {"prompt_tokens": 1}})
DONE = event("[DONE]")
HALF = said("Grüße ") + said("aus 🙂")
TOKENS = [("Grüße ", said("Grüße ")), ("aus 🙂", said("aus 🙂"))]
WHOLE = HALF + said(None, finish="stop") + USAGE + DONE


def read(*pieces: bytes) -> StreamReader:
    """Read a stream to its end."""
    reader = StreamReader("A/B/C")
    for piece in pieces:
        reader.feed(piece)
    reader.finish()
    return reader


def broken(*pieces: bytes) -> OcinbError:
    """Read a stream that breaks, as `Stream` does, and return its error."""
    reader = StreamReader("A/B/C")
    with pytest.raises(OcinbError) as caught:
        read_into(reader, pieces)
    reader.explain(caught.value)
    return caught.value


def read_into(reader: StreamReader, pieces: tuple[bytes, ...]) -> None:
    for piece in pieces:
        reader.feed(piece)
    reader.finish()


class TestWhole:
    def test_payloads_come_as_their_bytes_do(self):
        reader = StreamReader()

        assert reader.feed(said("Grüße ")[:-1]) == []
        assert [p["choices"][0]["delta"] for p in reader.feed(b"\n")] == [
            {"content": "Grüße "}
        ]

    def test_the_text_is_that_of_the_first_choice(self):
        raw = said("a") + said("x", 1) + said("b") + said("y", 1)
        reader = StreamReader()
        reader.feed(raw)

        assert reader.text == "ab"

    def test_text_in_parts_counts_too(self):
        reader = StreamReader()
        reader.feed(
            event(
                {"choices": [{"delta": {"content": [{"type": "text", "text": "a"}]}}]}
            )
        )

        assert reader.text == "a"

    def test_done_ends_the_answer(self):
        assert read(WHOLE).done

    def test_what_follows_done_is_ignored_whatever_it_is(self):
        reader = read(WHOLE + b"data: this is not JSON\n\n" + said("more"))

        assert reader.text == "Grüße aus 🙂"

    def test_bytes_that_come_after_done_are_not_worth_reading(self):
        with pytest.raises(AnswerError, match="goes on after the end"):
            read(WHOLE).feed(said("still more"))

    def test_a_finish_reason_without_done_is_a_whole_answer(self):
        assert not read(HALF + said(None, finish="stop")).done

    def test_usage_may_follow_the_finish_reason(self):
        read(HALF, said(None, finish="stop"), USAGE)

    def test_the_last_event_may_lack_its_blank_line(self):
        raw = HALF + said("!", finish="length").rstrip(b"\n")
        reader = StreamReader()

        assert len(reader.feed(raw)) == 2
        assert [p["choices"][0]["finish_reason"] for p in reader.finish()] == ["length"]
        assert reader.text == "Grüße aus 🙂!"

    def test_each_of_several_choices_has_its_own_finish_reason(self):
        read(
            *(said("a", 0), said("b", 1)),
            *(said(None, 1, "stop"), said(None, 0, "length")),
        )

    def test_a_whole_answer_in_one_event_is_whole(self):
        message = {"role": "assistant", "content": "hi"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}

        assert read(event({"choices": [choice]})).text == "hi"

    def test_nulls_everywhere_are_no_trouble(self):
        choice = {"index": None, "delta": None, "finish_reason": None, "logprobs": None}
        raw = event({"id": None, "choices": [choice], "usage": None, "error": None})

        assert read(raw, said(None, finish="stop")).text == ""

    def test_text_under_a_null_index_is_kept(self):
        choice = {"index": None, "delta": {"content": "a"}, "finish_reason": None}

        assert broken(event({"choices": [choice]})).partial_text == "a"


class TestTruncated:
    @pytest.mark.parametrize(
        "raw",
        [
            HALF,
            HALF + USAGE,
            HALF + b'data: {"id":"chatcmpl-1","obj',
            HALF + b"data: ",
            HALF + b": ping\n\n",
        ],
    )
    def test_an_end_without_a_finish_reason_keeps_the_text(self, raw: bytes):
        error = broken(raw)

        assert type(error) is StreamTruncated
        assert error.partial_text == "Grüße aus 🙂"
        assert error.request_id == "A/B/C"
        assert error.phase == "stream"
        assert "after 11 characters" in str(error)

    def test_one_of_two_choices_without_a_finish_reason_is_not_enough(self):
        error = broken(said("a", 0), said("b", 1), said(None, 0, "stop"))

        assert type(error) is StreamTruncated

    def test_no_byte_at_all_is_an_empty_answer(self):
        error = broken()

        assert type(error) is AnswerError
        assert error.message == "empty answer"

    def test_comments_alone_are_no_answer(self):
        assert type(broken(b": ping\n\n")) is StreamTruncated

    def test_cutting_a_good_stream_anywhere_is_whole_or_truncated(self):
        finished_at = WHOLE.index(b"}]}", WHOLE.index(b'"stop"')) + 3
        whole = [border for border in range(1, len(WHOLE)) if is_whole(WHOLE[:border])]

        assert whole[0] == finished_at
        assert len(whole) < 20  # not inside the lines of usage and [DONE]


def is_whole(raw: bytes) -> bool:
    """Read a cut stream; what is not whole must keep the text that came."""
    reader = StreamReader()
    reader.feed(raw)
    came = "".join(t for t, mark in TOKENS if raw.find(mark) >= 0)
    assert reader.text == came
    try:
        reader.finish()
    except StreamTruncated as error:
        assert error.partial_text in {came, reader.text}  # noqa: PT017 - most cuts raise
        return False
    return True


class TestFailed:
    @pytest.mark.parametrize(
        ("raw", "words", "code", "status"),
        [
            (
                event({"error": {"message": OOPS, "type": "T", "code": 500}}),
                OOPS,
                "T",
                500,
            ),
            (
                event({"object": "error", "message": OOPS, "type": "T", "code": 503}),
                OOPS,
                "T",
                503,
            ),
            (event({"object": "error", "message": OOPS}), OOPS, "", None),
            (
                event({"code": "InternalError", "message": OOPS}),
                OOPS,
                "InternalError",
                None,
            ),
            (event({"detail": OOPS}), OOPS, "", None),
            (event(OOPS, "error"), OOPS, "", None),
            (event({"error": {"message": OOPS}}, "error"), OOPS, "", None),
            (event({"message": OOPS, "code": "x"}, "error"), OOPS, "x", None),
            (event("not known", "error"), "not known", "", None),
            (event({"choices": [], "error": {"message": OOPS}}), OOPS, "", None),
            (event({"choices": [], "error": OOPS}), OOPS, "", None),
            (event({"choices": [], "error": ["odd"]}), "", "", None),
        ],
        ids=lambda value: ascii(value)[:60],
    )
    def test_an_error_in_the_stream_is_raised_with_the_servers_words(
        self, raw: bytes, words: str, code: str, status: int | None
    ):
        error = broken(HALF, raw)

        assert type(error) is StreamFailed
        assert error.server_message == words
        assert error.code == code
        assert error.status == status
        assert error.phase == "stream"
        assert error.partial_text == "Grüße aus 🙂"
        assert error.request_id == "A/B/C"

    def test_text_before_the_error_in_the_same_write_is_kept(self):
        error = broken(HALF + event(OOPS, "error"))

        assert error.partial_text == "Grüße aus 🙂"

    def test_an_error_after_done_is_ignored(self):
        read(WHOLE + event(OOPS, "error"))


class TestOdd:
    @pytest.mark.parametrize(
        "raw",
        [
            event("this line is not JSON"),
            event([1, 2]),
            event("null"),
            event('"a string"'),
            event({"id": "x"}),
            event({"choices": None}),
            event({"choices": 5}),
            event({"choices": ["x"]}),
            event({"choices": [None]}),
            event({"choices": [{"delta": "hi"}]}),
            event({"choices": [{"index": [1], "delta": {}}]}),
        ],
    )
    def test_an_event_that_is_no_chunk_is_refused_and_the_text_kept(self, raw: bytes):
        error = broken(HALF, raw, said(None, finish="stop"))

        assert type(error) is AnswerError
        assert error.phase == "stream"
        assert error.partial_text == "Grüße aus 🙂"
        assert error.request_id == "A/B/C"

    def test_what_is_not_json_is_shown_cut(self):
        line = str(broken(HALF, event("x" * 1000)))

        assert "x" * 190 in line
        assert len(line) < 400

    def test_explaining_does_not_overwrite_what_an_error_knows(self):
        error = StreamTruncated("x", partial_text="known", request_id="D/E/F")
        reader = StreamReader("A/B/C")
        reader.feed(HALF)

        reader.explain(error)

        assert (error.partial_text, error.request_id) == ("known", "D/E/F")


class TestFailure:
    def test_a_fault_before_any_text_is_a_server_error(self):
        error = failure(Fault("oops", "T", 503), phase="answer")

        assert type(error) is ServerError
        assert (error.status, error.code, error.phase) == (200, "T", "answer")
