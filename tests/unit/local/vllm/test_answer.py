"""What all answers share: envelope and token counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocinb.local.vllm.answer import Envelope, Tally, as_event, encode
from ocinb.local.vllm.request_body import ChatBody, parse


def chat(**fields: Any) -> ChatBody:
    return parse({"messages": [], **fields}, ChatBody)


def envelope(body: ChatBody) -> Envelope:
    return Envelope.make("chatcmpl", body, created=7.9, model="m", engine="e")


def tally(**options: bool) -> Tally:
    return Tally.for_request(chat(stream=True, stream_options=options), 5)


def test_an_answer_has_an_id_of_its_own():
    first, second = envelope(chat()).id, envelope(chat()).id

    assert first.startswith("chatcmpl-")
    assert first != second


def test_a_request_may_choose_the_id():
    assert envelope(chat(request_id="abc")).id == "chatcmpl-abc"


def test_the_envelope_stands_round_the_choices():
    made = Envelope("chatcmpl-1", 7, "m", "e")

    assert made.payload("kind", [1], usage=None) == {
        "id": "chatcmpl-1",
        "object": "kind",
        "created": 7,
        "model": "m",
        "choices": [1],
        "usage": None,
    }


def test_tokens_are_summed_over_the_choices():
    counted = tally()
    counted.count(0, 1)
    counted.count(1, 4)
    counted.count(0, 3)

    assert counted.usage() == {
        "prompt_tokens": 5,
        "total_tokens": 12,
        "completion_tokens": 7,
    }


@pytest.mark.parametrize(
    ("options", "include", "continuous"),
    [
        ({}, False, False),
        ({"include_usage": True}, True, False),
        ({"include_usage": True, "continuous_usage_stats": True}, True, True),
        ({"continuous_usage_stats": True}, False, False),
    ],
)
def test_usage_is_told_where_it_was_asked_for(
    options: dict[str, bool], include: object, continuous: object
):
    counted = tally(**options)

    assert (counted.include, counted.continuous) == (include, continuous)


def test_a_request_without_stream_options_asks_for_no_usage():
    assert not Tally.for_request(chat(), 5).include


def test_a_chunk_tells_the_tokens_of_its_own_choice():
    counted = tally(include_usage=True, continuous_usage_stats=True)
    counted.count(0, 1)
    counted.count(1, 4)

    assert counted.so_far(0)["usage"]["completion_tokens"] == 1
    assert counted.so_far(2)["usage"]["completion_tokens"] == 0


def test_a_chunk_tells_nothing_unless_asked():
    assert tally(include_usage=True).so_far(0) == {}


def test_payloads_are_compact_json_in_utf8():
    assert encode({"a": "é", "b": [1, 2]}) == '{"a":"é","b":[1,2]}'.encode()


def test_an_event_is_one_line_of_data():
    event = as_event({"text": "a\nb"})

    assert event.startswith(b"data: {")
    assert event.endswith(b"}\n\n")
    assert json.loads(event.removeprefix(b"data: ")) == {"text": "a\nb"}
