"""What a user is told where a request was longer than the model's context."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.conversation import Conversation
from ocinb.conversation.too_long import explain_too_long
from ocinb.errors import DeploymentError

SAID = [
    "This model's maximum context length is 4096 tokens. However, you requested 5000",
    "The decoder prompt (length 5000) is longer than the maximum model length of 4096",
    "the request exceeds the available context size, try increasing it",
    "Input length (300) exceeds model's maximum context length (256).",
    "context_length_exceeded",
    "prompt is too long: 210000 tokens > 200000 maximum",
    "input length and max_tokens exceed context limit: 199000 + 8000 > 200000",
]


@pytest.mark.parametrize("said", SAID)
def test_the_turns_that_were_sent_are_counted(said: str):
    error = DeploymentError("the request was refused", server_message=said)
    explain_too_long(error, 3)
    assert error.hint.startswith("3 earlier turns were sent along: lower max_history")
    assert "--no-history" in error.hint


def test_without_earlier_turns_the_prompt_itself_is_too_long():
    error = DeploymentError(SAID[0])
    explain_too_long(error, 0)
    assert "shorten the prompt" in error.hint


def test_a_hint_that_there_is_stays():
    error = DeploymentError(SAID[0], hint="look it up")
    explain_too_long(error, 1)
    assert error.hint.startswith("look it up; 1 earlier turn was sent along")


@pytest.mark.parametrize(
    "said", ["max_tokens must be at least 1", "the server waited too long", "context"]
)
def test_other_errors_are_left_alone(said: str):
    error = DeploymentError(said)
    explain_too_long(error, 3)
    assert error.hint == ""


class Noted(ValueError):
    """An error that takes notes, as all do since Python 3.11."""

    note = ""

    def add_note(self, note: str) -> None:
        self.note = note


def test_an_error_of_another_kind_gets_a_note():
    error = Noted(SAID[0])
    explain_too_long(error, 2)
    assert error.note.startswith("2 earlier turns were sent along")


def test_the_error_reaches_the_user_and_nothing_is_lost(reciting: Any):
    error = DeploymentError("refused", status=400, server_message=SAID[0])
    talk = Conversation(reciting(answers=[["A"], ["B"], [error], ["C"]]))
    talk.ask("a")
    talk.ask("b")
    with pytest.raises(DeploymentError, match="2 earlier turns were sent along"):
        talk.ask("c")
    assert [(t.prompt, t.status) for t in talk.turns] == [
        *(("a", "done"), ("b", "done"), ("c", "failed"))
    ]
    talk.max_history = 0
    assert talk.retry().text == "C"
