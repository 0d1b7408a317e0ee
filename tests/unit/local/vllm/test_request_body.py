"""Request bodies: what is coerced, and what is refused as vLLM's framework does."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.local.vllm.refusal import Invalid, Problem
from ocinb.local.vllm.request_body import (
    ChatBody,
    CompletionBody,
    SamplingBody,
    parse,
    read_json,
)

JSON = "application/json"
MESSAGES = {"messages": [{"role": "user", "content": "hi"}]}


def chat(**fields: Any) -> ChatBody:
    return parse({**MESSAGES, **fields}, ChatBody)


def refused(raw: bytes, content_type: str = JSON) -> Problem:
    with pytest.raises(Invalid) as caught:
        read_json(raw, content_type)
    return caught.value.problem


@pytest.mark.parametrize("content_type", [JSON, "Application/JSON; charset=utf-8"])
def test_json_is_read(content_type: str):
    assert read_json(b'{"n": 1}', content_type) == {"n": 1}


def test_another_content_type_is_refused():
    problem = refused(b"{}", "text/plain")

    assert (problem.param, problem.type) == (None, "Bad Request")
    assert "Only 'application/json' is allowed" in problem.message


def test_an_empty_body_is_missing():
    assert refused(b"").param == "body"


def test_the_place_where_json_breaks_is_told():
    problem = refused(b'{"model": }')

    assert problem.param == "body.10"
    assert "Expecting value" in problem.message


@pytest.mark.parametrize(
    "raw", [b'{"n": "\xff"}', b'{"n": NaN}', b"[" * 100_000, b"1" * 5000]
)
def test_what_cannot_be_read_at_all_is_refused_with_a_detail(raw: bytes):
    assert refused(raw) == Problem(400, "There was an error parsing the body", type="")


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"1", b"null"])
def test_a_body_that_is_no_object_is_refused(raw: bytes):
    assert "model_attributes_type" in refused(raw).message


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"temperature": "0.5"}, "temperature", 0.5),
        ({"stream": "yes"}, "stream", True),
        ({"n": 2.0}, "n", 2),
        ({"temperature": None}, "temperature", None),
    ],
)
def test_values_are_coerced_as_pydantic_does(
    given: dict[str, Any], name: str, value: object
):
    assert getattr(chat(**given), name) == value


def test_unknown_fields_are_ignored():
    assert chat(foo_unknown=1, best_of=3, guided_json={}) == chat()


@pytest.mark.parametrize(
    ("given", "param", "kind"),
    [
        ({"temperature": "hot"}, "body.temperature", "float_parsing"),
        ({"top_k": 1.5}, "body.top_k", "int_from_float"),
        ({"seed": 2**70}, "body.seed", "less_than_equal"),
        ({"stop": 5}, "body.stop", "string_type"),
        ({"logit_bias": [1]}, "body.logit_bias", "dict_type"),
        ({"messages": "hi"}, "body.messages", "list_type"),
        ({"response_format": {"type": "x"}}, "body.response_format.type", "literal"),
    ],
)
def test_wrong_types_are_refused_by_place(given: dict[str, Any], param: str, kind: str):
    with pytest.raises(Invalid) as caught:
        chat(**given)

    assert caught.value.problem.param == param
    assert kind in caught.value.problem.message


def test_missing_messages_are_told():
    with pytest.raises(Invalid, match="Field required"):
        parse({}, ChatBody)


@pytest.mark.parametrize(
    ("stop", "stops"), [(None, []), ("a", ["a"]), (["a", "b"], ["a", "b"])]
)
def test_stop_strings_come_as_a_list(stop: Any, stops: list[str]):
    assert chat(stop=stop).stops == stops


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        ({}, None),
        ({"max_tokens": 5}, 5),
        ({"max_tokens": 5, "max_completion_tokens": 6}, 6),
    ],
)
def test_the_newer_name_of_the_token_limit_wins(
    given: dict[str, Any], limit: int | None
):
    assert chat(**given).output_limit == limit


def test_completions_know_the_older_name_only():
    assert parse({"prompt": "x", "max_tokens": 3}, CompletionBody).output_limit == 3


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, None),
        ({"logprobs": False, "top_logprobs": 3}, None),
        ({"logprobs": True}, 0),
        ({"logprobs": True, "top_logprobs": 3}, 3),
    ],
)
def test_logprobs_of_chats_are_switched_on_and_counted(
    given: dict[str, Any], shown: int | None
):
    assert chat(**given).shown_logprobs == shown


def test_logprobs_of_completions_are_a_number():
    assert parse({"prompt": "x", "logprobs": 2}, CompletionBody).shown_logprobs == 2


@pytest.mark.parametrize(
    ("prompt", "prompts"),
    [
        ("a", ["a"]),
        (["a", "b"], ["a", "b"]),
        ([1, 2], [[1, 2]]),
        ([[1], [2]], [[1], [2]]),
        ([], [[]]),
    ],
)
def test_prompts_come_one_by_one(prompt: Any, prompts: list[Any]):
    assert parse({"prompt": prompt}, CompletionBody).prompts == prompts


def test_a_body_of_neither_kind_shows_no_logprobs():
    assert parse({"logprobs": 2}, SamplingBody).shown_logprobs is None
