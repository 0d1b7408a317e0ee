"""How different repeats are, each worked out by hand."""

from __future__ import annotations

import time

import numpy as np
import pytest

from ocinb.sweep.metrics.diversity import (
    adjusted_distinct,
    distinct,
    similarity,
    unique_rate,
)


@pytest.mark.parametrize(("n", "by_hand"), [(1, 4 / 6), (2, 3 / 4), (3, 2 / 2)])
def test_distinct_n_is_different_by_all(n: int, by_hand: float):
    # pairs a-b b-c | a-b b-d; threes a-b-c | a-b-d
    assert distinct(["a b c", "a b d"], n) == by_hand


def test_no_pair_of_words_reaches_from_one_answer_into_the_next():
    assert distinct(["a", "b"], 2) is None


def test_equal_answers_are_not_distinct():
    assert distinct(["a b c d"] * 4, 2) == pytest.approx(3 / 12)
    assert distinct([], 1) is None


def test_adjusted_distinct_divides_by_what_was_likely():
    # 2 different of 3 words, vocabulary 4: 2 / (4 * (1 - (3/4)^3)) = 2 / 2.3125
    assert adjusted_distinct(["a b a"], vocabulary=4) == pytest.approx(2 / 2.3125)
    assert adjusted_distinct(["", " "]) is None


def test_adjusted_distinct_does_not_fall_with_length_as_distinct_does():
    drawn = [f"w{i}" for i in np.random.default_rng(0).integers(1000, size=3000)]
    short, long = " ".join(drawn[:300]), " ".join(drawn)
    assert distinct([short], 1) == pytest.approx(0.86, abs=0.05)
    assert distinct([long], 1) == pytest.approx(0.32, abs=0.05)
    assert adjusted_distinct([short], 1000) == pytest.approx(1, abs=0.05)
    assert adjusted_distinct([long], 1000) == pytest.approx(1, abs=0.05)


def test_unique_rate_counts_different_texts():
    assert unique_rate(["a", "b", "a\n", "c"]) == 3 / 4
    assert unique_rate(["a", "a"]) == 1 / 2
    assert unique_rate(["a"]) is None


def test_similarity_is_the_mean_of_pairs():
    # runs of a b c d: abc bcd; of a b c e: abc bce; of x y z: xyz
    # pairs: 1/3, 0, 0
    assert similarity(["a b c d", "a b c e", "x y z"]) == pytest.approx(1 / 9)


def test_similarity_of_the_same_is_one_and_of_nothing_in_common_nought():
    assert similarity(["a b c d", "a b c d"]) == 1
    assert similarity(["yes", "yes", "no"]) == pytest.approx(1 / 3)
    assert similarity(["", ""]) == 1
    assert similarity(["", "a"]) == 0
    assert similarity(["a"]) is None


def test_long_answers_and_many_of_them_are_compared_in_bounded_time():
    texts = [f"{i} " * 30_000 for i in range(300)]
    began_s = time.thread_time()
    assert similarity(texts) == 0
    assert time.thread_time() - began_s < 2  # 300 texts against each other take hours
