"""Whole answers as LangChain's messages."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from ocinb.chat_models.convert import message_of, usage_of
from ocinb.chat_models.reading import result_of
from ocinb.errors import AnswerError
from ocinb.wire.exchange import Answer
from tests.unit.chat_models.recorder import Recorder, completion, make, recorder


def read(**message: Any) -> AIMessage:
    payload: Any = completion(**message)
    return message_of(payload["choices"][0], payload)


def call(arguments: Any, name: str | None = "get_weather", **more: Any) -> Any:
    function = {"name": name, "arguments": arguments}
    return {"type": "function", "id": "a", "function": function, **more}


class TestText:
    @pytest.mark.parametrize(
        ("content", "text"),
        [
            ("hi", "hi"),
            (None, ""),
            ("", ""),
            ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"),
        ],
    )
    def test_content_of_any_form_is_text(self, content: Any, text: str):
        assert read(content=content).content == text

    def test_the_id_is_the_servers(self):
        assert read().id == "chatcmpl-1"

    def test_text_and_a_call_are_both_there(self):
        message = read(content="let me see", tool_calls=[call("{}")])

        assert message.text == "let me see"
        assert len(message.tool_calls) == 1


class TestToolCalls:
    def test_arguments_are_parsed(self):
        message = read(content=None, tool_calls=[call('{"city": "Köln"}')])

        assert message.tool_calls == [
            {
                "name": "get_weather",
                "args": {"city": "Köln"},
                "id": "a",
                "type": "tool_call",
            }
        ]
        assert message.invalid_tool_calls == []

    @pytest.mark.parametrize("arguments", ["", None, "  ", "{}"])
    def test_no_arguments_are_a_call_with_none(self, arguments: Any):
        assert read(tool_calls=[call(arguments)]).tool_calls[0]["args"] == {}

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            ('{"city": ', "not JSON: "),
            ("{'city': 'x'}", "not JSON: "),
            ("[" * 100_000, "not JSON: "),
            ("[1]", "the arguments are no object"),
            ('"celsius"', "the arguments are no object"),
            ("null", "the arguments are no object"),
        ],
        ids=["cut", "quotes", "deep", "list", "text", "null"],
    )
    def test_what_is_no_object_is_an_invalid_call_with_its_raw_text(
        self, arguments: str, why: str
    ):
        message = read(tool_calls=[call(arguments)])

        assert message.tool_calls == []
        (bad,) = message.invalid_tool_calls
        assert bad["args"] == arguments
        assert bad["name"] == "get_weather"
        assert bad["id"] == "a"
        assert (bad["error"] or "").startswith(why)

    def test_a_missing_id_is_made_up(self):
        first, second = read(
            tool_calls=[call("{}", id=None), call("{}", id="")]
        ).tool_calls

        assert first["id"]
        assert second["id"]
        assert first["id"] != second["id"]

    def test_a_name_of_null_is_empty_and_not_none(self):
        assert read(tool_calls=[call("{}", name=None)]).tool_calls[0]["name"] == ""

    def test_good_and_bad_calls_are_kept_apart(self):
        message = read(tool_calls=[call("{}"), call("{"), call('{"a": 1}')])

        assert len(message.tool_calls) == 2
        assert len(message.invalid_tool_calls) == 1


class TestReasoning:
    @pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
    def test_it_is_langchains_reasoning_block(self, name: str):
        message = read(**{name: "let me think"})

        assert message.additional_kwargs["reasoning_content"] == "let me think"
        assert message.content_blocks[0] == {
            "type": "reasoning",
            "reasoning": "let me think",
        }
        assert message.text == "hi"

    @pytest.mark.parametrize("value", [None, ""])
    def test_none_is_none(self, value: str | None):
        assert read(reasoning=value).additional_kwargs == {}

    def test_a_refusal_is_kept(self):
        assert read(refusal="no").additional_kwargs == {"refusal": "no"}


class TestMetadata:
    def test_what_the_server_says_beside_the_text_is_kept(self):
        payload: Any = completion() | {
            "model": "mine",
            "system_fingerprint": "fp",
            "metrics": {"ttft": 1},
            "prompt_logprobs": [None],
            "prompt_token_ids": [1],
            "prompt_text": "hello",
        }
        choice = payload["choices"][0] | {
            "stop_reason": "END",
            "token_ids": [2],
            "logprobs": {"content": []},
        }

        assert message_of(choice, payload).response_metadata == {
            "model_name": "mine",
            "finish_reason": "stop",
            "stop_reason": "END",
            "system_fingerprint": "fp",
            "metrics": {"ttft": 1},
            "prompt_logprobs": [None],
            "prompt_token_ids": [1],
            "prompt_text": "hello",
            "token_ids": [2],
            "logprobs": {"content": []},
        }

    def test_nulls_and_unknown_members_are_left_out(self):
        payload: Any = completion() | {"metrics": None, "kv_transfer_params": {"a": 1}}
        choice = payload["choices"][0] | {"stop_reason": None, "routed_experts": [1]}

        assert message_of(choice, payload).response_metadata == {
            "model_name": "odsc-llm",
            "finish_reason": "stop",
        }

    def test_a_stop_reason_of_zero_is_kept(self):
        payload: Any = completion()
        choice = payload["choices"][0] | {"stop_reason": 0}

        assert message_of(choice, payload).response_metadata["stop_reason"] == 0

    def test_logprobs_that_are_no_number_do_not_lose_the_text(self):
        payload: Any = completion()
        odd = {"content": [{"token": "hi", "logprob": -math.inf}]}
        message = message_of(payload["choices"][0] | {"logprobs": odd}, payload)

        assert message.text == "hi"
        assert message.response_metadata["logprobs"] == odd


class TestUsage:
    def test_counts_are_in_langchains_words(self):
        usage: Any = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}

        assert usage_of(usage) == {
            "input_tokens": 5,
            "output_tokens": 7,
            "total_tokens": 12,
        }

    @pytest.mark.parametrize("usage", [None, {}])
    def test_no_counts_are_none(self, usage: Any):
        assert usage_of(usage) is None

    def test_counts_of_null_are_zero_and_a_missing_total_is_the_sum(self):
        usage: Any = {"prompt_tokens": 5, "completion_tokens": None}

        assert usage_of(usage) == {
            "input_tokens": 5,
            "output_tokens": 0,
            "total_tokens": 5,
        }

    def test_details_are_kept(self):
        usage: Any = {
            "prompt_tokens": 5,
            "completion_tokens": 7,
            "total_tokens": 12,
            "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": 0},
        }
        found = usage_of(usage)

        assert found is not None
        assert found["input_token_details"] == {"cache_read": 4}
        assert found["output_token_details"] == {"reasoning": 0}

    def test_details_of_null_are_none(self):
        usage: Any = {
            "prompt_tokens": 5,
            "prompt_tokens_details": None,
            "completion_tokens_details": {"reasoning_tokens": None},
        }

        assert set(usage_of(usage) or ()) == {
            "input_tokens",
            "output_tokens",
            "total_tokens",
        }


class TestResult:
    """What `invoke` and `generate` return."""

    @pytest.fixture
    def answering(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        def answer(payload: Any) -> Recorder:
            monkeypatch.setattr(Recorder, "answers", payload)
            return recorder()

        return answer

    def test_a_message_knows_its_request_id_and_usage(self, answering: Any):
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
        message = answering(completion() | {"usage": usage}).invoke("hello")

        assert message.response_metadata["opc_request_id"] == "A/B/C"
        assert message.usage_metadata["total_tokens"] == 3

    def test_several_answers_are_kept_apart(self, answering: Any):
        payload = completion()
        payload["choices"] = [
            {
                "index": i,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "length",
            }
            for i, text in enumerate(["a", "b", "c"])
        ]
        result = answering(payload).generate([[HumanMessage("hello")]])

        assert [g.text for g in result.generations[0]] == ["a", "b", "c"]
        assert all(
            g.message.response_metadata["opc_request_id"] == "A/B/C"
            for g in result.generations[0]
        )
        assert result.generations[0][0].generation_info == {"finish_reason": "length"}

    @pytest.mark.parametrize(
        "odd",
        [
            {"tool_calls": ["x"]},
            {"tool_calls": [{"function": "x"}]},
            {"tool_calls": [call({"city": 5})]},
            {"tool_calls": [call("{}", name=5)]},
            {"tool_calls": 5},
            {"reasoning": {"a": [1]}, "tool_calls": [None]},
        ],
        ids=str,
    )
    def test_members_of_an_unexpected_type_are_an_answer_error(
        self, answering: Any, odd: dict[str, Any]
    ):
        with pytest.raises(AnswerError) as caught:
            answering(completion(**odd)).invoke("hello")

        error = caught.value
        assert error.message.startswith("the answer has an unexpected shape: {")
        assert error.phase == "answer"
        assert error.__cause__ is not None

    def test_usage_of_an_unexpected_type_is_an_answer_error(self, answering: Any):
        with pytest.raises(AnswerError):
            answering(completion() | {"usage": "many"}).invoke("hello")

    def test_an_answer_without_an_id_of_oracle_has_none(self):
        payload: Any = completion()
        message = (
            result_of(Answer({}, payload=payload), make()._process_response)
            .generations[0]
            .message
        )

        assert "opc_request_id" not in message.response_metadata

    def test_an_answer_can_be_saved_and_read_again(self, answering: Any):
        message = answering(completion(reasoning="hm", tool_calls=[call("{")])).invoke(
            "x"
        )
        again = AIMessage.model_validate(json.loads(message.model_dump_json()))

        assert again == message
