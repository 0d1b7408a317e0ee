"""A conversation as a tree: asking again, editing, stepping back, walking, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ocinb.conversation import Conversation
from ocinb.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def talk(reciting: Any) -> Callable[..., Conversation]:
    """A conversation whose answers are A, B, C and so on."""

    def make(*prompts: str, **settings: Any) -> Conversation:
        letters = [[letter] for letter in "ABCDEFGH"]
        conversation = Conversation(reciting(answers=letters), **settings)
        for prompt in prompts:
            conversation.ask(prompt)
        return conversation

    return make


def path(talk: Conversation) -> list[tuple[str, str]]:
    return [(turn.prompt, turn.text) for turn in talk.turns]


def sent(talk: Conversation) -> list[str]:
    return [str(m.text) for m in talk.model.asked[-1]]


def test_retry_asks_the_same_prompt_in_a_branch_of_its_own(talk: Any):
    conversation = talk("a", "b")
    turn = conversation.retry()
    assert path(conversation) == [("a", "A"), ("b", "C")]
    assert sent(conversation) == ["a", "A", "b"]
    assert [t.text for t in conversation.branches(turn)] == ["B", "C"]


def test_retry_keeps_the_parameters_unless_others_are_given(talk: Any):
    conversation = talk()
    conversation.ask("a", temperature=0.5, seed=1)
    turn = conversation.retry(seed=2)
    assert turn.params == {"temperature": 0.5, "seed": 2}


def test_an_earlier_turn_can_be_asked_again(talk: Any):
    conversation = talk("a", "b")
    first = conversation.turns[0]
    conversation.retry(first)
    assert path(conversation) == [("a", "C")]
    assert sent(conversation) == ["a"]


def test_edit_asks_another_prompt_beside(talk: Any):
    conversation = talk("a", "b")
    turn = conversation.edit("b, better")
    assert path(conversation) == [("a", "A"), ("b, better", "C")]
    assert [t.prompt for t in conversation.branches(turn)] == ["b", "b, better"]


def test_switch_walks_to_where_a_branch_was_left(talk: Any):
    conversation = talk("a", "b", "c")
    first = conversation.turns[0]
    conversation.edit("x", first)
    conversation.ask("y")
    conversation.switch(first)
    assert path(conversation) == [("a", "A"), ("b", "B"), ("c", "C")]
    conversation.switch(conversation.branches(first)[1])
    assert path(conversation) == [("x", "D"), ("y", "E")]


def test_the_next_turn_follows_the_branch_that_was_walked_to(talk: Any):
    conversation = talk("a")
    first = conversation.turns[0]
    conversation.retry()
    conversation.switch(first)
    conversation.ask("b")
    assert sent(conversation) == ["a", "A", "b"]


def test_undo_steps_back_and_deletes_nothing(talk: Any):
    conversation = talk("a", "b")
    undone = conversation.undo()
    assert (undone.prompt, path(conversation)) == ("b", [("a", "A")])
    conversation.switch(undone)
    assert path(conversation) == [("a", "A"), ("b", "B")]


def test_what_was_undone_does_not_come_back_by_itself(talk: Any):
    conversation = talk("a", "b")
    first = conversation.turns[0]
    conversation.undo()
    conversation.retry(first)
    conversation.switch(first)
    assert path(conversation) == [("a", "A")]


def test_undo_goes_back_to_the_beginning_and_no_further(talk: Any):
    conversation = talk("a")
    conversation.undo()
    assert conversation.turns == ()
    assert conversation.undo() is None
    conversation.ask("b")
    assert sent(conversation) == ["b"]


def test_a_deleted_turn_is_gone_with_all_that_followed(talk: Any):
    conversation = talk("a", "b", "c")
    first, second, third = conversation.turns
    conversation.delete(second)
    assert path(conversation) == [("a", "A")]
    for gone in (second, third):
        with pytest.raises(ParameterError, match="not here"):
            conversation.switch(gone)
    assert conversation.branches(first) == (first,)


def test_deleting_another_branch_leaves_this_one(talk: Any):
    conversation = talk("a", "b")
    old = conversation.turns[1]
    conversation.retry()
    conversation.delete(old)
    assert path(conversation) == [("a", "A"), ("b", "C")]


def test_a_place_is_never_named_twice(talk: Any):
    conversation = talk("a", "b")
    conversation.delete(conversation.turns[1])
    gone = {"2"}
    assert conversation.ask("c").id not in gone


def test_undo_stops_an_answer_that_is_coming(reciting: Any):
    conversation = Conversation(reciting(answers=[["Once", 30]]))
    stream = conversation.stream("a")
    next(stream)
    undone = conversation.undo()
    list(stream)
    assert conversation.branches(undone)[0].status == "stopped"


def test_a_turn_of_another_conversation_is_refused(talk: Any):
    turn = talk("a", "b").turns[1]
    with pytest.raises(ParameterError, match="this turn is not here"):
        talk("a").retry(turn)


def test_without_a_turn_there_is_nothing_to_ask_again(talk: Any):
    with pytest.raises(ParameterError, match="there is no turn yet"):
        talk().retry()


def test_a_key_replaces_the_turn_in_its_own_branch(talk: Any):
    conversation = talk()
    conversation.ask("a", key="cell")
    conversation.retry()
    conversation.ask("a, better", key="cell")
    assert path(conversation) == [("a, better", "C")]
    branches = conversation.branches(conversation.turns[0])
    assert [turn.text for turn in branches] == ["A", "C"]


def test_a_replaced_turn_makes_all_its_branches_stale(talk: Any):
    conversation = talk()
    conversation.ask("a", key="a")
    conversation.ask("b")
    conversation.retry()
    conversation.ask("a2", key="a")
    branches = conversation.branches(conversation.turns[1])
    assert [turn.stale for turn in branches] == [True, True]


def test_a_face_starts_a_branch_and_shows_it_itself(talk: Any):
    conversation = talk("a", "b")
    old = conversation.turns[1]
    run = conversation.start(old.content, beside=old)
    assert [t.status for t in conversation.turns] == ["done", "pending"]
    assert [str(m.text) for m in conversation.messages_for("x", beside=old)] == [
        *("a", "A", "x")
    ]
    assert run.result(5).text == "C"


def test_a_wrong_tool_changes_nothing(talk: Any):
    conversation = talk("a")
    conversation.tools = (3,)
    with pytest.raises(ParameterError, match="a tool cannot be offered"):
        conversation.ask("b")
    assert path(conversation) == [("a", "A")]
