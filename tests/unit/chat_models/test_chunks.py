"""Events of a stream as LangChain's message chunks, and what they add up to."""

from __future__ import annotations

import pickle
from functools import reduce
from operator import add
from typing import Any

import pytest
from langchain_core.load import dumpd
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from ocinb.chat_models.chunks import generation_chunk, text_chunk
from ocinb.chat_models.convert import chunk_of, chunk_of_choices
from ocinb.chat_models.reading import chunk_maker
from ocinb.errors import AnswerError
from ocinb.wire.exchange import Answer
from ocinb.wire.reader import StreamReader
from tests.unit.chat_models.recorder import completion, make

USAGE = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}


def event(delta: Any, finish: str | None = None, **more: Any) -> Any:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    choice |= more.pop("choice", {})
    return {"id": "chatcmpl-1", "model": "odsc-llm", "choices": [choice], **more}


def text(content: Any, index: int = 0, finish: str | None = None) -> Any:
    return event({"content": content}, finish, choice={"index": index})


ROLE = event({"role": "assistant", "content": ""})
END = event({}, "stop", system_fingerprint="fp")
COUNTED = {"id": "chatcmpl-1", "choices": [], "usage": USAGE}


def joined(*events: Any) -> AIMessageChunk:
    return reduce(add, map(chunk_of, events))


class TestOneAnswer:
    def test_pieces_of_text_add_up(self):
        message = joined(ROLE, text("Grüße "), text("🙂"), END, COUNTED)

        assert message.text == "Grüße 🙂"
        assert message.id == "chatcmpl-1"
        assert message.response_metadata == {
            "model_name": "odsc-llm",
            "finish_reason": "stop",
            "system_fingerprint": "fp",
        }
        assert message.usage_metadata == {
            "input_tokens": 5,
            "output_tokens": 7,
            "total_tokens": 12,
        }

    def test_the_last_token_may_come_with_the_finish_reason(self):
        message = joined(text("a"), text("b", finish="length"))

        assert message.text == "ab"
        assert message.response_metadata["finish_reason"] == "length"

    def test_usage_on_every_event_is_counted_once(self):
        each = [{**text(t), "usage": USAGE} for t in "abc"]

        assert joined(*each, {**END, "usage": USAGE}, COUNTED).usage_metadata == {
            "input_tokens": 5,
            "output_tokens": 7,
            "total_tokens": 12,
        }

    @pytest.mark.parametrize("content", [None, ""])
    def test_no_content_is_an_empty_text(self, content: Any):
        assert chunk_of(text(content)).content == ""

    def test_content_in_parts_is_joined(self):
        assert chunk_of(text([{"type": "text", "text": "a"}])).content == "a"

    def test_a_delta_of_null_is_an_empty_text(self):
        assert chunk_of(event(None)).content == ""

    def test_a_whole_answer_is_one_chunk(self):
        chunk = chunk_of({**completion("all of it"), "usage": USAGE})  # type: ignore[arg-type,typeddict-item]  # plain JSON

        assert chunk.text == "all of it"
        assert chunk.response_metadata["finish_reason"] == "stop"
        assert chunk.usage_metadata is not None

    def test_nulls_and_unknown_members_are_no_trouble(self):
        nulls = {"role": None, "content": "a", "tool_calls": None, "reasoning": None}
        odd = event(
            {**nulls, "audio": {}},
            choice={"logprobs": None, "token_ids": None, "routed_experts": None},
            kv_transfer_params={},
        )

        assert chunk_of(odd).text == "a"


class TestReasoning:
    @pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
    @pytest.mark.parametrize("more", [{}, {"content": None}, {"role": "assistant"}])
    def test_pieces_add_up_to_one_reasoning_block(
        self, name: str, more: dict[str, Any]
    ):
        pieces = [event({name: piece, **more}) for piece in ("let me ", "think")]
        message = joined(ROLE, *pieces, text("hi"), END)

        assert message.additional_kwargs == {"reasoning_content": "let me think"}
        assert message.content_blocks[0] == {
            "type": "reasoning",
            "reasoning": "let me think",
        }
        assert message.text == "hi"


class TestLogprobs:
    def test_those_of_each_token_add_up(self):
        tokens = [
            event(
                {"content": token},
                choice={"logprobs": {"content": [{"token": token, "logprob": -1.0}]}},
            )
            for token in ("a", "b")
        ]

        assert [
            entry["token"]
            for entry in joined(*tokens, END).response_metadata["logprobs"]["content"]
        ] == ["a", "b"]

    def test_token_ids_add_up(self):
        tokens = [event({"content": "x"}, choice={"token_ids": [i]}) for i in (1, 2)]

        assert joined(*tokens, END).response_metadata["token_ids"] == [1, 2]

    def test_the_name_of_the_model_is_not_doubled(self):
        last = event({"content": "x"}, "stop", choice={"logprobs": {"content": []}})

        assert joined(text("a"), last).response_metadata["model_name"] == "odsc-llm"


class TestToolCalls:
    def call(self, **function: Any) -> Any:
        return event({"content": None, "tool_calls": [{"index": 0, **function}]})

    def test_pieces_of_arguments_add_up(self):
        message = joined(
            self.call(id="a", function={"name": "f"}),
            self.call(function={"arguments": '{"x"'}),
            self.call(function={"arguments": ": 1}"}),
        )

        assert message.tool_calls[0]["args"] == {"x": 1}
        assert message.tool_calls[0]["name"] == "f"

    def test_a_piece_without_a_function_is_no_trouble(self):
        assert chunk_of(self.call(function=None)).tool_call_chunks[0]["args"] is None


class TestSeveralAnswers:
    def joined(self, *events: Any) -> AIMessageChunk:
        return reduce(add, map(chunk_of_choices, events))

    def test_answers_that_interleave_are_kept_apart_by_index(self):
        message = self.joined(
            text("Hello", 0), text("Good", 1), text(",", 0), text(" day", 1), COUNTED
        )

        assert message.content == [
            {"type": "text", "text": "Hello,", "index": 0},
            {"type": "text", "text": "Good day", "index": 1},
        ]
        assert message.usage_metadata is not None
        assert message.usage_metadata["total_tokens"] == 12

    def test_each_has_its_own_finish_reason_and_logprobs(self):
        logprobs = {"logprobs": {"content": [{"token": "x"}]}}
        message = self.joined(
            event({"content": "x"}, choice=logprobs | {"index": 1}),
            event({"content": "x"}, choice=logprobs | {"index": 1}),
            text(None, 1, "stop"),
            text(None, 0, "length"),
        )
        notes = {note["index"]: note for note in message.response_metadata["choices"]}

        assert notes[0]["finish_reason"] == "length"
        assert notes[1]["finish_reason"] == "stop"
        assert len(notes[1]["logprobs"]["content"]) == 2

    def test_several_in_one_event_are_kept_apart(self):
        both = {
            "id": "x",
            "choices": [*text("a", 0)["choices"], *text("b", 1)["choices"]],
        }

        assert [b["text"] for b in chunk_of_choices(both).content] == ["a", "b"]  # type: ignore[index,typeddict-item]  # blocks; plain JSON

    def test_usage_on_every_event_is_counted_once(self):
        each = [{**text(t, i), "usage": USAGE} for i in (0, 1) for t in "ab"]
        ends = [{**text(None, i, "stop"), "usage": USAGE} for i in (0, 1)]
        message = self.joined(*each, *ends, COUNTED)

        assert message.usage_metadata is not None
        assert message.usage_metadata["total_tokens"] == 12

    def test_whole_answers_are_taken_with_their_usage(self):
        payload: Any = {**completion("a"), "usage": USAGE}
        chunk = chunk_of_choices(payload)

        assert chunk.content == [{"type": "text", "text": "a", "index": 0}]
        assert chunk.usage_metadata is not None

    def test_reasoning_and_tool_calls_of_each_are_kept_apart(self):
        def call(index: int, **piece: Any) -> Any:
            calls = [{"index": 0, **piece}]
            return event({"tool_calls": calls}, choice={"index": index})

        message = self.joined(
            event({"reasoning": "first "}, choice={"index": 0}),
            event({"reasoning": "other"}, choice={"index": 1}),
            event({"reasoning": "thought"}, choice={"index": 0}),
            call(0, id="a", function={"name": "f", "arguments": '{"x"'}),
            call(1, id="b", function={"name": "g", "arguments": "{}"}),
            call(0, function={"arguments": ": 1}"}),
        )
        notes = {note["index"]: note for note in message.response_metadata["choices"]}

        assert notes[0]["reasoning_content"] == "first thought"
        assert notes[1]["reasoning_content"] == "other"
        assert notes[0]["tool_calls"] == [
            {"index": 0, "id": "a", "name": "f", "args": '{"x": 1}'}
        ]
        assert notes[1]["tool_calls"][0]["name"] == "g"
        assert message.additional_kwargs["reasoning_content"] == "first thought"
        assert [c["args"] for c in message.tool_calls] == [{"x": 1}]

    def test_an_index_of_null_is_the_first(self):
        odd = event({"content": "a"}, choice={"index": None})

        assert chunk_of_choices(odd).content == [
            {"type": "text", "text": "a", "index": 0}
        ]


class TestShortCut:
    """Chunks of a token are made without validation and must not differ."""

    def test_a_text_chunk_equals_the_one_of_langchain(self):
        made = text_chunk("hi", "chatcmpl-1")
        usual = AIMessageChunk(content="hi", id="chatcmpl-1")

        assert made == usual
        assert made.model_dump() == usual.model_dump()
        assert dumpd(made) == dumpd(usual)
        assert repr(made) == repr(usual)
        assert pickle.loads(pickle.dumps(made)) == usual  # noqa: S301 - our own bytes
        assert made + made == usual + usual

    def test_a_text_chunk_may_have_no_id(self):
        assert text_chunk("hi", None) == AIMessageChunk(content="hi")

    def test_a_generation_chunk_equals_the_one_of_langchain(self):
        message = text_chunk("hi", "x")
        made, usual = generation_chunk(message), ChatGenerationChunk(message=message)

        assert made == usual
        assert made.text == "hi"
        assert (made + made).text == (usual + usual).text == "hihi"

    def test_a_generation_chunk_of_blocks_is_made_by_langchain(self):
        message = AIMessageChunk(content=[{"type": "text", "text": "hi", "index": 0}])

        assert generation_chunk(message) == ChatGenerationChunk(message=message)

    def test_chunks_share_nothing_that_can_change(self):
        first, second = text_chunk("a", "x"), text_chunk("b", "y")
        first.response_metadata["k"] = 1
        first.additional_kwargs["k"] = 1
        first.tool_calls.append({"name": "f", "args": {}, "id": "1"})
        first.odd = 1  # type: ignore[attr-defined]  # messages take any attribute

        assert second == AIMessageChunk(content="b", id="y")
        assert text_chunk("c", "z") == AIMessageChunk(content="c", id="z")
        assert not hasattr(second, "odd")


class TestChunkMaker:
    def maker(self, *, request_id: str = "A/B/C", n: int = 1) -> tuple[Any, Answer]:
        model = make(n=n)
        answer = Answer(
            {}, reader=StreamReader(request_id), request_id=request_id, url="https://u"
        )
        asked = model.prepare("x", stream=True)
        return chunk_maker(asked, answer, model._process_stream_response), answer

    def test_the_request_id_is_told_once(self):
        chunk, _ = self.maker()
        message = reduce(add, [chunk(e).message for e in (ROLE, text("a"), END)])

        assert message.response_metadata["opc_request_id"] == "A/B/C"

    def test_without_a_request_id_there_is_none(self):
        chunk, _ = self.maker(request_id="")

        assert "opc_request_id" not in chunk(ROLE).message.response_metadata

    def test_several_answers_are_kept_apart_when_several_were_asked_for(self):
        chunk, _ = self.maker(n=2)

        assert chunk(text("a", 1)).message.content == [
            {"type": "text", "text": "a", "index": 1}
        ]

    def test_the_model_of_several_answers_is_named_once(self):
        chunk, _ = self.maker(n=2)
        made = [chunk(text("a", 0)), chunk(text("b", 1))]

        assert made[0].message.response_metadata["model_name"] == "odsc-llm"
        assert made[1].message.response_metadata == {}

    def test_calls_of_several_answers_that_share_an_index_are_not_glued(self):
        chunk, _ = self.maker(n=2)

        def call(call_id: str, name: str) -> Any:
            calls = [{"index": 0, "id": call_id, "function": {"name": name}}]
            return event({"tool_calls": calls}, choice={"index": 1})

        both = chunk(call("a", "f")).message + chunk(call("b", "g")).message
        (note,) = both.response_metadata["choices"]
        assert [c["name"] for c in note["tool_calls"]] == ["f", "g"]

    @pytest.mark.parametrize(
        "delta",
        [
            {"tool_calls": ["x"]},
            {"tool_calls": [{"function": "x"}]},
            {"tool_calls": [{"index": [1]}]},
            {"tool_calls": [{"function": {"arguments": {"a": 1}}}]},
            {"tool_calls": 5},
        ],
        ids=str,
    )
    def test_members_of_an_unexpected_type_are_an_answer_error_that_keeps_the_text(
        self, delta: Any
    ):
        chunk, answer = self.maker()
        assert answer.reader is not None
        answer.reader.feed(
            b'data: {"choices": [{"index": 0, "delta": {"content": "half"}}]}\n\n'
        )

        with pytest.raises(AnswerError) as caught:
            chunk(event(delta))

        error = caught.value
        assert error.partial_text == "half"
        assert error.phase == "stream"
        assert error.request_id == "A/B/C"
        assert error.endpoint == "https://u"
        assert error.message.startswith("the answer has an unexpected shape: {")
