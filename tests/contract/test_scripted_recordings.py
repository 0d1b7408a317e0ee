"""Scripts write what a real vLLM wrote, byte for byte, and replay all it answered."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.local.scripts.completion import Asked, as_events, completion
from ocinb.local.scripts.server import ScriptedServer
from ocinb.local.scripts.steps import (
    Body,
    Delta,
    Done,
    Finish,
    Logprob,
    Step,
    ToolCallDelta,
    Usage,
)
from tests.contract.recordings import Recording, recordings

if TYPE_CHECKING:
    from collections.abc import Iterator

OCID = "ocid1.datasciencemodeldeployment.oc1.local.test"
RECORDINGS = [*recordings("vllm"), *recordings("vllm-hermes-template")]

BEYOND_SCRIPTS = {
    "stream_continuous_usage",  # usage on every chunk
    "completions_stream",  # the older API, which is no chat
    "param_add_generation_prompt",  # the role of the last message of the prompt
    "param_echo",
    "param_return_token_ids",
    "param_return_tokens_as_token_ids",
    "prompt_logprobs",
}
"""Recordings with members that scripts do not write; they can be replayed."""


def as_answer_of_chat(recording: Recording) -> bool:
    chat = recording.request["path"] == "/v1/chat/completions"
    return chat and recording.status == 200 and recording.case not in BEYOND_SCRIPTS


STREAMS = [r for r in RECORDINGS if as_answer_of_chat(r) and r.is_stream]
COMPLETIONS = [r for r in RECORDINGS if as_answer_of_chat(r) and not r.is_stream]


def asked_of(recording: Recording, answer: Any) -> Asked:
    """Return what the recorded request asked for, with the recorded ids."""
    asked = Asked.of(recording.request_body, answer["id"], answer["created"])
    is_truncated = recording.case == "disconnect_midstream"
    return Asked(
        recording.is_stream,
        asked.include_usage or is_truncated,
        answer["model"],
        asked.id,
        asked.created,
    )


def steps_of_chunk(chunk: Any) -> Iterator[Step]:
    for choice in chunk["choices"]:
        index, delta = choice["index"], choice["delta"]
        said: list[Any] = []
        if delta.get("tool_calls"):
            said += [_call(call, index) for call in delta["tool_calls"]]
        elif "content" in delta and "role" not in delta:
            said += [Delta(delta["content"], index, _logprobs(choice["logprobs"]))]
        if choice["finish_reason"]:
            (last,) = said or [None]
            reasons = choice["finish_reason"], choice["stop_reason"]
            said = [Finish(*reasons, index, last)]
        yield from said
    if "usage" in chunk:
        yield _usage(chunk["usage"])


def steps_of_completion(answer: Any) -> Iterator[Step]:
    for choice in answer["choices"]:
        index, message = choice["index"], choice["message"]
        yield Delta(message["content"], index, _logprobs(choice["logprobs"]))
        for number, call in enumerate(message.get("tool_calls", [])):
            yield _call(call | {"index": number}, index)
        yield Finish(choice["finish_reason"], choice["stop_reason"], index)
    yield _usage(answer["usage"])


def _usage(usage: Any) -> Usage:
    return Usage(usage["prompt_tokens"], usage["completion_tokens"])


def _call(call: Any, choice: int) -> ToolCallDelta:
    function = call["function"]
    said = function.get("name"), function.get("arguments")
    return ToolCallDelta(call["index"], call.get("id"), *said, choice)


def _logprobs(logprobs: Any) -> tuple[Logprob, ...]:
    entries = logprobs["content"] if logprobs else []
    return tuple(
        Logprob(
            entry["token"],
            entry["logprob"],
            tuple((top["token"], top["logprob"]) for top in entry["top_logprobs"]),
        )
        for entry in entries
    )


@pytest.mark.parametrize("recording", STREAMS, ids=lambda r: r.name)
def test_a_script_writes_the_chunks_that_vllm_wrote(recording: Recording) -> None:
    payloads = [event.removeprefix(b"data: ") for event in recording.events]
    chunks = [json.loads(data) for data in payloads if data != b"[DONE]\n\n"]
    steps = [step for chunk in chunks for step in steps_of_chunk(chunk)]
    if len(chunks) < len(payloads):
        steps.append(Done())
    written = as_events(steps, asked_of(recording, chunks[0]))
    assert [s.data for s in written if isinstance(s, Body)] == recording.events


@pytest.mark.parametrize("recording", COMPLETIONS, ids=lambda r: r.name)
def test_a_script_writes_the_completion_that_vllm_wrote(recording: Recording) -> None:
    answer = json.loads(recording.body)
    steps = list(steps_of_completion(answer))
    written = completion(steps, asked_of(recording, answer))
    assert json.dumps(written) == json.dumps(answer)


def test_nearly_all_answers_of_chat_can_be_written_by_a_script() -> None:
    assert (len(STREAMS), len(COMPLETIONS)) == (23, 101)


def test_all_recordings_are_there() -> None:
    folders = [recordings("vllm"), recordings("vllm-hermes-template")]
    assert [len(found) for found in folders] == [163, 38]


def test_twelve_requests_that_look_invalid_are_not() -> None:
    invalid = [r for r in RECORDINGS if r.case.startswith("invalid_")]
    assert sum(r.status == 200 for r in invalid) == 12


def test_a_request_keeps_bytes_that_are_no_utf8() -> None:
    (recording,) = (r for r in RECORDINGS if r.case == "invalid_utf8")
    assert b"\xff\xfe" in recording.request_body


@pytest.fixture(scope="module")
def replayed() -> Iterator[http.client.HTTPConnection]:
    """A deployment that plays back each recording in turn, on one connection."""
    scripts = [recording.script() for recording in RECORDINGS]
    server = ScriptedServer(scripts, key_id=None, public_key=b"", ocid=OCID)
    with server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        yield connection
        connection.close()
        assert server.connections == 1


def test_every_recording_is_played_back_as_it_was(
    replayed: http.client.HTTPConnection,
) -> None:
    for recording in RECORDINGS:
        route = {"route": recording.request["path"]}
        method, body = recording.request["method"], recording.request_body
        replayed.request(method, f"/{OCID}/predict", body, route)
        response = replayed.getresponse()
        answer = response.status, response.reason, response.read()
        reason = recording.response["reason"]
        assert answer == (recording.status, reason, recording.body)
        kind = recording.headers.get("content-type")
        assert response.getheader("content-type") == kind
