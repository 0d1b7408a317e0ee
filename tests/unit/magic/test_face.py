"""Which conversation a cell is asked in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.conversation import Conversation
from ocinb.magic.face import MAIN

if TYPE_CHECKING:
    from ocinb.magic.face import Face


def asked(face: Face, model: Any, name: str, key: Any) -> None:
    """Ask in a cell that is recognised by `key`."""
    face.current = face.home_of(name, key)
    face.conversation = face.conversation or Conversation(model)
    face.conversation.ask("hello", key=key)


def test_the_main_conversation_goes_on_at_first(face: Face):
    assert (face.current, face.conversation, face.turns) == (MAIN, None, ())


def test_a_cell_that_runs_again_stays_in_its_conversation(face: Face, reciting: Any):
    model = reciting(answers=[["Hi"]])
    asked(face, model, "", ("cell 1", 0))
    asked(face, model, "other", ("cell 2", 0))
    asked(face, model, "", ("cell 1", 0))
    assert face.current == MAIN
    assert {name: len(talk.turns) for name, talk in face.conversations.items()} == {
        MAIN: 1,
        "other": 1,
    }


def test_a_cell_that_names_another_conversation_moves_there(face: Face, reciting: Any):
    model = reciting(answers=[["Hi"]])
    asked(face, model, "", ("cell 1", 0))
    asked(face, model, "other", ("cell 1", 0))
    asked(face, model, "", ("cell 1", 0))
    assert face.current == "other"
    assert len(face.turns) == 1


def test_a_cell_without_an_id_goes_on_with_the_current_one(face: Face, reciting: Any):
    model = reciting(answers=[["Hi"]])
    for _ in range(2):
        asked(face, model, "other", None)
    asked(face, model, "", None)
    assert len(face.conversations["other"].turns) == 3


def test_taking_the_conversation_away_begins_it_anew(face: Face, reciting: Any):
    asked(face, reciting(answers=[["Hi"]]), "other", None)
    face.conversation = None
    assert (face.current, face.turns) == ("other", ())
