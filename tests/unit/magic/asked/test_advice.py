"""What can be typed to have the rest of an answer."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage

from ocinb.conversation import Turn
from ocinb.magic.asked.advice import advice


def turn(status: Any = "done", text: str = "hi", finish_reason: str = "stop") -> Turn:
    message = AIMessage(text, response_metadata={"finish_reason": finish_reason})
    return Turn("hello", status=status, messages=(message,))


def test_an_answer_that_was_cut_can_go_on_or_be_longer_at_once():
    cut = turn(finish_reason="length")
    assert list(advice(cut, kept=True)) == ["%ocichat continue goes on"]
    assert list(advice(cut, kept=False)) == ["raise --max-tokens"]


@pytest.mark.parametrize("status", ["stopped", "failed"])
def test_an_answer_that_was_stopped_or_broke_off_can_go_on(status: Any):
    assert list(advice(turn(status), kept=True)) == ["%ocichat continue goes on"]
    assert not list(advice(turn(status), kept=False))
    assert not list(advice(turn(status, ""), kept=True))


def test_a_whole_answer_needs_nothing():
    assert not list(advice(turn(), kept=True))
