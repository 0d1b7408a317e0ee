"""A script is a plain value, and the ready-made ones say what they promise."""

from __future__ import annotations

import json

import pytest

from ocinb.local.scripts.script import PROMPT_TOKENS, Script
from ocinb.local.scripts.steps import (
    Body,
    Delta,
    Done,
    Finish,
    Headers,
    Json,
    Logprob,
    Reasoning,
    Status,
    Step,
    ToolCallDelta,
    Trailers,
    Usage,
    Wait,
)


def texts(script: Script) -> list[str | None]:
    return [step.text for step in script.steps if isinstance(step, Delta)]


def error_body(script: Script) -> dict[str, object]:
    (body,) = (step for step in script.steps if isinstance(step, Json))
    loaded: dict[str, object] = json.loads(body.text)
    return loaded


EVERY_KIND: list[Step] = [
    Status(200),
    Headers({"x-a": "b"}),
    Wait(1.5),
    Delta("a", 1, (Logprob("a", -0.5, (("b", -1.0),)),)),
    ToolCallDelta(0, "id", "name", "{}"),
    Reasoning("because"),
    Finish("stop", last=Delta("z")),
    Usage(1, 2),
    Json({"a": [1]}),
    Body(b"x"),
    Trailers([("StreamFailure", "{}")]),
    Done(),
]


class TestValue:
    def test_scripts_with_equal_steps_are_equal(self):
        assert Script(EVERY_KIND) == Script(tuple(EVERY_KIND))

    def test_scripts_with_other_steps_are_not(self):
        assert Script([Delta("a")]) != Script([Delta("b")])

    def test_a_script_of_every_kind_of_step_can_be_hashed(self):
        assert {Script(EVERY_KIND), Script(EVERY_KIND)} == {Script(EVERY_KIND)}

    def test_its_repr_names_the_steps(self):
        assert repr(Script([Delta("hi")])).startswith("Script(steps=(Delta(text='hi'")

    def test_it_keeps_its_steps_when_the_list_changes(self):
        steps: list[Step] = [Delta("a")]
        script = Script(steps, plain=steps)
        steps.clear()
        assert script.steps == script.plain == (Delta("a"),)

    def test_it_cannot_be_changed(self):
        with pytest.raises(AttributeError):
            Script([]).steps = []  # type: ignore[misc] # the point of the test

    def test_headers_of_a_mapping_and_of_pairs_are_the_same_value(self):
        assert Headers({"a": "1", "b": "2"}) == Headers([("a", "1"), ("b", "2")])

    def test_json_keeps_what_it_was_given(self):
        value = {"a": [1]}
        step = Json(value)
        value["a"].append(2)
        assert step.text == '{"a":[1]}'


class TestAnswer:
    @pytest.mark.parametrize(
        "text",
        [
            "two words",
            " leading and trailing \n",
            "a  b\n\nc\td",
            "日本語 🙂",
            "",
            "   ",
        ],
    )
    def test_its_pieces_are_the_text(self, text: str):
        assert "".join(t or "" for t in texts(Script.answer(text))) == text

    def test_it_is_cut_before_each_word(self):
        assert texts(Script.answer("one two  three")) == ["one", " two", " ", " three"]

    def test_it_is_cut_in_as_many_pieces_as_asked(self):
        pieces = texts(Script.answer("abcdefgh", tokens=3))
        assert pieces == ["ab", "cde", "fgh"]

    def test_more_pieces_than_characters_are_refused(self):
        with pytest.raises(ValueError, match="2 characters has no 3 pieces"):
            Script.answer("ab", tokens=3)

    def test_it_ends_with_finish_usage_and_done(self):
        script = Script.answer("one two")
        assert script.steps[-3:] == (Finish("stop"), Usage(PROMPT_TOKENS, 2), Done())

    def test_usage_can_be_left_out(self):
        assert Script.answer("one", usage=False).steps[-2:] == (Finish("stop"), Done())

    def test_a_delay_stands_between_two_tokens_and_not_before_the_first(self):
        steps = Script.answer("one two", delay_s=0.5).steps
        assert steps[:4] == (Delta("one"), Wait(0.5), Delta(" two"), Wait(0.5))

    def test_cut_by_length_the_last_token_comes_with_the_finish(self):
        steps = Script.answer("one two", finish="length").steps
        assert steps[:2] == (Delta("one"), Finish("length", last=Delta(" two")))

    def test_an_empty_text_cut_by_length_just_finishes(self):
        assert Script.answer("", finish="length").steps[0] == Finish("length")

    def test_it_can_be_sent_in_few_writes(self):
        assert Script.answer("x", coalesce=True).coalesce


class TestToolCalls:
    def test_each_call_begins_with_its_name_and_an_id_of_its_own(self):
        script = Script.tool_calls([("add", {"a": 1}), ("add", {"a": 1})])
        begun = [s for s in script.steps if isinstance(s, ToolCallDelta) and s.name]
        assert [(s.index, s.name) for s in begun] == [(0, "add"), (1, "add")]
        assert len({s.id for s in begun}) == 2

    def test_the_arguments_come_in_pieces(self):
        script = Script.tool_calls([("add", {"a": 1, "b": 2})])
        pieces = [s.arguments for s in script.steps if isinstance(s, ToolCallDelta)]
        assert pieces[0] is None
        assert len(pieces) > 3
        assert json.loads("".join(p or "" for p in pieces)) == {"a": 1, "b": 2}

    def test_arguments_that_are_text_are_sent_as_they_are(self):
        script = Script.tool_calls([("add", "[1")])
        assert ToolCallDelta(0, arguments="[1") in script.steps

    def test_empty_arguments_are_sent_as_an_empty_text(self):
        script = Script.tool_calls([("add", "")])
        assert ToolCallDelta(0, arguments="") in script.steps

    def test_it_finishes_for_the_calls(self):
        assert Finish("tool_calls") in Script.tool_calls([("add", {})]).steps

    def test_a_text_comes_before_the_calls(self):
        script = Script.tool_calls([("add", {})], text="Let me see.", finish="stop")
        assert texts(script) == ["Let", " me", " see."]
        assert isinstance(script.steps[3], ToolCallDelta)
        assert Finish("stop") in script.steps


class TestError:
    def test_a_message_alone_has_vllms_shape(self):
        script = Script.error(400, message="top_p must be in (0, 1]")
        assert error_body(script) == {
            "error": {
                "message": "top_p must be in (0, 1]",
                "type": "BadRequestError",
                "param": None,
                "code": 400,
            }
        }

    def test_a_status_vllm_has_no_type_for_is_named_after_its_phrase(self):
        error = error_body(Script.error(422))["error"]
        assert isinstance(error, dict)
        assert error["type"].startswith("Unprocessable")

    def test_with_a_code_it_has_ocis_shape(self):
        script = Script.error(401, code="NotAuthenticated")
        assert error_body(script) == {
            "code": "NotAuthenticated",
            "message": "Unauthorized",
        }

    def test_a_body_is_sent_as_given(self):
        assert error_body(Script.error(500, {"detail": "x"})) == {"detail": "x"}

    def test_it_carries_headers(self):
        script = Script.error(429, headers={"retry-after": "3"})
        assert script.steps[:2] == (Status(429), Headers({"retry-after": "3"}))
