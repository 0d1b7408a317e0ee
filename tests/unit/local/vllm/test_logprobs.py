"""Log-probabilities in vLLM's shapes."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.local.vllm.logprobs import chat_logprobs, completion_logprobs
from ocinb.local.vllm.request_body import ChatBody, CompletionBody, parse


def entry(token: str, number: int, *tops: dict[str, Any]) -> dict[str, Any]:
    plain = {"id": number, "token": token, "bytes": [*token.encode()], "logprob": -1.0}
    return {**plain, "top_logprobs": list(tops)} if tops else plain


A, B = entry("a", 1), entry("b", 2)
ENTRIES = [entry("a", 1, A, B), entry("bé", 3, B, A)]


def chat(**fields: Any) -> ChatBody:
    return parse({"messages": [], **fields}, ChatBody)


def completion(**fields: Any) -> CompletionBody:
    return parse({"prompt": "x", **fields}, CompletionBody)


@pytest.mark.parametrize(
    ("entries", "fields"), [(ENTRIES, {}), (None, {"logprobs": True})]
)
def test_chats_without_logprobs_have_none(entries: Any, fields: dict[str, Any]):
    assert chat_logprobs(entries, chat(**fields)) is None


@pytest.mark.parametrize(
    ("entries", "fields"), [(ENTRIES, {}), (None, {"logprobs": 1})]
)
def test_completions_without_logprobs_have_none(entries: Any, fields: dict[str, Any]):
    assert completion_logprobs(entries, completion(**fields), 0) is None


def test_chats_show_tokens_without_what_only_llama_has():
    shown = chat_logprobs(ENTRIES, chat(logprobs=True, top_logprobs=1))

    assert shown is not None
    assert shown["content"][0] == {
        "token": "a",
        "bytes": [97],
        "logprob": -1.0,
        "top_logprobs": [{"token": "a", "bytes": [97], "logprob": -1.0}],
    }


def test_chats_show_no_alternatives_unless_asked():
    shown = chat_logprobs(ENTRIES, chat(logprobs=True))

    assert shown is not None
    assert [token["top_logprobs"] for token in shown["content"]] == [[], []]


def test_completions_show_columns():
    shown = completion_logprobs(ENTRIES, completion(logprobs=1), 10)

    assert shown == {
        "text_offset": [10, 11],
        "token_logprobs": [-1.0, -1.0],
        "tokens": ["a", "bé"],
        "top_logprobs": [{"a": -1.0}, {"bé": -1.0, "b": -1.0}],
    }


def test_tokens_may_be_shown_as_their_ids():
    fields = {"logprobs": True, "return_tokens_as_token_ids": True}
    shown = chat_logprobs(ENTRIES, chat(**fields))

    assert shown is not None
    assert [token["token"] for token in shown["content"]] == [
        "token_id:1",
        "token_id:3",
    ]
