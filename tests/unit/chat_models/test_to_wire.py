"""LangChain's messages as the wire's JSON."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.prompts import ChatPromptTemplate

from ocinb.chat_models.convert import to_wire
from ocinb.chat_models.prepared import BODY_LIMIT
from ocinb.errors import ParameterError, PayloadTooLarge
from tests.unit.chat_models.recorder import make

IMAGE = "iVBORw0KGgo="


def wire(message: BaseMessage) -> dict[str, Any]:
    (made,) = to_wire([message])
    return made


def sent_messages(prompt: Any) -> Any:
    return json.loads(make().prepare(prompt).body)["messages"]


class TestRoles:
    @pytest.mark.parametrize(
        ("message", "role"),
        [
            (HumanMessage("hi"), "user"),
            (AIMessage("hi"), "assistant"),
            (AIMessageChunk(content="hi"), "assistant"),
            (SystemMessage("hi"), "system"),
            (ChatMessage("hi", role="wizard"), "wizard"),
            (FunctionMessage("hi", name="f"), "function"),
            (
                SystemMessage("hi", additional_kwargs={"__openai_role__": "developer"}),
                "developer",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else None,
    )
    def test_each_kind_of_message_has_its_role(self, message: BaseMessage, role: str):
        made = wire(message)

        assert made["role"] == role
        assert made["content"] == "hi"

    def test_the_result_of_a_tool_names_its_call(self):
        assert wire(ToolMessage("sunny", tool_call_id="a")) == {
            "role": "tool",
            "content": "sunny",
            "tool_call_id": "a",
        }

    def test_the_result_of_no_call_is_refused(self):
        with pytest.raises(ParameterError, match="has no tool_call_id"):
            wire(ToolMessage("sunny", tool_call_id=""))

    def test_a_name_is_sent(self):
        assert wire(HumanMessage("hi", name="ada"))["name"] == "ada"

    def test_a_message_without_a_role_is_refused(self):
        with pytest.raises(ParameterError, match="RemoveMessage has no role"):
            wire(RemoveMessage(id="x"))


class TestPrompts:
    @pytest.mark.parametrize(
        "prompt",
        [
            "hello",
            [HumanMessage("hello")],
            [("user", "hello")],
            [{"role": "user", "content": "hello"}],
            ChatPromptTemplate.from_messages([("user", "hello")]).invoke({}),
        ],
        ids=["text", "message", "pair", "dict", "prompt value"],
    )
    def test_a_prompt_in_any_form_is_one_message(self, prompt: Any):
        assert sent_messages(prompt) == [{"role": "user", "content": "hello"}]

    def test_messages_stay_in_order(self):
        roles = ["system", "user", "assistant", "user"]
        prompt = [(role, str(i)) for i, role in enumerate(roles)]

        assert [m["role"] for m in sent_messages(prompt)] == roles

    def test_no_message_at_all_is_refused(self):
        with pytest.raises(ParameterError) as caught:
            make().prepare([])

        assert str(caught.value) == "messages is empty: nothing to send"

    @pytest.mark.parametrize(
        "prompt",
        [
            [("system", "only")],
            [("user", "hi"), ("assistant", "an answer at the end")],
            [("user", "nul \x00 and bell \x07")],
            [("user", "Grüße 日本語 🙂 \u2028 \u202e")],
            [("user", "{{ ''.__class__ }} {braces} $x")],
        ],
        ids=["only system", "assistant last", "controls", "unicode", "template"],
    )
    def test_what_only_the_server_can_judge_is_sent_as_it_is(self, prompt: Any):
        assert [(m["role"], m["content"]) for m in sent_messages(prompt)] == prompt


class TestContent:
    def test_parts_of_text_stay_parts(self):
        message = HumanMessage(["plain", {"type": "text", "text": "part", "id": "x"}])

        assert wire(message)["content"] == [
            {"type": "text", "text": "plain"},
            {"type": "text", "text": "part"},
        ]

    def test_an_image_in_the_wires_form_is_passed_on(self):
        part = {"type": "image_url", "image_url": {"url": "https://host/x.png"}}

        assert wire(HumanMessage([part]))["content"] == [part]

    @pytest.mark.parametrize(
        ("block", "url"),
        [
            (
                {"type": "image", "base64": IMAGE, "mime_type": "image/png"},
                f"data:image/png;base64,{IMAGE}",
            ),
            ({"type": "image", "url": "https://host/x.png"}, "https://host/x.png"),
            (
                {
                    "type": "image",
                    "source_type": "base64",
                    "data": IMAGE,
                    "mime_type": "image/jpeg",
                },
                f"data:image/jpeg;base64,{IMAGE}",
            ),
            (
                {"type": "image", "source_type": "url", "url": "https://host/x.png"},
                "https://host/x.png",
            ),
        ],
        ids=["base64", "url", "older base64", "older url"],
    )
    def test_langchains_image_blocks_become_the_wires(
        self, block: dict[str, Any], url: str
    ):
        (part,) = wire(HumanMessage([block]))["content"]

        assert part == {"type": "image_url", "image_url": {"url": url}}

    def test_an_image_that_a_tool_returned_is_sent(self):
        block = {"type": "image", "base64": IMAGE, "mime_type": "image/png"}
        made = wire(ToolMessage([block], tool_call_id="a"))

        assert made["content"][0]["type"] == "image_url"

    def test_a_block_that_cannot_be_sent_is_refused(self):
        with pytest.raises(ParameterError, match="type image cannot be sent"):
            wire(HumanMessage([{"type": "image", "source_type": "id", "id": "x"}]))

    def test_an_earlier_answer_is_sent_as_text_alone(self):
        message = AIMessage(
            [
                {"type": "reasoning", "reasoning": "hm"},
                {"type": "text", "text": "a", "index": 0},
                {"type": "tool_call", "name": "x", "args": {}, "id": "1"},
                "b",
            ]
        )

        assert wire(message)["content"] == "ab"

    @pytest.mark.parametrize("content", ["", [], [{"type": "reasoning", "x": 1}]])
    def test_nothing_is_sent_as_an_empty_text(self, content: Any):
        assert wire(AIMessage(content))["content"] == ""
        earlier = sent_messages([HumanMessage(content), HumanMessage("hi")])
        assert earlier[0]["content"] == ""

    @pytest.mark.parametrize("prompt", ["", " \n", [HumanMessage([])]])
    def test_an_empty_prompt_is_refused(self, prompt: Any):
        with pytest.raises(ParameterError) as caught:
            make().prepare(prompt)

        assert str(caught.value) == "the prompt is empty: nothing to send"

    def test_reasoning_of_an_earlier_answer_is_not_sent_back(self):
        message = AIMessage("hi", additional_kwargs={"reasoning_content": "hm"})

        assert wire(message) == {"role": "assistant", "content": "hi"}

    def test_a_text_part_without_text_is_empty(self):
        assert wire(HumanMessage([{"type": "text"}]))["content"] == [
            {"type": "text", "text": ""}
        ]


class TestToolCalls:
    def test_calls_of_an_earlier_answer_are_sent_back(self):
        call = {"name": "get_weather", "args": {"city": "Köln"}, "id": "a"}
        made = wire(AIMessage("", tool_calls=[{**call, "type": "tool_call"}]))

        assert made == {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {
                    "id": "a",
                    "type": "function",
                    "function": {
                        "name": "get_weather",
                        "arguments": '{"city": "Köln"}',
                    },
                }
            ],
        }

    def test_a_call_that_was_not_valid_is_sent_back_as_it_came(self):
        bad = {"name": "get_weather", "args": '{"city": ', "id": "a", "error": "x"}
        made = wire(
            AIMessage("", invalid_tool_calls=[{**bad, "type": "invalid_tool_call"}])
        )

        assert made["tool_calls"][0]["function"] == {
            "name": "get_weather",
            "arguments": '{"city": ',
        }

    def test_a_call_that_was_not_valid_and_has_no_name_is_still_text(self):
        bad = {"name": None, "args": None, "id": "a", "error": None}
        made = wire(
            AIMessage("", invalid_tool_calls=[{**bad, "type": "invalid_tool_call"}])
        )

        assert made["tool_calls"][0]["function"] == {"name": "", "arguments": ""}


class TestRefused:
    @pytest.mark.parametrize(
        ("prompt", "where"),
        [
            ("ab\ud800c", "at 2 of message 0"),
            ([("user", "fine"), ("user", "\udfff")], "at 0 of message 1"),
            (
                [HumanMessage([{"type": "text", "text": "x\ud83d"}])],
                "at 1 of message 0",
            ),
            ([AIMessage("", name="\ud800")], "at 0 of message 0"),
        ],
        ids=["text", "second message", "part", "name"],
    )
    def test_a_lone_surrogate_is_found(self, prompt: Any, where: str):
        with pytest.raises(ParameterError) as caught:
            make().prepare(prompt)

        line = str(caught.value)
        assert line.startswith(f"prompt has an invalid character {where} (a lone ")
        assert line.isprintable()

    def test_a_surrogate_elsewhere_in_the_body_is_refused_too(self):
        with pytest.raises(ParameterError, match="cannot be sent as JSON"):
            make(model_kwargs={"foo": "\ud800"}).prepare("hello")

    @pytest.mark.parametrize(
        "value",
        [object(), {1, 2}, b"x", 2**70, {1: 2}],
        ids=["object", "set", "bytes", "huge", "key"],
    )
    def test_what_json_cannot_hold_is_refused_in_one_line(self, value: Any):
        with pytest.raises(ParameterError) as caught:
            make(model_kwargs={"foo": value}).prepare("hello")

        line = str(caught.value)
        assert line.startswith("the request cannot be sent as JSON: foo: ")
        assert line.isprintable()

    @pytest.mark.parametrize(
        "value",
        [math.nan, -math.inf, {"a": [1.0, math.inf]}],
        ids=["nan", "infinity", "inside"],
    )
    def test_a_number_that_json_does_not_have_is_refused(self, value: Any):
        with pytest.raises(ParameterError) as caught:
            make(model_kwargs={"foo": value}).prepare("hello")

        assert str(caught.value).startswith(
            "foo holds a number that JSON does not have"
        )

    def test_a_schema_that_holds_itself_is_refused(self):
        schema: dict[str, Any] = {"type": "object"}
        schema["properties"] = {"again": schema}
        tool = {"type": "function", "function": {"name": "x", "parameters": schema}}

        with pytest.raises(ParameterError) as caught:
            make().prepare("hello", tools=[tool])

        assert str(caught.value) == (
            "the request cannot be sent as JSON: tools: it holds itself, or is too deep"
        )

    def test_a_body_over_the_limit_is_refused_before_it_is_sent(self):
        with pytest.raises(PayloadTooLarge) as caught:
            make().prepare("x" * BODY_LIMIT)

        error = caught.value
        assert error.phase == "prepare"
        assert "the service takes 10,485,760" in str(error)
        assert "shorten the conversation" in str(error)

    def test_a_prompt_of_five_megabytes_is_fine(self):
        assert len(make().prepare("x" * 5_000_000).body) > 5_000_000

    def test_the_limit_counts_bytes_and_not_characters(self):
        with pytest.raises(PayloadTooLarge):
            make().prepare("ü" * (BODY_LIMIT // 2))

    def test_what_is_no_prompt_is_refused_by_langchain(self):
        with pytest.raises(ValueError, match="Invalid input type"):
            make().prepare(Document(page_content="x"))  # type: ignore[arg-type]  # what must not work
