"""vLLM's error answers."""

from __future__ import annotations

import json

import pytest

from ocinb.local.vllm.refusal import (
    Invalid,
    Problem,
    bad_request,
    not_found,
    validation_errors,
)


def test_a_problem_is_answered_in_vllms_shape():
    problem = Problem(400, "no", param="n")

    assert json.loads(problem.body) == {
        "error": {"message": "no", "type": "BadRequestError", "param": "n", "code": 400}
    }


def test_an_error_of_the_web_framework_has_a_detail_instead():
    assert json.loads(Problem(404, "Not Found", type="").body) == {
        "detail": "Not Found"
    }


def test_a_surrogate_in_a_message_can_be_answered():
    assert b"\\ud800" in Problem(400, "\ud800").body


def test_the_message_repeats_the_parameter_and_its_value():
    error = bad_request("wrong", "top_p", 2.0)

    assert str(error) == "wrong (parameter=top_p, value=2.0)"
    assert error.problem.param == "top_p"


def test_the_message_repeats_the_parameter_alone_without_a_value():
    assert str(bad_request("wrong", "tools")) == "wrong (parameter=tools)"


def test_a_message_without_a_parameter_stays_as_it_is():
    error = bad_request("wrong")

    assert (str(error), error.problem.param) == ("wrong", None)


def test_an_unknown_name_is_not_found():
    problem = not_found("no such model", "model").problem

    assert (problem.status, problem.type) == (404, "NotFoundError")


def test_a_refusal_is_raised_and_keeps_its_problem():
    problem = Problem(400, "no")

    with pytest.raises(Invalid) as caught:
        raise Invalid(problem)
    assert caught.value.problem is problem


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"a": 1}, "<dict of 1 items>"),
        ([1, 2], "<list of 2 items>"),
        ("text", "text"),
        (None, "None"),
        ("x" * 1000, "x" * 200),
    ],
)
def test_the_wrong_value_is_shown_in_short(value: object, shown: str):
    listed = [{"type": "t", "loc": ("n",), "msg": "m", "input": value}]

    assert f"'input': '{shown}'" in str(validation_errors(listed))


def test_one_validation_error_is_told_in_the_singular():
    listed = [{"type": "t", "loc": ("n",), "msg": "m", "input": 1}]
    problem = validation_errors(listed).problem

    assert problem.message == (
        "1 validation error:\n  "
        "{'type': 't', 'loc': 'body.n', 'msg': 'm', 'input': '1'}"
    )
    assert (problem.type, problem.param) == ("Bad Request", "body.n")


def test_several_validation_errors_name_the_first_parameter():
    listed = [
        {"type": "t", "loc": ("stop", "str"), "msg": "m", "input": 1},
        {"type": "u", "loc": ("stop", "list[str]"), "msg": "m", "input": 1},
    ]
    problem = validation_errors(listed).problem

    assert problem.message.startswith("2 validation errors:\n")
    assert problem.param == "body.stop"


def test_a_place_in_a_list_is_kept():
    listed = [{"type": "t", "loc": ("stop", "list[str]", 1), "msg": "m", "input": 1}]

    assert validation_errors(listed).problem.param == "body.stop.1"


def test_the_context_of_an_error_is_told():
    listed = [{"type": "t", "loc": (), "msg": "m", "input": 1, "ctx": {"le": 3}}]

    assert "'ctx': {'le': 3}" in str(validation_errors(listed))
