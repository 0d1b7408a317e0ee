"""Intervals of means: by hand where they can be, and by how often they are right."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ocinb.errors import ParameterError
from ocinb.sweep.metrics.statistics import (
    Interval,
    cluster_difference_interval,
    cluster_interval,
    mean,
    percentile,
    sd,
)


def ends(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


def near(low: float, high: float) -> Any:
    return pytest.approx((low, high), abs=1e-3)


def test_a_few_prompts_give_students_interval_worked_by_hand():
    # prompts' means 1, 2, 3: SE = 1/sqrt(3), t(2) = 4.303, so 2 +- 2.484
    found = cluster_interval([1, 1, 2, 2, 3, 3], [0, 0, 1, 1, 2, 2])
    assert ends(found) == near(2 - 2.4841, 2 + 2.4841)
    assert found.note == "only 3 prompts: by Student's t, not by draws"


def test_answers_of_one_prompt_count_as_one_observation():
    rng = np.random.default_rng(0)
    means = rng.normal(size=20)
    repeated = cluster_interval(np.repeat(means, 50), np.repeat(np.arange(20), 50))
    once = cluster_interval(means, range(20))
    assert ends(repeated) == pytest.approx(ends(once))
    as_if_apart = cluster_interval(np.repeat(means, 50), range(1000))
    assert once.high - once.low > 5 * (as_if_apart.high - as_if_apart.low)


def test_a_prompt_of_more_answers_weighs_more():
    values, prompts = [0.0, 1, 1, 1], ["a", "b", "b", "b"]
    found = cluster_interval(values, prompts)
    # mean 0.75; residual sums -0.75 and 0.75; SE = sqrt(2 * 1.125) / 4; t(1) = 12.706
    half = 12.7062 * math.sqrt(2 * 1.125) / 4
    assert ends(found) == near(0.75 - half, 0.75 + half)


def test_from_eight_prompts_on_prompts_are_drawn():
    found = cluster_interval(range(8), range(8))
    assert found.note == ""
    # SE = sqrt(6 / 8), t(7) = 2.365: the draws of a mean are nearly normal
    assert ends(found) == pytest.approx((3.5 - 2.05, 3.5 + 2.05), abs=0.25)


def test_the_same_seed_gives_the_same_interval():
    values, prompts = [1.03, 5.1, 2.2, 8.7, 3.4, 9.9, 4.1, 4, 7.31], range(9)
    first = cluster_interval(values, prompts, seed=1)
    assert first == cluster_interval(values, prompts, seed=1)
    assert first != cluster_interval(values, prompts, seed=2)


def test_a_higher_level_is_a_wider_interval():
    values = np.random.default_rng(3).normal(size=40)
    wide, narrow = (cluster_interval(values, range(40), level=x) for x in (0.99, 0.8))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_one_prompt_alone_has_its_answers_drawn_and_says_so():
    found = cluster_interval([1, 2, 3], ["only"] * 3)
    assert ends(found) == ends(cluster_interval([1, 2, 3], [0, 1, 2]))
    assert found.note == (
        "1 prompt: its 3 answers were drawn, not prompts; "
        "only 3 answers: by Student's t, not by draws"
    )


@pytest.mark.parametrize(
    ("values", "note"),
    [([], "no values: no interval"), ([4.0], "a single value: no interval")],
)
def test_what_has_no_interval_says_so(values: list[float], note: str):
    found = cluster_interval(values, range(len(values)))
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.note == note
    assert found.holds(0)


def test_missing_values_are_left_out_with_their_prompts():
    odd = [1.0, None, 2.0, math.nan, 3.0, math.inf]
    found = cluster_interval(odd, [0, 7, 1, 8, 2, 9])  # type: ignore[arg-type]  # None is what the test is about
    assert found == cluster_interval([1, 2, 3], [0, 1, 2])


def test_a_rate_of_one_is_not_certain():
    found = cluster_interval([1] * 10, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4], rate=True)
    assert ends(found) == near(0.4782, 1)  # 0.025 ** (1 / 5): Clopper & Pearson
    assert found.note == "all are 1: an exact interval"


def test_a_rate_of_nought_is_not_certain_either():
    found = cluster_interval([0] * 5, range(5), rate=True)
    assert ends(found) == near(0, 1 - 0.4782)


def test_a_rate_never_leaves_nought_to_one():
    assert cluster_interval([0, 1], [0, 1]).low < 0
    assert ends(cluster_interval([0, 1], [0, 1], rate=True)) == (0, 1)


def test_equal_values_that_are_no_rate_are_named():
    found = cluster_interval([5, 5, 5], [0, 1, 2])
    assert found == Interval(5, 5, "all values are equal")


def test_prompts_of_equal_means_are_named():
    found = cluster_interval([0.1, 0.3, 0.1, 0.3], [0, 0, 1, 1])
    assert found.note == "the same for every prompt"
    assert ends(found) == near(0.2, 0.2)


def test_names_and_numbers_of_prompts_are_the_same_to_it():
    values = np.random.default_rng(5).normal(size=60)
    numbers = np.arange(60) % 12
    letters = [chr(ord("a") + number) for number in numbers]
    assert cluster_interval(values, numbers) == cluster_interval(values, letters)


def test_a_difference_is_paired_by_prompt():
    rng = np.random.default_rng(0)
    hardness = rng.normal(scale=10, size=30)
    a, b = hardness + 1 + rng.normal(size=30), hardness + rng.normal(size=30)
    paired = cluster_difference_interval(a, range(30), b, range(30))
    apart = cluster_difference_interval(a, range(30), b, range(30, 60))
    assert not paired.holds(0)
    assert paired.holds(1)
    assert apart.holds(0)
    assert apart.high - apart.low > 5 * (paired.high - paired.low)


def test_a_difference_of_a_few_prompts_worked_by_hand():
    # differences 1, 2, 3: mean 2, SE = 1/sqrt(3), t(2) = 4.303
    found = cluster_difference_interval([2, 4, 6], "abc", [1, 2, 3], "abc")
    assert ends(found) == near(2 - 2.4841, 2 + 2.4841)


def test_a_difference_is_turned_round_with_its_sides():
    a, b = [1.0, 2, 4, 8, 3, 1, 5, 9, 2], [2.0, 1, 1, 3, 3, 2, 2, 4, 4]
    there = cluster_difference_interval(a, range(9), b, range(9))
    back = cluster_difference_interval(b, range(9), a, range(9))
    assert ends(back) == pytest.approx((-there.high, -there.low))


def test_a_prompt_that_one_side_lacks_still_counts_for_the_other():
    rng = np.random.default_rng(2)
    a, b = rng.normal(5, 1, 40), rng.normal(0, 1, 25)
    found = cluster_difference_interval(a, range(40), b, range(30, 55))
    assert 4 < found.low < 5 < found.high < 6


def test_one_prompt_for_both_has_its_answers_drawn():
    found = cluster_difference_interval([1, 2, 3], "aaa", [4, 5, 6], "aaa")
    assert found.note.startswith("1 prompt: its answers were drawn, not prompts")
    # independent samples: SE = sqrt(2) / sqrt(3) * sqrt(6/5 * 4/6) of six clusters
    assert found.low < -3 < found.high < 1


@pytest.mark.parametrize("prompts", [3, 5, 6, 10])
def test_a_clean_sweep_of_a_rate_is_told_apart_from_six_prompts_on(prompts: int):
    won, lost = [1] * prompts, [0] * prompts
    found = cluster_difference_interval(
        won, range(prompts), lost, range(prompts), rate=True
    )
    back = cluster_difference_interval(
        lost, range(prompts), won, range(prompts), rate=True
    )
    assert found.holds(0) is (prompts < 6)
    assert ends(back) == pytest.approx((-found.high, -found.low))


def test_no_difference_at_all_is_said():
    found = cluster_difference_interval([1, 1], "ab", [1, 1], "ab", rate=True)
    assert found == Interval(0, 0, "all values of each are equal")


def test_a_difference_of_too_little_has_no_interval():
    found = cluster_difference_interval([1, 2], "ab", [1], "a")
    assert found.note == "a single value: no interval"


@pytest.mark.parametrize("prompts", [3, 10, 30])
def test_intervals_hold_the_true_mean_as_often_as_they_say(prompts: int):
    repeats, trials, held = 5, 200, 0
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        of_prompts = np.repeat(rng.normal(size=prompts), repeats)
        values = of_prompts + rng.normal(size=prompts * repeats)
        numbers = np.repeat(np.arange(prompts), repeats)
        held += cluster_interval(values, numbers, resamples=400, seed=seed).holds(0)
    assert 0.91 <= held / trials <= 0.99


def test_intervals_of_rates_hold_the_true_rate_nearly_as_often_as_they_say():
    prompts, repeats, trials, held = 20, 5, 200, 0
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        rates = np.repeat(rng.beta(1.6, 0.4, prompts), repeats)
        values = rng.random(prompts * repeats) < rates
        numbers = np.repeat(np.arange(prompts), repeats)
        found = cluster_interval(values, numbers, resamples=400, seed=seed, rate=True)
        held += found.holds(0.8)
    assert 0.9 <= held / trials <= 0.99


def test_so_many_prompts_that_draws_would_take_long_give_the_normal_interval():
    values = np.random.default_rng(0).normal(size=30_000)
    found = cluster_interval(values, np.arange(30_000))
    half = 1.959964 * values.std(ddof=1) / math.sqrt(30_000)
    middle = values.mean()
    assert ends(found) == pytest.approx((middle - half, middle + half), rel=1e-6)


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ({"level": 1}, "level must be above 0 and below 1 (got 1)"),
        ({"level": 95}, "level must be above 0 and below 1 (got 95)"),
        ({"resamples": 10}, "resamples must be from 100 (got 10)"),
    ],
)
def test_what_is_out_of_range_is_refused_in_one_line(wrong: dict[str, Any], line: str):
    with pytest.raises(ParameterError) as caught:
        cluster_interval([1, 2], [0, 1], **wrong)
    assert str(caught.value) == line


def test_values_without_a_prompt_are_refused():
    with pytest.raises(ValueError, match="3 values but 2 clusters"):
        cluster_interval([1, 2, 3], [0, 1])


def test_percentiles_lie_between_the_two_nearest_values():
    assert percentile([4, 1, 3, 2], 50) == 2.5
    assert percentile([4, 1, 3, 2], 90) == pytest.approx(3.7)  # 3 + 0.7 * (4 - 3)
    assert percentile([4, 1, math.nan, 3, 2], 100) == 4
    assert math.isnan(percentile([], 50))
    with pytest.raises(ParameterError, match="q must be 0 to 100"):
        percentile([1], 101)


def test_mean_and_sd_are_those_of_a_sample():
    assert mean([1, 2, 3, None]) == 2  # type: ignore[list-item]  # None is no value
    assert sd([1, 2, 3, math.nan]) == 1  # (1 + 0 + 1) / (3 - 1)
    assert math.isnan(mean([]))
    assert math.isnan(sd([1]))
