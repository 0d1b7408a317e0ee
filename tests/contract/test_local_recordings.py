"""Requests that a real vLLM answered get answers of the same shape here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.local_client import CHAT, COMPLETIONS, Client
from tests.contract.recordings import Recording, recordings

if TYPE_CHECKING:
    from ocinb.local import LocalDeployment

ALL = {recording.case: recording for recording in recordings()}
ASKED = [r for r in ALL.values() if r.request["path"] in {CHAT, COMPLETIONS}]
REFUSED_HERE = {
    "completions_echo": "echo",
    "completions_use_beam_search": "use_beam_search",
    "param_allowed_token_ids": "allowed_token_ids",
    "param_bad_words": "bad_words",
    "param_min_tokens": "min_tokens",
    "param_return_token_ids": "return_token_ids",
    "param_skip_special_tokens": "skip_special_tokens",
    "param_stop_token_ids": "stop_token_ids",
    "param_truncate_prompt_tokens": "truncate_prompt_tokens",
    "param_use_beam_search": "use_beam_search",
    "param_use_beam_search_n2": "use_beam_search",
    "param_use_beam_search_stream": "use_beam_search",
    "prompt_logprobs": "prompt_logprobs",
}
"""What vLLM does and llama.cpp cannot: refused by name."""

LONG = {"disconnect_midstream"}
"""Asks for more tokens than a test should wait for."""


@pytest.fixture(scope="module")
def client(local_deployment: LocalDeployment) -> Client:
    return Client(local_deployment)


def replay(client: Client, recording: Recording) -> Any:
    request = recording.request
    headers = {k.lower(): v for k, v in request["headers"].items() if k != "Accept"}
    raw = request["raw"]
    body = recording.request_body if raw is None else raw.encode("latin-1")
    return client.send(
        body,
        method=request["method"],
        route=request["path"],
        enable_streaming="true",
        **{name.replace("-", "_"): value for name, value in headers.items()},
    )


def cases(*, status: int) -> list[Any]:
    skipped = {*REFUSED_HERE, *LONG}
    return [
        pytest.param(recording, id=recording.case)
        for recording in ASKED
        if recording.status == status and recording.case not in skipped
    ]


@pytest.mark.parametrize("recording", [*cases(status=400), *cases(status=404)])
def test_what_vllm_refuses_is_refused_in_the_same_words(
    client: Client, recording: Recording
):
    got = replay(client, recording)
    wanted = json.loads(recording.body)

    assert got.status == recording.status
    if "detail" in wanted:
        assert got.json == wanted
        return
    error, theirs = got.json["error"], wanted["error"]
    assert (error["type"], error["code"]) == (theirs["type"], theirs["code"])
    assert error["param"] == theirs["param"]
    if (
        "validation errors:" not in theirs["message"]
        and "Grammar" not in theirs["message"]
    ):
        assert error["message"] == theirs["message"].replace("2048", "4096").replace(
            "2049", "4097"
        )


@pytest.mark.parametrize("recording", cases(status=405))
def test_what_vllm_does_not_serve_is_not_served(client: Client, recording: Recording):
    got = replay(client, recording)

    assert (got.status, got.json) == (recording.status, json.loads(recording.body))


def test_an_unknown_route_is_not_found(client: Client):
    recording = ALL["invalid_404"]
    got = replay(client, recording)

    assert (got.status, got.json) == (recording.status, json.loads(recording.body))


@pytest.mark.parametrize("recording", cases(status=200))
def test_what_vllm_answers_is_answered_in_the_same_shape(
    client: Client, recording: Recording
):
    got = replay(client, recording)

    assert got.status == 200
    if recording.is_stream:
        assert got.headers["content-type"] == recording.headers["content-type"]
        assert shapes_of_stream(got.body) == shapes_of_stream(recording.body)
    else:
        assert shape(got.json) == shape(json.loads(recording.body))


@pytest.mark.parametrize("case", REFUSED_HERE)
def test_what_llama_cannot_do_is_refused_by_name(client: Client, case: str):
    error = replay(client, ALL[case]).json["error"]

    assert (error["code"], error["param"]) == (400, REFUSED_HERE[case])
    assert "not by the local deployment" in error["message"]


def shape(answer: dict[str, Any]) -> Any:
    """The keys of an answer, its choices and their messages."""
    choices = [
        (sorted(choice), sorted(choice.get("message", {})))
        for choice in answer["choices"]
    ]
    return sorted(answer), choices, sorted(answer["usage"])


def shapes_of_stream(body: bytes) -> set[Any]:
    """The different keys of the chunks of a stream, and of their deltas."""
    lines = [line.removeprefix(b"data: ") for line in body.split(b"\n\n")]
    assert lines[-2:] == [b"[DONE]", b""]
    return {
        (tuple(sorted(chunk)), *(_shape_of_choice(c) for c in chunk["choices"]))
        for chunk in map(json.loads, lines[:-2])
    }


def _shape_of_choice(choice: dict[str, Any]) -> Any:
    delta = choice.get("delta", {})
    calls = [
        (tuple(sorted(call)), tuple(sorted(call["function"])))
        for call in delta.get("tool_calls", [])
    ]
    return (
        tuple(sorted(choice)),
        tuple(sorted(delta)),
        tuple(calls),
        choice["finish_reason"],
    )
