"""Tokens counted before a request is sent."""

from __future__ import annotations

import math
import sys
import warnings
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.tools import tool

from ocinb.chat_models.counting import ApproximateCountWarning
from ocinb.errors import ParameterError
from ocinb.sampling import check
from tests.unit.chat_models.recorder import make

MESSAGES = [
    SystemMessage("Answer in one word."),
    HumanMessage("Name a colour."),
    AIMessage("", tool_calls=[{"id": "a", "name": "f", "args": {"x": 1}}]),
]
TEXTS = ["", "a", "four", "a longer text of some words", "Grüße 🙂", "日本語" * 50]


def by_words(text: str) -> list[int]:
    return [len(word) for word in text.split()]


@tool
def get_weather(city: str) -> str:
    """Say how the weather is."""
    return city


@pytest.fixture(autouse=True)
def _no_tokenizer_can_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("transformers", "tiktoken", "tokenizers"):
        monkeypatch.setitem(sys.modules, name, None)


class TestWithTheUsersTokenizer:
    def test_its_ids_are_returned(self):
        model = make(custom_get_token_ids=by_words)

        assert model.get_token_ids("two words") == [3, 5]
        assert model.get_num_tokens("two words") == 2

    def test_messages_and_tools_are_counted_with_it(self):
        model = make(custom_get_token_ids=by_words)
        alone = model.get_num_tokens_from_messages([HumanMessage("two words")])
        with_tools = model.get_num_tokens_from_messages(
            [HumanMessage("two words")], tools=[get_weather]
        )

        assert alone == 3  # LangChain adds who speaks
        assert with_tools > alone + 10

    def test_there_is_no_note(self):
        model = make(custom_get_token_ids=by_words)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model.get_num_tokens("two words")
            model.get_num_tokens_from_messages(MESSAGES, tools=[get_weather])


@pytest.mark.filterwarnings(
    "ignore::ocinb.chat_models.counting.ApproximateCountWarning"
)
class TestWithoutOne:
    @pytest.mark.parametrize("text", TEXTS)
    def test_a_text_is_estimated_at_four_characters_a_token(self, text: str):
        assert make().get_num_tokens(text) == math.ceil(len(text) / 4)

    @pytest.mark.parametrize("text", TEXTS)
    def test_there_are_as_many_ids_and_none_that_a_server_takes(self, text: str):
        ids = make().get_token_ids(text)

        assert len(ids) == make().get_num_tokens(text)
        assert set(ids) <= {-1}
        with pytest.raises(ParameterError):
            check("allowed_token_ids", [*ids, -1])

    def test_messages_are_counted_as_langchain_does(self):
        assert make().get_num_tokens_from_messages(
            MESSAGES
        ) == count_tokens_approximately(MESSAGES)

    @pytest.mark.parametrize("prompt", ["hello", [("user", "hello")], MESSAGES[:2]])
    def test_a_prompt_may_have_any_form(self, prompt: Any):
        assert make().get_num_tokens_from_messages(prompt) > 4

    @pytest.mark.parametrize("how", [get_weather, by_words])
    def test_tools_are_counted_too(self, how: Any):
        alone = make().get_num_tokens_from_messages(MESSAGES)
        with_tool = make().get_num_tokens_from_messages(MESSAGES, tools=[how])
        twice = make().get_num_tokens_from_messages(MESSAGES, tools=[how, how])

        assert 10 < with_tool - alone < 200
        assert twice - with_tool == with_tool - alone

    @pytest.mark.parametrize("tools", [None, []])
    def test_no_tools_cost_nothing(self, tools: Any):
        model = make()

        assert model.get_num_tokens_from_messages(
            MESSAGES, tools=tools
        ) == model.get_num_tokens_from_messages(MESSAGES)

    def test_a_tool_that_cannot_be_sent_is_refused(self):
        with pytest.raises(ParameterError, match="a tool cannot be sent"):
            make().get_num_tokens_from_messages(MESSAGES, tools=[5])


def test_an_estimate_says_so_once_however_often_it_is_asked_for():
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("default")
        for text in TEXTS:
            make().get_num_tokens(text)
            make().get_token_ids(text)
        make().get_num_tokens_from_messages(MESSAGES, tools=[get_weather])

    (note,) = noted
    assert note.category is ApproximateCountWarning
    assert str(note.message) == (
        "tokens are estimated at 4 characters each; "
        "pass custom_get_token_ids= for the model's own count"
    )
