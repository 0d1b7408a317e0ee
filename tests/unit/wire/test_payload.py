"""The JSON of answers, read without trust."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from typing import Any

import pytest

from ocinb.errors import AnswerError
from ocinb.wire.payload import Fault, check_completion, fault_in, parse, text_of

MESSAGE = {"role": "assistant", "content": "hi"}
GOOD: dict[str, Any] = {"choices": [{"index": 0, "message": MESSAGE}]}


class TestParse:
    @pytest.mark.parametrize("text", ['{"a":1}', b'{"a": 1}', '\n {"a":1} \r\n'])
    def test_json_is_read_from_text_and_bytes(self, text: str | bytes):
        assert parse(text) == {"a": 1}

    def test_numbers_that_json_does_not_have_are_read_as_python_does(self):
        value = parse('{"a": NaN, "b": -Infinity, "c": 1e999}')

        assert math.isnan(value["a"])
        assert value["b"] == -math.inf
        assert value["c"] == math.inf

    def test_the_last_of_two_equal_keys_counts(self):
        assert parse('{"a": 1, "a": 2}') == {"a": 2}

    @pytest.mark.parametrize("depth", [500, 2000])
    def test_deep_nesting_is_read_or_refused_without_a_crash(self, depth: int):
        with suppress(AnswerError):
            assert parse("[" * depth + "]" * depth)

    def test_nesting_that_python_cannot_follow_is_refused_in_one_line(self):
        with pytest.raises(AnswerError) as caught:
            parse("[" * 200_000)

        assert len(str(caught.value)) < 300

    def test_a_lone_surrogate_in_an_escape_does_not_stop_the_reading(self):
        assert parse(r'{"a": "\ud800"}')["a"]

    def test_an_integer_of_any_size_is_read_or_refused(self):
        assert parse("1" * 100) == pytest.approx(1.1e99, rel=0.02)
        with pytest.raises(AnswerError):
            parse("1" * 5000 + "x")

    @pytest.mark.parametrize(
        "text", ["", " ", "{", "<html>", "{'a': 1}", "[1,]", b"\xff", "\ud800", "nul"]
    )
    def test_what_is_not_json_is_refused_and_shown(self, text: str | bytes):
        with pytest.raises(
            AnswerError, match=r"^the server sent something that is not"
        ):
            parse(text)

    def test_what_is_not_json_is_shown_up_to_200_characters_in_one_inert_line(self):
        with pytest.raises(AnswerError) as caught:
            parse("\x1b[31mred\n" + "x" * 10_000)

        line = str(caught.value)
        assert line.isprintable()
        assert line.endswith("x…")
        assert 200 <= len(line) < 300


class TestFaults:
    @pytest.mark.parametrize(
        ("value", "fault"),
        [
            (  # Oracle's gateway
                {"code": "NotAuthenticated", "message": "no"},
                Fault("no", "NotAuthenticated", None),
            ),
            (  # vLLM
                {"error": {"message": "no", "type": "BadRequestError", "code": 400}},
                Fault("no", "BadRequestError", 400),
            ),
            (  # vLLM of old
                {"object": "error", "message": "no", "type": "X", "code": 500},
                Fault("no", "X", 500),
            ),
            ({"object": "error", "message": "no"}, Fault("no", "", None)),
            ({"error": "no"}, Fault("no", "", None)),
            ({"detail": "Not Found"}, Fault("Not Found", "", None)),
            ({"error": {"message": "no", "code": "big"}}, Fault("no", "big", None)),
            ({"error": {"message": None, "type": None}}, Fault("", "", None)),
            ({"error": {"message": ["a"]}}, Fault('["a"]', "", None)),
            ({"error": {"message": "no", "code": 42}}, Fault("no", "", None)),
            ({"error": {}}, Fault("", "", None)),
        ],
    )
    def test_each_known_shape_of_an_error_is_read(self, value: Any, fault: Fault):
        assert fault_in(value) == fault

    def test_fields_of_a_validation_error_are_listed(self):
        detail = [{"loc": ["body", "messages"], "msg": "Field required"}]
        fault = fault_in({"detail": detail})

        assert fault is not None
        assert json.loads(fault.message) == detail

    @pytest.mark.parametrize(
        "value",
        [
            GOOD,
            {},
            {"message": "a log line"},
            {"code": "X"},
            {"choices": [], "detail": "x"},
            {"error": None, "choices": []},
            [],
            None,
            "error",
            5,
        ],
    )
    def test_what_is_no_error_is_none(self, value: Any):
        assert fault_in(value) is None


class TestCompletion:
    def test_a_completion_is_returned_as_it_is(self):
        assert check_completion(GOOD) is GOOD

    def test_unknown_members_and_nulls_are_no_trouble(self):
        message = {"role": None, "content": None, "tool_calls": None, "audio": {"x": 1}}
        value = {
            "choices": [{"message": message, "finish_reason": None, "foo": [1]}],
            "usage": None,
            "metrics": None,
            "kv_transfer_params": {"a": [None]},
        }

        assert check_completion(value) is value

    @pytest.mark.parametrize(
        "value",
        [
            [1, 2, {"choices": []}],
            "a string",
            None,
            5,
            {"id": "x"},
            {"choices": None},
            {"choices": {}},
            {"choices": "x"},
            {"choices": ["x"]},
            {"choices": [{"index": 0}]},
            {"choices": [{"message": None}]},
            {"choices": [{"message": "hi"}]},
            {"choices": [{"message": MESSAGE}, "x"]},
        ],
    )
    def test_another_shape_is_refused_and_shown(self, value: Any):
        with pytest.raises(AnswerError) as caught:
            check_completion(value)

        error = caught.value
        assert error.message.startswith("the answer has an unexpected shape: ")
        assert error.phase == "answer"

    def test_what_is_shown_is_cut_at_200_characters(self):
        with pytest.raises(AnswerError) as caught:
            check_completion(["x" * 1000])

        assert len(caught.value.message) < 250

    def test_an_answer_without_a_choice_says_so(self):
        with pytest.raises(AnswerError, match=r"^the model returned no choice"):
            check_completion({"choices": []})

    def test_a_prediction_says_that_this_is_no_chat_api(self):
        with pytest.raises(AnswerError) as caught:
            check_completion({"prediction": ["a text"]})

        assert str(caught.value) == (
            "this deployment does not speak the chat API (phase answer) - it answered "
            "with a prediction: is it deployed with vLLM?"
        )


class TestText:
    @pytest.mark.parametrize(
        ("content", "text"),
        [
            ("hi", "hi"),
            ("", ""),
            (None, ""),
            ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"),
            ([{"type": "image_url"}, {"type": "text", "text": "b"}], "b"),
            ([{"text": None}, "x", 5, None], ""),
            ([], ""),
            (5, ""),
            ({"text": "a"}, ""),
        ],
    )
    def test_content_of_any_form_is_text(self, content: Any, text: str):
        assert text_of(content) == text
