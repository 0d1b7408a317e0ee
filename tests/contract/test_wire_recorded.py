"""Recorded answers of a real vLLM, through the pure parts of the wire."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest

from ocinb.errors import StreamTruncated
from ocinb.wire.payload import check_completion, fault_in, parse
from ocinb.wire.reader import StreamReader
from ocinb.wire.refusals import is_oci_shaped, refusal
from ocinb.wire.sse import Decoder, Event
from tests.contract.recordings import Recording, recordings

CHAT = "/v1/chat/completions"
RECORDINGS = [*recordings("vllm"), *recordings("vllm-hermes-template")]
STREAMS = [r for r in RECORDINGS if r.is_stream]
CHATS = [r for r in STREAMS if r.request["path"] == CHAT]
COMPLETIONS = [
    r
    for r in RECORDINGS
    if r.request["path"] == CHAT and r.status == 200 and not r.is_stream
]
REFUSALS = [r for r in RECORDINGS if r.status >= 400]


def name_of(recording: Recording) -> str:
    return f"{recording.folder}-{recording.case}"


def decoded(*pieces: bytes) -> list[Event]:
    decoder = Decoder()
    found = [event for piece in pieces for event in decoder.feed(piece)]
    return found + decoder.close()


def text_of(payloads: list[Any]) -> str:
    """Put the text of the first choice together, the plain way."""
    choices = [c for p in payloads for c in p["choices"] if c["index"] == 0]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def payloads_in(raw: bytes) -> list[Any]:
    """Read every line that came whole."""
    found = []
    for line in raw.split(b"\n"):
        with suppress(ValueError):
            found.append(json.loads(line.removeprefix(b"data: ")))
    return [value for value in found if isinstance(value, dict)]


def is_finished(payloads: list[Any]) -> bool:
    finished: dict[int, bool] = {}
    for choice in (c for p in payloads for c in p["choices"]):
        finished[choice["index"]] = choice["finish_reason"] is not None
    return bool(finished) and all(finished.values())


class TestDecoder:
    @pytest.mark.parametrize("recording", STREAMS, ids=name_of)
    def test_a_stream_cut_at_any_byte_has_the_same_events(self, recording: Recording):
        pieces = recording.events
        said = [
            Event(piece.decode().removeprefix("data: ").removesuffix("\n\n"))
            for piece in pieces
        ]
        assert decoded(recording.body) == said

        for number, piece in enumerate(pieces):  # a cut concerns the events round it
            before, after = pieces[:number][-2:], pieces[number + 1 :][:2]
            heard = said[number - len(before) : number + 1 + len(after)]
            for border in range(len(piece)):
                head = b"".join([*before, piece[:border]])
                tail = b"".join([piece[border:], *after])
                assert decoded(head, tail) == heard

    @pytest.mark.parametrize("recording", STREAMS, ids=name_of)
    def test_a_stream_in_single_bytes_has_the_same_events(self, recording: Recording):
        raw = recording.body

        assert decoded(*(raw[i : i + 1] for i in range(len(raw)))) == decoded(raw)


class TestReader:
    @pytest.mark.parametrize("recording", CHATS, ids=name_of)
    def test_every_event_but_the_end_is_a_payload(self, recording: Recording):
        reader = StreamReader()
        payloads = reader.feed(recording.body)

        said = [
            json.loads(event.removeprefix(b"data: "))
            for event in recording.events
            if b"[DONE]" not in event
        ]
        assert payloads == said
        assert reader.text == text_of(said)
        assert reader.done is (recording.case != "disconnect_midstream")

    @pytest.mark.parametrize("recording", CHATS, ids=name_of)
    def test_a_stream_cut_at_any_byte_is_whole_or_truncated_with_its_text(
        self, recording: Recording
    ):
        raw, step = recording.body, 1 + len(recording.body) // 300
        for border in range(1, len(raw), step):
            reader = StreamReader()
            reader.feed(raw[:border])
            came = payloads_in(raw[:border])
            try:
                reader.finish()
            except StreamTruncated as error:
                assert error.partial_text == text_of(came)  # noqa: PT017 - most cuts raise
            else:
                assert reader.done or is_finished(came)


class TestWhole:
    @pytest.mark.parametrize("recording", COMPLETIONS, ids=name_of)
    def test_every_answer_has_the_shape_of_a_completion(self, recording: Recording):
        value = parse(recording.body)

        assert check_completion(value) == json.loads(recording.body)
        assert fault_in(value) is None

    @pytest.mark.parametrize("recording", REFUSALS, ids=name_of)
    def test_every_refusal_is_the_model_servers_and_says_why(
        self, recording: Recording
    ):
        error = refusal(recording.status, recording.headers, recording.body)
        said = json.loads(recording.body)

        assert not is_oci_shaped(recording.body)
        assert error.status == recording.status
        if "error" in said:
            assert error.server_message == said["error"]["message"]
            assert error.code == said["error"]["type"]
        else:
            assert error.server_message == said["detail"]
        assert str(error).isprintable()
