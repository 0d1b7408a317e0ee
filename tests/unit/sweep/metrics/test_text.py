"""What one answer's text is like."""

from __future__ import annotations

import pytest

from ocinb.sweep.metrics import text
from tests.unit.sweep.metrics.rows import row


@pytest.mark.parametrize(
    ("reason", "cut"), [("length", True), ("stop", False), (None, None)]
)
def test_an_answer_that_reached_its_length_is_truncated(
    reason: str | None, cut: object
):
    assert text.truncated(row("x", finish_reason=reason)) is cut


def test_only_white_space_and_no_call_is_empty():
    assert text.empty(row(" \n\t"))
    assert not text.empty(row("."))
    assert not text.empty(row("", tool_calls=[{"name": "f", "args": {}}]))
    assert text.empty(row("", reasoning="I was still thinking"))


def test_length_is_counted_in_characters_and_words():
    found = row("Grüße aus  Bern,\n3 days 🐻")
    assert text.characters(found) == 25
    assert text.words(found) == 6


def test_words_marks_and_letters_of_scripts_without_spaces_are_counted_apart():
    assert text.tokens("Don't stop_it, 2 x!") == [
        *("Don", "'", "t", "stop_it", ",", "2", "x", "!")
    ]
    assert text.tokens("東京 かな, 한국어 ok") == [*"東京かな", ",", "한국어", "ok"]
