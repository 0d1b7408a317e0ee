"""Recorded answers of a real vLLM, played back to the chat model over HTTP."""

from __future__ import annotations

import json
import warnings
from contextlib import nullcontext
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import HumanMessage

from ocinb.errors import (
    AnswerError,
    DeploymentError,
    NotFound,
    ParameterError,
    StreamTruncated,
)
from ocinb.local import Script
from ocinb.local.scripts.steps import Body, Headers, Status
from ocinb.sampling import PARAMETERS, check, check_together
from tests.contract.recordings import Recording, recordings
from tests.contract.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langchain_core.messages import AIMessage

CHAT = "/v1/chat/completions"
CHATS = [
    r
    for folder in ("vllm", "vllm-hermes-template")
    for r in recordings(folder)
    if r.request["path"] == CHAT
]
ANSWERED = [r for r in CHATS if r.status == 200]
STREAMS = [r for r in ANSWERED if r.is_stream]
COMPLETIONS = [r for r in ANSWERED if not r.is_stream]
REFUSED = [r for r in CHATS if r.status >= 400]


def name_of(recording: Recording) -> str:
    return f"{recording.folder}-{recording.case}"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


def events_of(recording: Recording) -> list[Any]:
    """Return the payloads of a stream."""
    data = [event.removeprefix(b"data: ") for event in recording.events]
    return [json.loads(text) for text in data if b"[DONE]" not in text]


def choices_of(payloads: Sequence[Any], index: int = 0) -> list[Any]:
    return [c for p in payloads for c in p["choices"] if c["index"] == index]


def text_of(payloads: Sequence[Any], index: int = 0) -> str:
    choices = choices_of(payloads, index)
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def several(recording: Recording) -> dict[str, int]:
    """Ask for as many answers as were recorded."""
    return {"n": (recording.request["json"] or {}).get("n") or 1}


def playing(recording: Recording, pieces: Sequence[bytes], size: int = 0) -> Script:
    head = [Status(recording.status), Headers(recording.headers)]
    return Script([*head, *(Body(piece, size) for piece in pieces)])


def check_message(message: AIMessage, recording: Recording) -> None:
    """Compare what was read with what was recorded."""
    payloads = events_of(recording)
    assert message.text.startswith(text_of(payloads))
    last = choices_of(payloads)[-1]
    if several(recording)["n"] == 1:
        assert message.text == text_of(payloads)
        assert message.response_metadata["finish_reason"] == last["finish_reason"]
        assert message.response_metadata["model_name"] == "odsc-llm"
    counted = [p["usage"] for p in payloads if not p["choices"]]
    if counted:
        assert message.usage_metadata is not None
        assert message.usage_metadata["total_tokens"] == counted[0]["total_tokens"]
    called = [
        c["delta"]["tool_calls"]
        for c in choices_of(payloads)
        if "tool_calls" in c["delta"]
    ]
    names = [
        part["function"]["name"]
        for parts in called
        for part in parts
        if part["function"].get("name")
    ]
    assert [
        c["name"] for c in [*message.tool_calls, *message.invalid_tool_calls]
    ] == names


@pytest.mark.parametrize(
    "recording", [r for r in STREAMS if b"[DONE]" in r.body], ids=name_of
)
def test_a_stream_byte_by_byte_is_what_was_recorded(recording: Recording, stage: Stage):
    with stage.playing(playing(recording, [recording.body], size=1)) as model:
        message = reduce(add, model.stream("hello", **several(recording)))

    check_message(message, recording)


@pytest.mark.parametrize("recording", STREAMS, ids=name_of)
def test_a_stream_cut_at_an_event_is_truncated_with_its_text_or_whole(
    recording: Recording, stage: Stage
):
    pieces, payloads = recording.events, events_of(recording)
    scripts = [playing(recording, pieces[:count]) for count in range(1, len(pieces))]
    with stage.playing(*scripts, max_retries=0) as model:
        for count in range(1, len(pieces)):
            check_cut(model, payloads[:count], recording)
        assert len(stage.requests) == len(pieces) - 1
        assert stage.connections == 1


def check_cut(model: Any, payloads: list[Any], recording: Recording) -> None:
    said: list[Any] = []
    last = [choices_of(payloads, i)[-1:] for i in range(several(recording)["n"])]
    whole = all(choice and choice[0]["finish_reason"] for choice in last)
    with nullcontext() if whole else pytest.raises(StreamTruncated) as caught:
        said.extend(model.stream("hello", **several(recording)))
    if caught is not None:
        assert caught.value.partial_text == text_of(payloads)
        assert caught.value.request_id
    if several(recording)["n"] == 1:
        assert "".join(chunk.text for chunk in said) == text_of(payloads)


def test_a_stream_that_ends_before_its_first_event_is_an_empty_answer(stage: Stage):
    with stage.playing(playing(STREAMS[0], [])) as model, pytest.raises(AnswerError):
        list(model.stream("hello"))


@pytest.mark.parametrize("recording", COMPLETIONS, ids=name_of)
def test_a_whole_answer_is_what_was_recorded(recording: Recording, stage: Stage):
    with stage.playing(recording.script()) as model:
        result = model.generate([[HumanMessage("hello")]])

    said = json.loads(recording.body)
    generations = result.generations[0]
    assert len(generations) == len(said["choices"])
    for generation, choice in zip(generations, said["choices"], strict=True):
        message = generation.message
        calls = choice["message"].get("tool_calls") or []
        assert message.text == (choice["message"]["content"] or "")
        assert message.response_metadata["finish_reason"] == choice["finish_reason"]
        assert message.response_metadata["model_name"] == said["model"]
        assert message.response_metadata.get("logprobs") == choice["logprobs"]
        assert len(message.tool_calls) + len(message.invalid_tool_calls) == len(calls)
        assert message.usage_metadata["input_tokens"] == said["usage"]["prompt_tokens"]
        assert message.usage_metadata["total_tokens"] == said["usage"]["total_tokens"]
        assert message.response_metadata["opc_request_id"]


@pytest.mark.parametrize("recording", REFUSED, ids=name_of)
def test_a_refusal_is_raised_with_vllms_own_message(recording: Recording, stage: Stage):
    stream = bool((recording.request["json"] or {}).get("stream"))
    with stage.playing(recording.script()) as model:
        with pytest.raises(DeploymentError) as caught:
            list(model.stream("hello")) if stream else model.invoke("hello")

        assert len(stage.requests) == 1  # neither retried nor asked elsewhere

    error, said = caught.value, json.loads(recording.body)
    assert type(error) is (NotFound if recording.status == 404 else DeploymentError)
    assert error.status == recording.status
    assert error.server_message == said.get("error", {}).get(
        "message", said.get("detail")
    )
    assert error.code == said.get("error", {}).get("type", "")
    assert error.request_id


class TestBounds:
    """Our own bounds against what the real server took and refused."""

    OURS_ALONE = frozenset(
        {
            "invalid_temperature_numeric_str",  # vLLM reads a number in a string
            "param_best_of_lt_n",  # vLLM ignores best_of
        }
    )
    ONE_VERSIONS_POLICY = frozenset(
        {
            "invalid_temperature_3",
            "invalid_presence_5",
            "invalid_frequency_neg5",
            "invalid_top_logprobs_50",
        }
    )
    LEFT_TO_THE_SERVER = frozenset(
        {
            # the model, its vocabulary and its context
            *("invalid_unknown_model", "invalid_stream_unknown_model"),
            *("invalid_logit_bias_outofvocab", "chat_image_part_on_text_model"),
            *("invalid_max_tokens_huge", "invalid_prompt_too_long"),
            *("invalid_stream_prompt_too_long", "param_thinking_token_budget"),
            # the insides of objects
            *("invalid_response_format_bad", "invalid_response_format_missing_schema"),
            *("invalid_structured_bad_regex", "invalid_structured_two"),
            *("invalid_messages_str", "invalid_messages_missing"),
            *("invalid_content_null", "x_bad_schema_type"),
            # what the chat model never sends, or looks at elsewhere
            *("invalid_messages_empty", "invalid_stream_options_no_stream"),
            *("invalid_tool_choice_auto_no_tools", "invalid_tool_choice_no_tools"),
            *("invalid_tool_choice_bad", "invalid_tool_choice_unknown_name"),
            *("invalid_tools_empty", "invalid_405", "invalid_content_type"),
            *("invalid_empty_body", "invalid_json", "invalid_json_array"),
            "invalid_utf8",
        }
    )

    def ours(self, recording: Recording) -> str:
        """Say what we make of the parameters of a recorded request."""
        asked = recording.request["json"]
        asked = asked if isinstance(asked, dict) else {}
        known = PARAMETERS.keys() & asked.keys()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                check_together({name: check(name, asked[name]) for name in known})
            except ParameterError:
                return "refused"
        return "warned" if warned else "taken"

    def cases(self, recorded: Sequence[Recording], ours: str) -> set[str]:
        return {r.case for r in recorded if self.ours(r) == ours}

    def test_what_vllm_answers_is_taken(self):
        assert self.cases(ANSWERED, "refused") == self.OURS_ALONE

    def test_what_one_version_refuses_by_policy_is_warned_of(self):
        assert self.cases(REFUSED, "warned") == self.ONE_VERSIONS_POLICY

    def test_what_vllm_refuses_for_its_range_is_refused(self):
        assert self.cases(REFUSED, "taken") == self.LEFT_TO_THE_SERVER
