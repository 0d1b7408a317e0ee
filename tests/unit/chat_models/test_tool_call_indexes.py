"""Tool calls of a stream: each has one index and an id, whatever the server sends."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.chat_models.convert import chunk_of
from ocinb.chat_models.tools import ToolCallIndexes

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

PARIS, WIEN = '{"city": "Paris"}', '{"city": "Wien"}'


def piece(
    arguments: str | None = None,
    name: str | None = None,
    *,
    call_id: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    function: dict[str, Any] = {}
    if name is not None or "nulls" in more:
        function["name"] = name
    if arguments is not None:
        function["arguments"] = arguments
    known = {} if call_id is None and "nulls" not in more else {"id": call_id}
    more.pop("nulls", None)
    return {**more, **known, "function": function}


def joined(*pieces: dict[str, Any], finish: int | None = None) -> AIMessageChunk:
    """Send pieces as the events of one stream and join the chunks they make.

    The finish reason comes with the last piece (1), in an event of its own (0) or not.
    """
    deltas: list[Any] = [{"content": None, "tool_calls": [call]} for call in pieces]
    choices = [{"index": 0, "delta": d, "finish_reason": None} for d in deltas]
    if finish == 0:
        choices.append({"index": 0, "delta": None, "finish_reason": "length"})
    elif finish:
        choices[-1]["finish_reason"] = "length"
    indexes, payloads = ToolCallIndexes(), [{"choices": [c]} for c in choices]
    return reduce(add, [chunk_after(indexes, payload) for payload in payloads])


def chunk_after(indexes: ToolCallIndexes, payload: Any) -> AIMessageChunk:
    indexes.settle(payload)
    return chunk_of(payload)


def calls(message: AIMessageChunk) -> list[tuple[str, Any]]:
    assert message.invalid_tool_calls == []
    assert all(call["id"] for call in message.tool_calls)
    return [(call["name"], call["args"]) for call in message.tool_calls]


def test_a_call_in_pieces_is_one_call():
    message = joined(
        piece("", "get_weather", call_id="a", index=0),
        piece(PARIS[:5], index=0),
        piece(PARIS[5:], index=0),
    )

    assert calls(message) == [("get_weather", {"city": "Paris"})]
    assert message.tool_calls[0]["id"] == "a"


def test_calls_that_interleave_are_not_mixed():
    message = joined(
        piece("", "get_weather", call_id="a", index=0),
        piece("", "get_time", call_id="b", index=1),
        piece(PARIS[:5], index=0),
        piece(WIEN[:5], index=1),
        piece(PARIS[5:], index=0),
        piece(WIEN[5:], index=1),
    )

    assert calls(message) == [
        ("get_weather", {"city": "Paris"}),
        ("get_time", {"city": "Wien"}),
    ]


def test_two_ids_on_one_index_are_two_calls():
    message = joined(
        piece("", "get_weather", call_id="a", index=0),
        piece(PARIS, index=0),
        piece("", "get_time", call_id="b", index=0),
        piece(WIEN[:5], index=0),
        piece(WIEN[5:], index=0),
    )

    assert calls(message) == [
        ("get_weather", {"city": "Paris"}),
        ("get_time", {"city": "Wien"}),
    ]
    assert [call["id"] for call in message.tool_calls] == ["a", "b"]


def test_three_ids_on_one_index_beside_another_are_four_calls():
    message = joined(
        *(piece(PARIS, "one", call_id="a", index=0),),
        *(piece(PARIS, "two", call_id="b", index=1),),
        *(piece(PARIS, "three", call_id="c", index=0),),
        *(piece(PARIS, "four", call_id="d", index=0),),
    )

    assert [name for name, _ in calls(message)] == ["one", "two", "three", "four"]


def test_a_new_index_that_a_moved_call_has_taken_is_moved_too():
    message = joined(
        *(piece(PARIS, "one", call_id="a", index=0),),
        *(piece("", "two", call_id="b", index=0),),
        *(piece("", "three", call_id="c", index=1),),
        *(piece(PARIS, index=0),),
        *(piece(WIEN, index=1),),
    )

    assert calls(message) == [
        ("one", {"city": "Paris"}),
        ("two", {"city": "Paris"}),
        ("three", {"city": "Wien"}),
    ]


def test_the_same_id_again_is_the_same_call():
    message = joined(
        piece("", "get_weather", call_id="a", index=0),
        piece(PARIS, call_id="a", index=0),
    )

    assert calls(message) == [("get_weather", {"city": "Paris"})]
    assert message.tool_calls[0]["id"] == "a"


def test_a_missing_index_is_taken_as_the_first():
    message = joined(piece("", "get_weather", call_id="a"), piece(PARIS))

    assert calls(message) == [("get_weather", {"city": "Paris"})]


def test_an_index_of_null_is_taken_as_the_first():
    message = joined(
        piece("", "get_weather", call_id="a", index=None), piece(PARIS, index=None)
    )

    assert calls(message) == [("get_weather", {"city": "Paris"})]


def test_a_missing_id_is_made_up_once():
    message = joined(piece("", "get_weather", index=0), piece(PARIS, index=0))

    assert calls(message) == [("get_weather", {"city": "Paris"})]
    assert message.tool_calls[0]["id"].startswith("call_")


def test_made_up_ids_differ():
    message = joined(
        piece(PARIS, "get_weather", index=0), piece(PARIS, "get_weather", index=1)
    )

    assert len({call["id"] for call in message.tool_calls}) == 2


def test_a_name_and_an_id_of_null_in_later_pieces_change_nothing():
    message = joined(
        piece("", "get_weather", call_id="a", index=0),
        piece(PARIS[:5], index=0, nulls=True),
        piece(PARIS[5:], index=0, nulls=True),
    )

    assert calls(message) == [("get_weather", {"city": "Paris"})]
    assert message.tool_calls[0]["id"] == "a"


def test_indexes_may_begin_anywhere():
    message = joined(piece(PARIS, "get_weather", call_id="a", index=7))

    assert calls(message) == [("get_weather", {"city": "Paris"})]


FULL = '{"city": "Pa\\"r\\\\is", "list": [1, {"a": "b]}"}, null], "n": -1.5, "t": true}'


@pytest.mark.parametrize("border", range(1, len(FULL)))
@pytest.mark.parametrize("alone", [True, False], ids=["own event", "last piece"])
def test_arguments_cut_by_the_end_of_the_answer_are_never_completed(
    border: int, *, alone: bool
):
    pieces = [piece("", "get_weather", call_id="a"), piece(FULL[:border])]
    message = joined(*pieces, finish=0 if alone else 1)

    assert message.tool_calls == []
    (bad,) = message.invalid_tool_calls
    assert bad["name"] == "get_weather"
    assert bad["id"] == "a"
    assert (bad["args"] or "").startswith(FULL[:border])


@pytest.mark.parametrize("arguments", ["", "{}", FULL, '{"a": "two\nlines"}', "{} "])
def test_whole_arguments_are_left_alone(arguments: str):
    message = joined(piece(arguments, "get_weather", call_id="a"), finish=0)

    assert message.invalid_tool_calls == []
    assert len(message.tool_calls) == 1


@pytest.mark.parametrize("arguments", ["[1]", '"celsius"', "null", "}", '{"a": 1}x'])
def test_arguments_that_are_no_object_make_an_invalid_call(arguments: str):
    message = joined(piece(arguments, "get_weather", call_id="a"), finish=0)

    assert message.tool_calls == []
    assert (message.invalid_tool_calls[0]["args"] or "").startswith(arguments)


def test_only_the_call_that_was_cut_is_invalid():
    message = joined(
        piece(PARIS, "one", call_id="a", index=0),
        piece(WIEN[:9], "two", call_id="b", index=1),
        finish=0,
    )

    assert [call["name"] for call in message.tool_calls] == ["one"]
    assert [call["name"] for call in message.invalid_tool_calls] == ["two"]


def test_calls_of_a_whole_answer_in_a_stream_are_read_the_same_way():
    calls_ = [piece(PARIS, "one", call_id="a"), piece(WIEN[:9], "two", call_id="b")]
    message = {"role": "assistant", "content": None, "tool_calls": calls_}
    choice = {"index": 0, "message": message, "finish_reason": "length"}
    payload: Any = {"choices": [choice]}
    ToolCallIndexes().settle(payload)
    chunk = chunk_of(payload)

    assert [call["name"] for call in chunk.tool_calls] == ["one"]
    assert [call["name"] for call in chunk.invalid_tool_calls] == ["two"]


def test_an_event_without_calls_is_left_alone():
    payload: Any = {"choices": [{"delta": {"content": "hi"}}, {"delta": None}, {}]}
    before = repr(payload)

    ToolCallIndexes().settle(payload)

    assert repr(payload) == before


def test_each_stream_counts_for_itself():
    first = joined(piece(PARIS, "a", call_id="x", index=0))
    second = joined(piece(PARIS, "b", call_id="y", index=0))

    assert (
        first.tool_call_chunks[0]["index"] == second.tool_call_chunks[0]["index"] == 0
    )
