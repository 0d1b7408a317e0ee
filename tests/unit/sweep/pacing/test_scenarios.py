"""The engine against services that limit rates, on a clock that jumps."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.sweep.engine import Engine
from ocinb.sweep.pacing import Limit, Pacer, Rate
from ocinb.sweep.space import grid
from tests.unit.sweep.virtual import (
    Asked,
    Notebook,
    Service,
    SlidingWindow,
    TokenBucket,
    now,
    virtually,
)

SECONDS = 60


async def carry_out(service: Any, trials: Any):
    """Ask so many trials; return the seconds it took and how many were answered."""
    plan = grid(temperature=[0.5]).plan("Hi", repeats=trials)
    target = Asked(lambda _: service.answer())
    engine = Engine(target, plan, Pacer(Rate(10_000), Limit()), journal=Notebook())
    begun_s = now()
    await engine.run()
    return now() - begun_s, engine.outcome


@pytest.mark.parametrize("retry_after_s", [None, 1.0], ids=["silent", "Retry-After"])
@pytest.mark.parametrize("limiter", [SlidingWindow, TokenBucket])
@pytest.mark.parametrize(
    ("per_s", "later", "most"), [(20, 20, 1.09), (5, 5, 1.1), (20, 8, 1.25)]
)
def test_a_limit_is_found_and_kept_to(
    per_s: Any, later: Any, most: Any, limiter: Any, retry_after_s: Any
):
    trials = (per_s + later) * SECONDS // 2
    service = Service(limiter(per_s), retry_after_s, (SECONDS / 2, later))

    took_s, outcome = virtually(carry_out(service, trials))

    assert outcome.ok == trials
    assert outcome.refused == service.refused > 0
    assert service.refused / trials <= 0.06
    assert took_s / (SECONDS + 1) < most


def test_nobody_is_refused_where_nothing_is_limited():
    service = Service(SlidingWindow(100_000))

    took_s, outcome = virtually(carry_out(service, 500))

    assert (outcome.ok, outcome.refused) == (500, 0)
    assert took_s < 12  # four a second in the beginning, then ever more
