"""Chat answers in vLLM's shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocinb.local.vllm.answer import Envelope, Tally
from ocinb.local.vllm.chat_answer import ChatAnswer
from ocinb.local.vllm.piece import Piece
from ocinb.local.vllm.request_body import ChatBody, parse
from ocinb.local.vllm.tool_choice import ForcedCall

ENVELOPE = Envelope("chatcmpl-1", 7, "odsc-llm", "engine")
CALL_TEXT = '{"name": "f", "arguments": {"a":1} }'
LLAMAS_CALL = {"id": "", "function": {"name": "f", "arguments": "{}"}}
REQUIRED = ForcedCall({}, "tool_calls")
NAMED = ForcedCall({}, "stop")
TOKEN = {"id": 1, "token": "a", "bytes": [97], "logprob": -1.0, "top_logprobs": []}


def answer(forced: ForcedCall | None = None, **fields: Any) -> ChatAnswer:
    body = parse({"messages": [], **fields}, ChatBody)
    return ChatAnswer(body, ENVELOPE, Tally.for_request(body, 5), forced)


def message_of(made: ChatAnswer, piece: Piece) -> dict[str, Any]:
    message: dict[str, Any] = made.whole([piece])["choices"][0]["message"]
    return message


def streamed(made: ChatAnswer, *pieces: Piece) -> list[dict[str, Any]]:
    return [chunk for piece in pieces for chunk in made.chunks(0, piece)]


def deltas(made: ChatAnswer, *pieces: Piece) -> list[dict[str, Any]]:
    return [chunk["choices"][0]["delta"] for chunk in streamed(made, *pieces)]


USAGE = {"stream": True, "stream_options": {"include_usage": True}}


def test_a_whole_answer_has_text_end_and_usage():
    made = answer().whole([Piece("hi", tokens=2, finish="stop")])

    choice = made["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("hi", "stop")
    assert made["usage"]["total_tokens"] == 7
    assert made["system_fingerprint"] == "engine"


def test_choices_are_numbered_and_their_tokens_summed():
    made = answer(n=2).whole([Piece("a", tokens=1), Piece("b", tokens=2)])

    assert [choice["index"] for choice in made["choices"]] == [0, 1]
    assert made["usage"]["completion_tokens"] == 3


def test_the_stop_string_is_told_and_not_shown():
    choice = answer().whole([Piece("a", finish="stop", stop_string=".")])["choices"][0]

    assert (choice["stop_reason"], choice["message"]["content"]) == (".", "a")


def test_the_stop_string_is_shown_on_request():
    made = answer(include_stop_str_in_output=True)

    assert message_of(made, Piece("a", stop_string="."))["content"] == "a."


def test_reasoning_stands_beside_the_text():
    assert message_of(answer(), Piece("a", reasoning="hm"))["reasoning"] == "hm"


def test_reasoning_can_be_left_out():
    made = answer(include_reasoning=False)

    assert message_of(made, Piece("a", reasoning="hm"))["reasoning"] is None
    assert deltas(made, Piece(reasoning="hm")) == []


def test_a_continued_message_is_not_repeated():
    messages = [{"role": "assistant", "content": "1, 2,"}]
    made = answer(messages=messages, continue_final_message=True)

    assert message_of(made, Piece("1, 2, 3"))["content"] == " 3"


def test_a_call_of_llamas_own_gets_an_id():
    (call,) = message_of(answer(), Piece(tool_calls=[LLAMAS_CALL]))["tool_calls"]

    assert call["id"].startswith("chatcmpl-tool-")
    assert call["function"] == LLAMAS_CALL["function"]


def test_a_message_without_calls_has_no_such_key():
    assert "tool_calls" not in message_of(answer(), Piece("a"))


@pytest.mark.parametrize("forced", [REQUIRED, NAMED])
def test_a_forced_call_is_answered_as_a_call(forced: ForcedCall):
    made = answer(forced).whole([Piece(CALL_TEXT, finish="stop")])
    choice = made["choices"][0]

    assert choice["message"]["content"] == ""
    assert choice["message"]["tool_calls"][0]["function"] == {
        "name": "f",
        "arguments": '{"a": 1}',
    }
    assert choice["finish_reason"] == forced.finish_reason


def test_a_forced_call_cut_short_stays_text_as_with_vllm():
    made = answer(REQUIRED).whole([Piece(CALL_TEXT[:20], finish="length")])
    choice = made["choices"][0]

    assert choice["message"]["content"] == "<tool_call>\n" + CALL_TEXT[:20]
    assert "tool_calls" not in choice["message"]
    assert choice["finish_reason"] == "length"


def test_a_stream_opens_with_the_role_of_each_choice():
    opening = [chunk["choices"][0] for chunk in answer(n=2).opening()]

    assert [choice["index"] for choice in opening] == [0, 1]
    assert opening[0]["delta"] == {"role": "assistant", "content": ""}


def test_text_and_reasoning_come_as_deltas():
    assert deltas(answer(), Piece(reasoning="hm"), Piece("a")) == [
        {"reasoning": "hm"},
        {"content": "a"},
    ]


def test_the_last_chunk_alone_tells_the_end():
    piece = Piece("a", reasoning="hm", finish="stop", stop_string=".")
    choices = [chunk["choices"][0] for chunk in streamed(answer(), piece)]

    assert [choice["finish_reason"] for choice in choices] == [None, "stop"]
    assert "stop_reason" not in choices[0]
    assert choices[1]["stop_reason"] == "."


def test_an_end_without_text_is_an_empty_delta():
    assert deltas(answer(), Piece(finish="stop")) == [{}]


def test_llamas_calls_stream_with_null_content():
    (delta,) = deltas(answer(), Piece(tool_calls=[LLAMAS_CALL]))

    assert delta == {"content": None, "tool_calls": [LLAMAS_CALL]}


def test_a_forced_call_streams_its_name_then_its_arguments():
    pieces = [Piece(CALL_TEXT[:28]), Piece(CALL_TEXT[28:]), Piece(finish="stop")]
    calls = [
        delta.get("tool_calls", [{}])[0] for delta in deltas(answer(REQUIRED), *pieces)
    ]

    assert calls[0]["function"] == {"name": "f"}
    assert calls[0]["type"] == "function"
    arguments = "".join(c["function"]["arguments"] for c in calls[1:-1])
    assert json.loads(arguments) == {"a": 1}
    assert calls[-1] == {}


def test_nothing_streams_before_the_name_of_a_forced_call():
    assert deltas(answer(REQUIRED), Piece('{"na')) == []


@pytest.mark.parametrize(("forced", "end"), [(REQUIRED, "tool_calls"), (NAMED, "stop")])
def test_a_streamed_call_ends_as_with_vllm(forced: ForcedCall, end: str):
    (chunk,) = streamed(answer(forced), Piece(finish="stop"))

    assert chunk["choices"][0]["finish_reason"] == end


def test_logprobs_come_with_their_chunk():
    (chunk,) = streamed(answer(logprobs=True), Piece("a", logprobs=[TOKEN]))

    assert chunk["choices"][0]["logprobs"]["content"][0]["token"] == "a"


def test_usage_comes_last_with_no_choices():
    made = answer(**USAGE)
    streamed(made, Piece("a", tokens=1), Piece(finish="stop", tokens=2))
    (chunk,) = made.closing()

    assert chunk["choices"] == []
    assert chunk["usage"]["completion_tokens"] == 2
    assert chunk["system_fingerprint"] == "engine"


def test_without_usage_the_end_carries_the_fingerprint():
    made = answer(stream=True)
    first, last = streamed(made, Piece("a"), Piece(finish="stop"))

    assert "system_fingerprint" not in first
    assert last["system_fingerprint"] == "engine"
    assert list(made.closing()) == []


def test_usage_on_every_chunk_counts_up():
    options = {"include_usage": True, "continuous_usage_stats": True}
    made = answer(stream=True, stream_options=options)
    chunks = [
        *made.opening(),
        *streamed(made, Piece("a", tokens=1), Piece("b", tokens=2)),
    ]

    counts = [chunk["usage"]["completion_tokens"] for chunk in chunks]
    assert counts == [0, 1, 2]
