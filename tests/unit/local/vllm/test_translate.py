"""What llama.cpp is sent for a request made for vLLM."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.local.vllm.request_body import ChatBody, CompletionBody, parse
from ocinb.local.vllm.translate import (
    chat_for_llama,
    completion_for_llama,
    prompt_for_llama,
)

MESSAGES = [{"role": "user", "content": "hi"}]
TOOLS = [{"type": "function", "function": {"name": "f"}}]


def sent(choice: int = 0, grammar: str | None = None, **fields: Any) -> dict[str, Any]:
    body = parse({"messages": MESSAGES, **fields}, ChatBody)
    return chat_for_llama(body, choice=choice, limit=7, context=100, grammar=grammar)


def completion(**fields: Any) -> dict[str, Any]:
    body = parse({"prompt": "x", **fields}, CompletionBody)
    return completion_for_llama(body, "x", choice=1, limit=7, context=100, grammar=None)


def messages_of(*messages: dict[str, Any]) -> Any:
    return prompt_for_llama(parse({"messages": list(messages)}, ChatBody))["messages"]


def test_what_is_not_sent_has_vllms_default_and_not_llamas():
    body = sent()

    assert body["temperature"] == 1.0
    assert (body["top_p"], body["top_k"], body["min_p"]) == (1.0, 0, 0.0)
    assert body["repeat_penalty"] == 1.0
    assert (body["frequency_penalty"], body["presence_penalty"]) == (0.0, 0.0)


def test_temperature_comes_where_vllm_applies_it():
    assert sent()["samplers"] == ("penalties", "temperature", "min_p", "top_k", "top_p")


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"temperature": 0.5}, "temperature", 0.5),
        ({"top_k": -1}, "top_k", 0),
        ({"top_k": 5}, "top_k", 5),
        ({"repetition_penalty": 1.3}, "repeat_penalty", 1.3),
        ({"stop": "a"}, "stop", ["a"]),
        ({"ignore_eos": True}, "ignore_eos", True),
        ({"logit_bias": {"3": 5}}, "logit_bias", {"3": 5.0}),
        ({"max_tokens": 999}, "max_tokens", 7),
        ({"logprobs": True}, "top_logprobs", 1),
        ({"logprobs": True, "top_logprobs": 5}, "top_logprobs", 5),
        ({"stream": True}, "stream", True),
        ({"stream": True}, "timings_per_token", True),
        ({"add_generation_prompt": False}, "add_generation_prompt", False),
        ({"continue_final_message": True}, "continue_final_message", True),
        ({"chat_template_kwargs": {"a": 1}}, "chat_template_kwargs", {"a": 1}),
        (
            {"reasoning_effort": "low"},
            "chat_template_kwargs",
            {"reasoning_effort": "low"},
        ),
    ],
)
def test_a_parameter_gets_llamas_name_and_value(
    given: dict[str, Any], name: str, value: object
):
    assert sent(**given)[name] == value


@pytest.mark.parametrize(
    "name", ["repetition_penalty", "n", "seed", "stop", "logprobs", "grammar", "tools"]
)
def test_nothing_else_is_sent(name: str):
    assert name not in sent(repeat_penalty=1.8, foo=1)


def test_the_penalties_look_back_on_the_whole_context():
    assert sent()["repeat_last_n"] == 100


@pytest.mark.parametrize(
    ("seed", "choice", "expected"),
    [(5, 0, 5), (5, 2, 7), (2**40, 0, 256), (-5, 0, 2**32 - 6), (2**32 - 1, 0, 0)],
)
def test_each_choice_has_its_own_seed(seed: int, choice: int, expected: int):
    assert sent(choice, seed=seed)["seed"] == expected


@pytest.mark.parametrize(
    ("given", "reused"), [({}, True), ({"seed": -1}, True), ({"seed": 1}, False)]
)
def test_a_prompt_is_computed_anew_where_answers_must_repeat(
    given: dict[str, Any],
    reused: bool,  # noqa: FBT001 - a row of a table
):
    body = sent(**given)

    assert body["cache_prompt"] is reused
    assert ("seed" in body) is not reused


def test_free_tool_calls_are_left_to_llama():
    body = sent(tools=TOOLS, parallel_tool_calls=False)

    assert body["tools"] == TOOLS
    assert (body["tool_choice"], body["parallel_tool_calls"]) == ("auto", False)


def test_a_grammar_takes_the_place_of_free_tool_calls():
    body = sent(grammar="g", tools=TOOLS, tool_choice="auto")

    assert (body["grammar"], body["tool_choice"]) == ("g", "none")


def test_what_is_counted_is_the_prompt_alone():
    body = parse({"messages": MESSAGES, "tools": TOOLS, "temperature": 0}, ChatBody)

    assert prompt_for_llama(body) == {"messages": MESSAGES, "tools": TOOLS}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("x", {"type": "text", "text": "x"}),
        ({"type": "text", "text": "x"}, {"type": "text", "text": "x"}),
        ({"type": "output_text", "text": "x"}, {"type": "text", "text": "x"}),
        ({"type": "refusal", "refusal": "no"}, {"type": "text", "text": "no"}),
    ],
)
def test_parts_of_text_are_plain_text(part: Any, expected: dict[str, str]):
    (message,) = messages_of({"role": "user", "content": [part]})

    assert message["content"] == [expected]


def test_an_assistant_who_said_nothing_has_empty_content():
    (message,) = messages_of({"role": "assistant", "content": None})

    assert message["content"] == ""


def test_an_assistant_who_called_a_tool_needs_no_content():
    (message,) = messages_of({"role": "assistant", "tool_calls": [{}]})

    assert message["content"] is None


def test_a_completion_has_its_prompt_and_its_number_of_logprobs():
    body = completion(logprobs=0, seed=1)

    assert (body["prompt"], body["logprobs"], body["seed"]) == ("x", 1, 2)
    assert "logprobs" not in completion()
