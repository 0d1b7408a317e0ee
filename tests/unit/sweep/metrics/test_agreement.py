"""Whether repeats say the same, each worked out by hand."""

from __future__ import annotations

import re
from itertools import combinations
from math import log2

import pytest

from ocinb.errors import ParameterError
from ocinb.sweep.metrics.agreement import (
    Majority,
    entropy_bits,
    exact_agreement,
    majority,
    pass_at_k,
    self_consistency,
)

COUNTED = ["a", "a", "a ", "b", "c"]


def last_number(text: str) -> int | None:
    found = re.findall(r"\d+", text)
    return int(found[-1]) if found else None


REASONED = ["3 + 4 = 7", "7", "it is 8", "I do not know"]


def test_exact_agreement_is_the_share_of_equal_pairs():
    pairs = list(combinations([text.strip() for text in COUNTED], 2))
    by_hand = sum(a == b for a, b in pairs) / len(pairs)
    assert by_hand == 3 / 10
    assert exact_agreement(COUNTED) == by_hand
    assert exact_agreement(["a"]) is None


def test_the_majority_is_voted_on_what_was_extracted():
    assert majority(REASONED, last_number) == Majority(7, 2 / 4, tied=False)
    assert self_consistency(REASONED, last_number) == 2 / 4
    assert self_consistency(REASONED) == 1 / 4


def test_of_a_tie_the_first_wins_and_it_is_told():
    assert majority(["b", "a", "a", "b"]) == Majority("b", 1 / 2, tied=True)


def test_texts_without_an_answer_have_no_vote():
    assert majority(["?", "!"], last_number) == Majority(None, 0, tied=False)
    assert majority([]) is None
    assert self_consistency(["7"], last_number) is None


def test_answers_that_cannot_be_hashed_are_counted_too():
    found = majority(["1", "1", "2"], lambda text: [int(text)])
    assert found == Majority("[1]", 2 / 3, tied=False)


def test_entropy_is_in_bits():
    assert entropy_bits(["a", "b", "a", "b"]) == 1
    assert entropy_bits(["a", "b", "c", "d"]) == 2
    assert entropy_bits(["a", "a"]) == 0
    shares = (3 / 5, 1 / 5, 1 / 5)
    assert entropy_bits(COUNTED) == pytest.approx(-sum(p * log2(p) for p in shares))
    assert entropy_bits(REASONED, last_number) == pytest.approx(0.918296)  # 2/3, 1/3
    assert entropy_bits(["7"]) is None


def test_pass_at_k_is_the_share_of_all_draws_with_a_right_one():
    right = [True, True, False, False, False]
    draws = list(combinations(right, 3))
    by_hand = sum(any(draw) for draw in draws) / len(draws)
    assert by_hand == 0.9  # 9 of 10 draws
    assert pass_at_k(5, 2, 3) == pytest.approx(by_hand)
    assert pass_at_k(5, 2, 1) == pytest.approx(2 / 5)
    assert pass_at_k(5, 0, 3) == 0
    assert pass_at_k(5, 3, 3) == 1
    assert pass_at_k(10_000, 1, 5_000) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("numbers", "line"),
    [
        ((5, 6, 1), "c must be 0 to n (got c=6, n=5)"),
        (
            (2, 1, 3),
            "k must be 1 to n (got k=3, n=2): repeat each prompt at least k times",
        ),
        (
            (2, 1, 0),
            "k must be 1 to n (got k=0, n=2): repeat each prompt at least k times",
        ),
    ],
)
def test_impossible_counts_are_refused(numbers: tuple[int, int, int], line: str):
    with pytest.raises(ParameterError) as caught:
        pass_at_k(*numbers)
    assert str(caught.value) == line
