"""Recorded answers with one member changed: nulls never break the reading."""

from __future__ import annotations

import copy
import json
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.chat_models.reading import chunk_maker, result_of
from ocinb.errors import AnswerError, OcinbError, StreamFailed
from ocinb.wire.exchange import Answer
from ocinb.wire.payload import check_completion
from ocinb.wire.reader import StreamReader
from tests.contract.recordings import Recording, recordings
from tests.unit.chat_models.recorder import make

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = ("chat_plain", "logprobs", "n2", "prompt_logprobs", "tools_required")
STREAMED = ("stream_usage", "logprobs_stream", "n2_stream", "tools_required_stream")
NEEDED = {
    ("choices",),
    ("choices", 0),
    ("choices", 0, "message"),
    ("choices", 1),
    ("choices", 1, "message"),
}
"""Members without which there is no answer."""

ODD: list[Any] = ["x", "", 5, -1.5, True, False, [], [None], ["x"], {}, {"x": None}]


def recorded(*names: str) -> list[Recording]:
    found = {r.case: r for r in recordings("vllm-hermes-template") + recordings("vllm")}
    return [found[name] for name in names]


def name_of(recording: Recording) -> str:
    return recording.case


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every member."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        yield (*path, key)
        if isinstance(member, (dict, list)):
            yield from paths(member, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    copied = copy.deepcopy(value)
    reduce(lambda inner, key: inner[key], path[:-1], copied)[path[-1]] = new
    return copied


def read_whole(payload: Any) -> Any:
    """Read a whole answer, from the shape of the wire to LangChain's message."""
    model, answer = make(), Answer({}, payload=check_completion(payload))
    return result_of(answer, model._process_response).generations[0].message


def read_stream(payloads: list[Any], n: int) -> list[Any]:
    """Read a stream the same way, as its chunks."""
    model, reader = make(n=n), StreamReader()
    answer = Answer({}, reader=reader)
    chunk = chunk_maker(
        model.prepare("hello", stream=True), answer, model._process_stream_response
    )
    made = []
    for payload in payloads:
        for read in reader.feed(f"data: {json.dumps(payload)}\n\n".encode()):
            made.append(chunk(read).message)  # noqa: PERF401 - reads as the loop it tests
    return made


def events_of(recording: Recording) -> list[Any]:
    """Return some payloads of a stream: its beginning and its end."""
    data = [event.removeprefix(b"data: ") for event in recording.events[:-1]]
    return [json.loads(text) for text in data[:4] + data[-3:]]


@pytest.mark.parametrize("recording", recorded(*WHOLE), ids=name_of)
class TestWhole:
    def test_a_null_anywhere_is_no_trouble(self, recording: Recording):
        payload = json.loads(recording.body)
        for path in paths(payload):
            if path in NEEDED:
                with pytest.raises(AnswerError):
                    read_whole(changed(payload, path, None))
            elif isinstance(path[-1], str):
                read_whole(changed(payload, path, None))
            else:  # an item of a list, which may be needed
                only_our_errors(lambda p=path: read_whole(changed(payload, p, None)))

    def test_a_member_that_is_missing_is_no_trouble(self, recording: Recording):
        payload = json.loads(recording.body)
        for path in paths(payload):
            if path not in NEEDED and isinstance(path[-1], str):
                less = changed(payload, path, None)
                del reduce(lambda inner, key: inner[key], path[:-1], less)[path[-1]]
                read_whole(less)

    def test_an_unknown_member_anywhere_is_no_trouble(self, recording: Recording):
        payload = json.loads(recording.body)
        plain = read_whole(payload)
        for path in [(), *paths(payload)]:
            place = reduce(lambda inner, key: inner[key], path, payload)
            if isinstance(place, dict):
                more = changed(payload, (*path, "unknown"), {"a": [None]})
                assert read_whole(more).text == plain.text

    def test_a_member_of_another_type_is_read_or_refused_in_one_line(
        self, recording: Recording
    ):
        payload = json.loads(recording.body)
        for path in paths(payload):
            for odd in ODD:
                only_our_errors(
                    lambda p=path, o=odd: read_whole(changed(payload, p, o))
                )


def only_our_errors(read: Any) -> None:
    try:
        read()
    except OcinbError as error:
        assert str(error).isprintable()  # noqa: PT017 - either end is fine


@pytest.mark.parametrize("recording", recorded(*STREAMED), ids=name_of)
class TestStream:
    def test_a_null_anywhere_is_no_trouble(self, recording: Recording):
        payloads = events_of(recording)
        n = recording.request["json"].get("n", 1)
        for path in paths(payloads):
            if not isinstance(path[-1], str) or path[-1] == "choices":
                only_our_errors(
                    lambda p=path: read_stream(changed(payloads, p, None), n)
                )
            else:
                reduce(add, read_stream(changed(payloads, path, None), n))

    def test_a_member_of_another_type_is_read_or_refused_in_one_line(
        self, recording: Recording
    ):
        payloads = events_of(recording)
        n = recording.request["json"].get("n", 1)
        for path in paths(payloads):
            for odd in ODD:
                only_our_errors(
                    lambda p=path, o=odd: read_stream(changed(payloads, p, o), n)
                )


def test_a_member_named_error_is_an_error_in_a_stream_only_if_it_says_something():
    payload = {"choices": [{"index": 0, "delta": {"content": "a"}}], "error": None}

    assert [chunk.text for chunk in read_stream([payload], 1)] == ["a"]
    with pytest.raises(StreamFailed):
        read_stream([{**payload, "error": {"message": "no"}}], 1)
