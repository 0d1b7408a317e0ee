"""Events of a stream, joined into the whole answer that they stand for."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.chat_models.gathering import Gathering


def event(finish: str | None = None, **delta: Any) -> Any:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c-1", "model": "m", "choices": [choice]}


def gathered(*events: Any) -> tuple[list[bool], Any]:
    gathering = Gathering()
    says = [gathering.add(each) for each in events]
    return says, gathering.payload()


def message(*events: Any) -> Any:
    return gathered(*events)[1]["choices"][0]["message"]


def test_pieces_of_text_and_reasoning_are_joined():
    said = message(
        event(role="assistant", content=""),
        event(reasoning="Hm, "),
        event(reasoning_content="well"),
        event(content="Grü"),
        event(content="ße"),
        event("stop"),
    )

    assert (said["content"], said["reasoning"]) == ("Grüße", "Hm, well")


def test_only_events_that_say_something_count_for_times():
    says, _ = gathered(
        event(role="assistant", content=""),
        event(content=None),
        event(reasoning="Hm"),
        event(content="a"),
        event(tool_calls=[{"index": 0, "id": "x", "function": {"name": "f"}}]),
        event("stop"),
        {"choices": [], "usage": {"completion_tokens": 3}},
    )

    assert says == [False, False, True, True, True, False, False]


def test_what_comes_at_the_end_belongs_to_the_answer():
    _, whole = gathered(
        event(content="a"),
        event("length"),
        {"choices": [], "usage": {"completion_tokens": 3}},
    )

    assert whole["usage"] == {"completion_tokens": 3}
    assert (whole["id"], whole["model"]) == ("c-1", "m")
    assert whole["choices"][0]["finish_reason"] == "length"


def test_pieces_of_tool_calls_are_joined_by_their_index():
    def piece(index: int, **function: str) -> Any:
        known = {"id": f"id-{index}"} if "name" in function else {}
        return event(tool_calls=[{"index": index, **known, "function": function}])

    said = message(
        piece(0, name="add", arguments='{"a"'),
        piece(1, name="sub", arguments=""),
        piece(0, arguments=": 1}"),
        piece(1, arguments="{}"),
        event("tool_calls"),
    )

    assert [
        (call["id"], call["function"]["name"], call["function"]["arguments"])
        for call in said["tool_calls"]
    ] == [("id-0", "add", '{"a": 1}'), ("id-1", "sub", "{}")]


def test_log_probabilities_are_joined():
    first, second = event(content="a"), event(content="b")
    first["choices"][0]["logprobs"] = {"content": [{"token": "a", "logprob": -1}]}
    second["choices"][0]["logprobs"] = {"content": [{"token": "b", "logprob": -2}]}

    _, whole = gathered(first, second, event("stop"))

    tokens = whole["choices"][0]["logprobs"]["content"]
    assert [token["logprob"] for token in tokens] == [-1, -2]


def test_an_answer_that_came_whole_is_itself():
    whole = {
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "a"},
                "finish_reason": "stop",
            }
        ]
    }

    says, made = gathered(whole)

    assert says == [True]
    assert made["choices"][0]["message"]["content"] == "a"


@pytest.mark.parametrize("broken", [{}, {"choices": None}, {"choices": [5]}])
def test_what_is_no_event_is_an_error_that_a_lane_knows(broken: Any):
    with pytest.raises((AttributeError, KeyError, TypeError, ValueError)):
        Gathering().add(broken)
