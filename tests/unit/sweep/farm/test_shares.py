"""Limits are shared out, and together never more than the whole."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.sweep.farm.shares import shares


@pytest.mark.parametrize(("at_once", "workers"), [(7, 3), (2, 5), (1, 1), ("auto", 3)])
def test_shares_are_never_more_than_the_whole(at_once: Any, workers: int):
    parts = shares(30.0, at_once, workers)

    if at_once != "auto":
        assert sum(part.limit.at_once for part in parts) == at_once
    assert len(parts) == min(workers, 256 if at_once == "auto" else at_once)
    assert all(part.limit.at_once >= 1 for part in parts)


def test_the_rate_is_shared_out_however_long_it_grows():
    parts = shares(30.0, "auto", 3)

    for part in parts:
        for tick in range(2_000):
            part.rate.start(tick / 10)

    assert sum(part.rate.per_s for part in parts) == pytest.approx(30)


def test_what_was_learned_holds_by_another_clock():
    part = shares(30.0, 4, 1)[0]
    part.rate.start(100.0)
    waits_s = part.rate.wait_s(100.1)

    part.rate.move(-5_000.0)
    part.limit.move(-5_000.0)

    assert part.rate.wait_s(-4_899.9) == pytest.approx(waits_s)
