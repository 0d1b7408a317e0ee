"""What the next request carries of the turns before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from ocinb.conversation import Turn, history_for_request, is_sent
from ocinb.errors import ParameterError


def done(prompt: str, answer: str = "answer", **facts: Any) -> Turn:
    message = AIMessage(answer, **facts)
    return Turn(prompt, status="done", messages=(message,))


def stopped(prompt: str, answer: str) -> Turn:
    return Turn(prompt, status="stopped", messages=(AIMessage(answer),))


def failed(prompt: str, answer: str = "half an ans") -> Turn:
    return Turn(
        prompt, status="failed", messages=(AIMessage(answer),), error=ValueError("no")
    )


def said(turns: list[Turn]) -> list[tuple[str, str]]:
    return [(m.type, str(m.text)) for m in history_for_request(turns)]


def test_no_turns_give_no_messages():
    assert history_for_request([]) == []


def test_finished_turns_are_sent_as_question_and_answer():
    assert said([done("a", "A"), done("b", "B")]) == [
        ("human", "a"),
        ("ai", "A"),
        ("human", "b"),
        ("ai", "B"),
    ]


def test_the_prompt_being_asked_comes_last():
    assert said([done("a", "A"), Turn("b")])[-1] == ("human", "b")


def test_a_failed_turn_is_left_out():
    assert said([failed("a"), Turn("b")]) == [("human", "b")]


def test_a_stopped_turn_keeps_its_partial_answer_marked():
    (_, question), (role, answer), _ = said([stopped("a", "Once upon"), Turn("b")])
    assert question == "a"
    assert role == "ai"
    assert answer == "Once upon\n\n[stopped by the user before the end]"


def test_a_turn_stopped_before_its_first_word_is_left_out():
    assert said([stopped("a", ""), Turn("s", status="stopped"), Turn("b")]) == [
        ("human", "b")
    ]


def test_a_stale_turn_is_left_out():
    stale = Turn("a", status="done", messages=(AIMessage("A"),), stale=True)
    assert said([stale, done("b", "B")]) == [("human", "b"), ("ai", "B")]
    assert not is_sent(stale)


def test_an_open_turn_counts_only_as_the_last_one():
    assert said([Turn("a", status="streaming"), Turn("b")]) == [("human", "b")]


def test_two_user_messages_in_a_row_become_one():
    silent = done("a", "")
    assert history_for_request([silent, Turn("b")]) == [HumanMessage("a\n\nb")]


def test_an_open_tool_call_gets_the_result_not_run():
    call = {"name": "weather", "args": {"city": "Bern"}, "id": "1", "type": "tool_call"}
    history = history_for_request([done("a", "", tool_calls=[call]), Turn("b")])
    assert [message.type for message in history] == [
        "human",
        "ai",
        "tool",
        "ai",
        "human",
    ]
    result = history[2]
    assert isinstance(result, ToolMessage)
    assert (result.text, result.tool_call_id, result.status) == (
        "not run",
        "1",
        "error",
    )


def test_the_turns_themselves_are_not_changed():
    turn = stopped("a", "Once")
    history_for_request([turn, Turn("b")])
    assert turn.text == "Once"


PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def test_a_prompt_of_parts_is_sent_as_it_was_given():
    parts = [{"type": "text", "text": "What is this?"}, PICTURE]
    turn = Turn.of(parts)
    assert turn.prompt == "What is this?"
    assert history_for_request([turn]) == [HumanMessage(parts)]
    assert turn.content == tuple(parts)


def test_user_messages_of_parts_become_one_too():
    silent = replace(Turn.of([PICTURE]), status="done", messages=(AIMessage(""),))
    assert history_for_request([silent, Turn("What is this?")]) == [
        HumanMessage([PICTURE, {"type": "text", "text": "What is this?"}])
    ]


@pytest.mark.parametrize("prompt", [None, 3, b"x", {"type": "text"}, [3]])
def test_what_is_no_prompt_is_refused(prompt: Any):
    with pytest.raises(ParameterError, match="a prompt is a text, or a list of"):
        Turn.of(prompt)


def call(number: str) -> dict[str, Any]:
    return {"name": "look", "args": {}, "id": number, "type": "tool_call"}


def result(number: str, text: str) -> ToolMessage:
    return ToolMessage(text, tool_call_id=number)


def test_the_results_of_a_round_are_sent_in_the_order_of_its_calls():
    answer = AIMessage("", tool_calls=[call("1"), call("2")])
    messages = (answer, result("2", "two"), result("1", "one"), AIMessage("A"))
    turn = Turn("a", status="done", messages=messages)
    assert said([turn, Turn("b")]) == [
        ("human", "a"),
        ("ai", ""),
        ("tool", "one"),
        ("tool", "two"),
        ("ai", "A"),
        ("human", "b"),
    ]


def test_a_round_before_a_stopped_answer_is_sent_whole():
    messages = (
        AIMessage("Look:", tool_calls=[call("1")]),
        result("1", "one"),
        AIMessage("It is", tool_calls=[call("2")]),
    )
    turn = Turn("a", status="stopped", messages=messages)
    assert said([turn, Turn("b")]) == [
        ("human", "a"),
        ("ai", "Look:"),
        ("tool", "one"),
        ("ai", "It is\n\n[stopped by the user before the end]"),
        ("human", "b"),
    ]


def test_an_answer_stopped_before_its_first_word_leaves_its_rounds():
    messages = (AIMessage("", tool_calls=[call("1")]), result("1", "one"))
    for end in ((), (AIMessage(""),)):
        turn = Turn("a", status="stopped", messages=(*messages, *end))
        assert is_sent(turn)
        assert said([turn])[-2:] == [
            ("tool", "one"),
            ("ai", "[stopped by the user before the end]"),
        ]
