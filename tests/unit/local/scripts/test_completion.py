"""One script, written as the chunks of a stream and as one completion."""

from __future__ import annotations

import json
from math import nan
from typing import Any

import pytest

from ocinb.local.scripts.completion import (
    FINGERPRINT,
    Asked,
    as_completion,
    as_events,
    completion,
    event_bytes,
    has_events,
    is_mergeable,
)
from ocinb.local.scripts.script import Script
from ocinb.local.scripts.steps import (
    Body,
    Close,
    Delta,
    Done,
    End,
    Event,
    Finish,
    Headers,
    Json,
    Logprob,
    Reasoning,
    Reset,
    Status,
    Step,
    ToolCallDelta,
    Usage,
    Wait,
)

STREAMED = Asked(stream=True, include_usage=True, id="chatcmpl-1", created=7)


def chunks(*steps: Step, asked: Asked = STREAMED) -> list[Any]:
    """Write steps as a stream and read its events, `[DONE]` as a string."""
    written = [s.data for s in as_events(steps, asked) if isinstance(s, Body)]
    payloads = [data.decode().removeprefix("data: ").rstrip("\n") for data in written]
    return [data if data == "[DONE]" else json.loads(data) for data in payloads]


def deltas(*steps: Step) -> list[Any]:
    """Return what the chunks after the role add."""
    return [chunk["choices"][0]["delta"] for chunk in chunks(*steps)[1:]]


def message(*steps: Step, index: int = 0) -> Any:
    return completion(steps, Asked())["choices"][index]["message"]


class TestWhatWasAsked:
    def test_a_stream_with_usage(self):
        body = b'{"stream": true, "stream_options": {"include_usage": true}}'
        asked = Asked.of(body, "chatcmpl-9", 5)
        assert (asked.stream, asked.include_usage) == (True, True)
        assert (asked.id, asked.created) == ("chatcmpl-9", 5)

    def test_a_stream_without_usage(self):
        assert not Asked.of(b'{"stream": true}', "x", 0).include_usage

    @pytest.mark.parametrize(
        "body", [b"", b"\xff\xfe", b"[]", b"{}", b'{"stream": "yes"}', b"null"]
    )
    def test_anything_else_is_a_plain_answer(self, body: bytes):
        assert not Asked.of(body, "x", 0).stream

    @pytest.mark.parametrize("options", ["null", "[]", '{"include_usage": 1}'])
    def test_odd_stream_options_ask_for_nothing(self, options: str):
        body = f'{{"stream": true, "stream_options": {options}}}'
        assert not Asked.of(body.encode(), "x", 0).include_usage

    def test_the_answer_names_the_model_that_was_asked(self):
        assert Asked.of(b'{"model": "mine"}', "x", 0).model == "mine"

    @pytest.mark.parametrize("body", [b"{}", b'{"model": ""}', b'{"model": null}'])
    def test_no_model_is_the_deployments_own(self, body: bytes):
        assert Asked.of(body, "x", 0).model == "odsc-llm"


class TestStream:
    def test_it_begins_with_the_role(self):
        first = chunks(Delta("Hi"))[0]
        assert first == {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 7,
            "model": "odsc-llm",
            "choices": [
                {
                    "index": 0,
                    "delta": {"role": "assistant", "content": ""},
                    "logprobs": None,
                    "finish_reason": None,
                }
            ],
            "prompt_token_ids": None,
            "prompt_text": None,
        }

    def test_every_choice_gets_its_role_before_any_text(self):
        first, second, third = chunks(Delta("b", 1), Delta("a", 0))[:3]
        assert [c["choices"][0]["index"] for c in (first, second, third)] == [0, 1, 1]

    def test_a_delta_adds_its_text(self):
        assert deltas(Delta("Hi"), Delta(None)) == [
            {"content": "Hi"},
            {"content": None},
        ]

    def test_text_is_written_as_it_is(self):
        (body,) = (
            s.data
            for s in list(as_events([Delta("ü\u2028🙂")], STREAMED))[1:]
            if isinstance(s, Body)
        )
        assert "ü\u2028🙂".encode() in body

    def test_reasoning_has_todays_name_or_the_older_one(self):
        said = deltas(Reasoning("a"), Reasoning("b", "reasoning_content"))
        assert said == [{"reasoning": "a"}, {"reasoning_content": "b"}]

    def test_a_tool_call_begins_with_id_and_name_and_a_null_text(self):
        (delta,) = deltas(ToolCallDelta(0, "call-1", "add"))
        begun = {
            "id": "call-1",
            "type": "function",
            "index": 0,
            "function": {"name": "add"},
        }
        assert delta == {"content": None, "tool_calls": [begun]}

    def test_its_arguments_follow_alone(self):
        (delta,) = deltas(ToolCallDelta(1, arguments="{"))
        assert delta["tool_calls"] == [{"index": 1, "function": {"arguments": "{"}}]

    def test_an_index_can_be_missing(self):
        (delta,) = deltas(ToolCallDelta(None, "call-1", "add"))
        assert "index" not in delta["tool_calls"][0]

    def test_absent_members_can_be_null(self):
        (delta,) = deltas(ToolCallDelta(0, arguments="{", nulls=True))
        (call,) = delta["tool_calls"]
        assert call["id"] is None
        assert call["function"] == {"name": None, "arguments": "{"}

    def test_logprobs_come_with_their_delta(self):
        step = Delta("ü", logprobs=(Logprob("ü", -0.5, (("u", -1.0),)),))
        choice = chunks(step)[1]["choices"][0]
        assert choice["logprobs"] == {
            "content": [
                {
                    "token": "ü",
                    "logprob": -0.5,
                    "bytes": [195, 188],
                    "top_logprobs": [{"token": "u", "logprob": -1.0, "bytes": [117]}],
                }
            ]
        }

    def test_a_probability_can_be_no_number(self):
        step = Delta("a", logprobs=(Logprob("a", nan),))
        assert "NaN" in json.dumps(chunks(step)[1]["choices"][0]["logprobs"])

    def test_a_finish_is_an_empty_delta_with_its_reasons(self):
        choice = chunks(Finish("stop", 2))[1]["choices"][0]
        assert choice == {
            "index": 0,
            "delta": {},
            "logprobs": None,
            "finish_reason": "stop",
            "stop_reason": 2,
            "token_ids": None,
        }

    def test_a_finish_can_carry_the_last_token(self):
        (delta,) = deltas(Finish("length", last=Delta(" end")))
        assert delta == {"content": " end"}

    def test_usage_has_a_chunk_without_choices(self):
        (chunk,) = chunks(Usage(3, 4))
        assert chunk["choices"] == []
        assert chunk["usage"] == {
            "prompt_tokens": 3,
            "total_tokens": 7,
            "completion_tokens": 4,
        }
        assert chunk["system_fingerprint"] == FINGERPRINT

    def test_usage_that_was_not_asked_for_is_left_out(self):
        assert chunks(Usage(3, 4), Done(), asked=Asked(stream=True)) == ["[DONE]"]

    def test_without_usage_the_finish_carries_the_fingerprint(self):
        finish = chunks(Finish("stop"), asked=Asked(stream=True))[-1]
        assert finish["system_fingerprint"] == FINGERPRINT
        assert "system_fingerprint" not in chunks(Finish("stop"))[-1]

    def test_other_steps_stay_where_they_are(self):
        written = list(as_events([Status(200), Delta("a"), Wait(1), Done()], STREAMED))
        assert [type(step) for step in written] == [Status, Body, Body, Wait, Body]

    def test_an_event_is_sent_as_it_is(self):
        (written,) = as_events([Event("broken {", "error")], STREAMED)
        assert written == Body(b"event: error\ndata: broken {\n\n")

    def test_an_event_of_two_lines_has_two_data_lines(self):
        assert event_bytes("a\nb") == b"data: a\ndata: b\n\n"


class TestCompletion:
    def test_it_has_every_member_that_vllm_sends(self):
        merged = completion(Script.answer("one two").steps, Asked(model="m"))
        assert merged == {
            "id": "chatcmpl-0000000000000000",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [
                {
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "content": "one two",
                        "refusal": None,
                        "annotations": None,
                        "audio": None,
                        "function_call": None,
                        "reasoning": None,
                    },
                    "logprobs": None,
                    "finish_reason": "stop",
                    "stop_reason": None,
                    "token_ids": None,
                    "routed_experts": None,
                }
            ],
            "service_tier": None,
            "system_fingerprint": FINGERPRINT,
            "usage": {
                "prompt_tokens": 12,
                "total_tokens": 14,
                "completion_tokens": 2,
                "prompt_tokens_details": None,
                "completion_tokens_details": None,
            },
            "prompt_logprobs": None,
            "prompt_token_ids": None,
            "prompt_text": None,
            "kv_transfer_params": None,
            "ec_transfer_params": None,
            "metrics": None,
        }

    def test_choices_are_kept_apart_and_in_order(self):
        steps = [Delta("b", 1), Delta("a", 0), Delta("B", 1), Finish("stop", index=1)]
        first, second = completion(steps, Asked())["choices"]
        assert (first["index"], first["message"]["content"]) == (0, "a")
        assert (second["index"], second["message"]["content"]) == (1, "bB")
        assert (first["finish_reason"], second["finish_reason"]) == (None, "stop")

    def test_the_last_token_of_a_finish_is_part_of_the_text(self):
        steps = Script.answer("one two", finish="length").steps
        assert message(*steps)["content"] == "one two"

    def test_a_text_of_nulls_is_null(self):
        assert message(Delta(None), Delta(None))["content"] is None

    def test_a_text_with_a_null_in_it_is_the_rest(self):
        assert message(Delta("a"), Delta(None))["content"] == "a"

    def test_tool_calls_are_put_together(self):
        calls = [("add", {"a": 1}), ("sub", {"b": 2})]
        said = message(*Script.tool_calls(calls).steps)
        assert said["content"] == ""
        functions = [call["function"] for call in said["tool_calls"]]
        assert [(f["name"], json.loads(f["arguments"])) for f in functions] == calls

    def test_interleaved_calls_are_told_apart_by_index(self):
        said = message(
            ToolCallDelta(0, "a", "add"),
            ToolCallDelta(1, "b", "sub"),
            ToolCallDelta(0, arguments="[0]"),
            ToolCallDelta(1, arguments="[1]"),
        )
        arguments = [call["function"]["arguments"] for call in said["tool_calls"]]
        assert arguments == ["[0]", "[1]"]

    def test_a_second_id_on_one_index_is_a_second_call(self):
        said = message(
            ToolCallDelta(0, "a", "add", "{}"), ToolCallDelta(0, "b", "sub", "{}")
        )
        assert [call["id"] for call in said["tool_calls"]] == ["a", "b"]

    def test_a_call_without_id_has_none(self):
        said = message(ToolCallDelta(None, name="add"))
        assert said["tool_calls"] == [
            {"type": "function", "function": {"name": "add", "arguments": ""}}
        ]

    def test_reasoning_is_joined_under_its_name(self):
        said = message(
            Reasoning("a"), Reasoning("b"), Reasoning("c", "reasoning_content")
        )
        assert (said["reasoning"], said["reasoning_content"]) == ("ab", "c")

    def test_logprobs_are_joined(self):
        one, two = Logprob("a", -1.0), Logprob("b", -2.0)
        steps = [
            Delta("a", logprobs=(one,)),
            Finish("length", last=Delta("b", 0, (two,))),
        ]
        logprobs = completion(steps, Asked())["choices"][0]["logprobs"]
        assert [entry["token"] for entry in logprobs["content"]] == ["a", "b"]

    def test_without_usage_there_is_none(self):
        assert completion([Delta("a")], Asked())["usage"] is None


class TestOneBody:
    def body(self, *steps: Step) -> tuple[list[Step], bytes]:
        written = list(as_completion(steps, Asked()))
        (body,) = (step.data for step in written if isinstance(step, Body))
        return written, body

    def test_it_comes_after_every_wait_between_the_tokens(self):
        written, _ = self.body(Status(200), Delta("a"), Wait(1), Delta("b"), End())
        assert [type(step) for step in written] == [Headers, Status, Wait, Body, End]

    def test_a_wait_after_the_content_stays_after_the_body(self):
        written, _ = self.body(Delta("a"), Wait(1), End(), Close())
        assert [type(step) for step in written] == [Headers, Body, Wait, End, Close]

    @pytest.mark.parametrize("cut", [Close(), Reset()])
    def test_half_of_it_is_sent_where_the_connection_breaks(self, cut: Step):
        _, whole = self.body(Delta("a"))
        written, half = self.body(Delta("a"), cut)
        assert half == whole[: len(whole) // 2]
        assert isinstance(written[0], Headers)
        assert ("content-length", str(len(whole))) in written[0].pairs

    def test_all_of_it_is_sent_when_the_connection_breaks_later(self):
        _, whole = self.body(Delta("a"))
        assert self.body(Delta("a"), End(), Close())[1] == whole


class TestKindOfScript:
    def test_content_can_be_merged(self):
        assert is_mergeable([Status(200), Delta("a"), Wait(1), Close()])

    @pytest.mark.parametrize("step", [Event("x"), Body(b"x"), Json(1)])
    def test_content_beside_other_bytes_cannot(self, step: Step):
        assert not is_mergeable([Delta("a"), step])

    def test_a_script_without_content_cannot(self):
        assert not is_mergeable([Status(204)])

    def test_content_and_events_make_a_stream(self):
        assert has_events([Wait(1), Event("x")])
        assert has_events([Done()])
        assert not has_events([Status(200), Json({})])
