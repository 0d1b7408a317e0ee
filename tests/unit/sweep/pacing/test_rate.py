"""The rate of starts: grows while nobody minds, keeps to what was let in."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ocinb.sweep.pacing import Rate


def start(rate: Any, now: Any, seconds: Any):
    """Start whenever it may be, for so many seconds; return when that was."""
    starts = []
    end = now + seconds
    while (now := now + rate.wait_s(now)) < end:
        rate.start(now)
        starts.append(now)
    return starts


def test_it_begins_slowly_and_grows_while_nothing_is_refused():
    starts = start(Rate(1000), 0, 4)
    counts = [sum(a <= at < a + 1 for at in starts) for a in range(4)]

    assert counts == sorted(counts)
    assert counts[0] <= 10
    assert counts[3] > 5 * counts[0]


def test_it_never_grows_beyond_what_is_known():
    starts = start(Rate(10), 0, 20)

    assert len([at for at in starts if at >= 10]) == pytest.approx(100, abs=2)


def test_starts_are_spread_evenly():
    starts = start(Rate(10, 10), 0, 5)

    gaps = [b - a for a, b in itertools.pairwise(starts)]
    assert min(gaps) == pytest.approx(0.1)
    assert max(gaps) == pytest.approx(0.1)


def test_a_late_start_is_not_made_up_for_by_a_burst():
    rate = Rate(10, 10)
    start(rate, 0, 1)

    rate.start(5.0)

    assert rate.wait_s(5.0) == pytest.approx(0.1)


def test_a_refusal_lowers_it_a_little_below_what_was_let_in():
    rate = Rate(1000, 50)
    starts = start(rate, 0, 1)
    before = len(starts)

    rate.refused(starts[-1], starts[-1] + 0.05)

    assert 0.9 * before < rate.per_s < before


def test_refusals_of_what_started_before_it_was_lowered_count_once():
    rate = Rate(1000, 50)
    starts = start(rate, 0, 1)
    rate.refused(starts[-5], 1.0)
    lowered = rate.per_s

    for started in starts[-4:]:
        rate.refused(started, 1.1)

    assert rate.per_s == lowered


def test_a_pause_that_the_server_asked_for_is_no_slow_rate():
    rate = Rate(1000, 20)
    rate.refused(start(rate, 0, 1)[-1], 1.0, stops=True)
    known = rate.per_s

    starts = start(rate, 2.0, 1.2)
    rate.refused(starts[-1], 3.25, stops=True)

    assert rate.per_s == pytest.approx(known, rel=0.15)


def test_a_rate_that_is_not_made_use_of_does_not_grow():
    rate = Rate(10_000)
    for second in range(20):
        rate.start(float(second))

    assert rate.per_s < 20


def test_it_does_not_grow_while_the_service_is_in_trouble():
    rate = Rate(1000, 10)
    rate.pause_growth(5.0)

    starts = start(rate, 0, 5)

    assert len(starts) == pytest.approx(50, abs=1)
    assert rate.per_s == pytest.approx(10)


def test_it_never_falls_to_nothing():
    rate = Rate(1000)
    for second in range(1, 100):
        rate.start(float(second))
        rate.refused(float(second), second + 0.5)

    assert rate.per_s >= 0.2
