"""Two answers side by side, with the words that differ marked."""

from __future__ import annotations

import re
import time

import pytest

from ocinb.view.differences import marked, summary


def marks(html: str) -> list[str]:
    return re.findall(r"<mark[^>]*>(.*?)</mark>", html)


def test_the_words_of_one_alone_are_marked():
    first, second = marked("The sky is blue today.", "The sky is grey today.")
    assert marks(first) == ["blue"]
    assert marks(second) == ["grey"]


def test_a_word_that_was_added_is_marked_in_one_alone():
    first, second = marked("a b c", "a b very c")
    assert marks(first) == []
    assert "".join(marks(second)).strip() == "very"


def test_texts_are_inert():
    first, _ = marked("<img src=x onerror=y> $x$ \x1b[31m", "other")
    assert "<img" not in first
    assert "&lt;img" in first
    assert "\x1b" not in first
    assert "mathjax_ignore" in first


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ("a b", "a b", "Both answers are the same."),
        ("a b c", "a x c", "A has 1 of its 3 words alone, B 1 of its 3."),
        ("", "a b", "A has 0 of its 0"),
    ],
)
def test_how_much_differs_is_one_line(first: str, second: str, says: str):
    assert summary(first, second).startswith(says)


def test_long_answers_are_compared_line_by_line_and_quickly():
    lines = [f"line {n} with some words in it\n" for n in range(3_000)]
    other = [*lines[:1_500], "another line\n", *lines[1_501:]]
    begun_s = time.process_time()
    first, second = marked("".join(lines), "".join(other))
    assert "lines alone" in summary("".join(lines), "".join(other))
    assert time.process_time() - begun_s < 5
    assert marks(first + second) == [] or "another line" in second
