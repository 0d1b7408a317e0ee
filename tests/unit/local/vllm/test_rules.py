"""vLLM's rules: what is refused in which words, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.local.vllm.refusal import Invalid, Problem
from ocinb.local.vllm.request_body import ChatBody, CompletionBody, SamplingBody, parse
from ocinb.local.vllm.rules import ModelFacts, check, check_length, output_tokens

FACTS = ModelFacts("odsc-llm", context_length=100, vocabulary=1000)
MESSAGES = {"messages": [{"role": "user", "content": "hi"}]}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}


def chat(**fields: Any) -> ChatBody:
    return parse({**MESSAGES, **fields}, ChatBody)


def problem_of(**fields: Any) -> Problem:
    with pytest.raises(Invalid) as caught:
        check(chat(**fields), FACTS)
    return caught.value.problem


def completion_problem(**fields: Any) -> Problem:
    with pytest.raises(Invalid) as caught:
        check(parse({"prompt": "x", **fields}, CompletionBody), FACTS)
    return caught.value.problem


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"temperature": 0},
        {"temperature": 2},
        {"top_p": 1, "top_k": -1, "min_p": 0},
        {"top_k": 0, "min_p": 1},
        {"presence_penalty": 2, "frequency_penalty": -2, "repetition_penalty": 0.1},
        {"n": 3},
        {"n": 1, "temperature": 0},
        {"max_tokens": 100, "min_tokens": 0},
        {"logprobs": True, "top_logprobs": 20},
        {"top_logprobs": 0},
        {"model": ""},
        {"model": "odsc-llm"},
        {"seed": -1},
        {"logit_bias": {"999": 500}},
        {"stream": True, "stream_options": {"include_usage": True}},
        {"tools": [TOOL]},
        {"tools": [TOOL], "tool_choice": "none"},
        {"tool_choice": "none"},
        {"tools": [TOOL], "tool_choice": "auto"},
        {"tools": [TOOL], "tool_choice": "required"},
        {"tools": [TOOL], "tool_choice": {"function": {"name": "f"}}},
        {"structured_outputs": {"regex": "a"}},
        {"response_format": {"type": "text"}},
        {"messages": [{"role": "wizard", "content": [{"type": "text", "text": "x"}]}]},
        {"messages": [{"role": "user", "content": ["x"]}]},
        {"messages": [{"role": "assistant", "content": None}]},
        {"continue_final_message": True, "add_generation_prompt": False},
        {"echo": True},
        {"length_penalty": 0.5},
        {"min_tokens": 0, "bad_words": [], "stop_token_ids": []},
        {"use_beam_search": False, "return_token_ids": False},
        {"skip_special_tokens": True},
    ],
)
def test_what_vllm_accepts_passes(given: dict[str, Any]):
    check(chat(**given), FACTS)


@pytest.mark.parametrize(
    ("given", "message", "param"),
    [
        (
            {"temperature": -1},
            "temperature must be non-negative, got -1.0",
            "temperature",
        ),
        ({"temperature": 3}, "temperature must be in [0, 2], got 3.0", "temperature"),
        ({"top_p": 0}, "top_p must be in (0, 1], got 0.0", "top_p"),
        ({"top_p": 1.1}, "top_p must be in (0, 1], got 1.1", "top_p"),
        ({"top_k": -2}, "top_k must be 0 (disable), or at least 1, got -2.", None),
        ({"min_p": 1.5}, "min_p must be in [0, 1], got 1.5.", None),
        (
            {"presence_penalty": 5},
            "presence_penalty must be in [-2, 2], got 5.0.",
            None,
        ),
        ({"frequency_penalty": -5}, "frequency_penalty must be in [-2, 2]", None),
        (
            {"repetition_penalty": 0},
            "repetition_penalty must be greater than zero",
            None,
        ),
        ({"n": 0}, "n must be at least 1, got 0.", None),
        ({"n": 2, "temperature": 0}, "n must be 1 when using greedy sampling", None),
        ({"max_tokens": 0}, "max_tokens must be at least 1, got 0.", "max_tokens"),
        ({"max_tokens": 101}, "cannot be greater than max_model_len=100", "max_tokens"),
        ({"min_tokens": -1}, "min_tokens must be greater than or equal to 0", None),
        (
            {"min_tokens": 5, "max_tokens": 4},
            "min_tokens must be less than or equal to max_tokens=4, got 5.",
            None,
        ),
        ({"stop": ["a", ""]}, "stop cannot contain an empty string.", None),
        (
            {"logprobs": True, "top_logprobs": 21},
            "Requested sample logprobs of 21, which is greater than max allowed: 20",
            "logprobs",
        ),
        ({"top_logprobs": 2}, "`logprobs` must be set to true", "top_logprobs"),
        ({"logit_bias": {"abc": 1}}, "cannot be converted to integer", "logit_bias"),
        ({"logit_bias": {"1000": 1}}, "Vocabulary size: 1000", "logit_bias"),
        ({"thinking_token_budget": 5}, "reasoning_config is not configured", None),
        (
            {"stream_options": {}},
            "only be defined when `stream=True`",
            "stream_options",
        ),
        (
            {"structured_outputs": {"regex": "a", "choice": ["b"]}},
            "only use one kind of constraints",
            None,
        ),
        (
            {"response_format": {"type": "json_schema"}},
            "'json_schema' field must be provided",
            "response_format",
        ),
        ({"tools": []}, "`tools` must not be an empty array", "tools"),
        ({"tool_choice": "auto"}, "`tools` must be set", "tool_choice"),
        ({"tools": [TOOL], "tool_choice": "x"}, "Invalid value", "tool_choice"),
        (
            {"tools": [TOOL], "tool_choice": {"function": {"name": "g"}}},
            "does not match any of the specified `tools`",
            "tool_choice",
        ),
        (
            {"tools": [TOOL], "tool_choice": {}},
            "Expected field `function`",
            "tool_choice",
        ),
        ({"messages": []}, "Cannot apply chat template to an empty", None),
        ({"chat_template": "x"}, "Refused request with untrusted", None),
        (
            {"continue_final_message": True, "add_generation_prompt": True},
            "Cannot set both",
            None,
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "odsc-llm is not a multimodal model",
            None,
        ),
    ],
)
def test_what_vllm_refuses_is_refused(
    given: dict[str, Any], message: str, param: str | None
):
    problem = problem_of(**given)

    assert (problem.status, problem.type) == (400, "BadRequestError")
    assert message in problem.message
    assert problem.param == param


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"messages": [{"content": "x"}]}, "body.messages.0.role"),
        ({"tools": [{"type": "function"}]}, "body.tools.0.function.name"),
        (
            {"messages": [{"role": "user", "content": None}]},
            "body.messages.0.ChatCompletionDeveloperMessageParam.content",
        ),
    ],
)
def test_messages_and_tools_lack_no_part(given: dict[str, Any], param: str):
    problem = problem_of(**given)

    assert (problem.type, problem.param) == ("Bad Request", param)


def test_an_unknown_model_is_not_found():
    problem = problem_of(model="nope")

    assert problem == Problem(
        404,
        "The model `nope` does not exist. Valid aliases: odsc-llm.",
        "NotFoundError",
        "model",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_tokens", 1),
        ("bad_words", ["x"]),
        ("allowed_token_ids", [1]),
        ("stop_token_ids", [1]),
        ("truncate_prompt_tokens", 8),
        ("use_beam_search", True),
        ("prompt_logprobs", 1),
        ("return_token_ids", True),
        ("return_prompt_text", True),
        ("skip_special_tokens", False),
    ],
)
def test_what_llama_cannot_do_is_refused_by_name(name: str, value: object):
    problem = problem_of(**{name: value})

    assert problem.param == name
    assert problem.message.startswith(f"{name} is honoured by vLLM but not by")


def test_beams_may_be_several_at_temperature_0_but_there_are_none():
    assert problem_of(use_beam_search=True, n=2, temperature=0).param == (
        "use_beam_search"
    )


@pytest.mark.parametrize(
    ("given", "param"),
    [({"echo": True}, "echo"), ({"suffix": "x"}, "suffix"), ({"prompt": ""}, "prompt")],
)
def test_completions_have_rules_of_their_own(given: dict[str, Any], param: str):
    assert completion_problem(**given).param == param


def test_a_good_completion_passes():
    check(parse({"prompt": ["a", "b"], "logprobs": 5}, CompletionBody), FACTS)


def test_what_both_kinds_have_in_common_can_be_checked_alone():
    check(parse({"temperature": 1}, SamplingBody), FACTS)


def test_completions_show_at_most_20_alternatives():
    assert completion_problem(logprobs=21).param == "logprobs"


def test_a_prompt_longer_than_the_context_is_refused():
    with pytest.raises(Invalid, match="at least 101 input tokens") as caught:
        check_length(500, chat(), FACTS)
    assert caught.value.problem.param == "input_tokens"


def test_prompt_and_answer_must_fit_together():
    with pytest.raises(Invalid, match="requested 60 output tokens"):
        check_length(50, chat(max_tokens=60), FACTS)


@pytest.mark.parametrize("tokens", [50, 99])
def test_a_prompt_that_leaves_room_passes(tokens: int):
    check_length(tokens, chat(), FACTS)


def test_a_prompt_that_leaves_no_room_is_refused():
    with pytest.raises(Invalid, match="maximum context length is 100"):
        check_length(100, chat(), FACTS)


@pytest.mark.parametrize(("given", "limit"), [({}, 60), ({"max_tokens": 5}, 5)])
def test_answers_end_at_the_limit_or_with_the_context(
    given: dict[str, Any], limit: int
):
    assert output_tokens(40, chat(**given), FACTS) == limit
