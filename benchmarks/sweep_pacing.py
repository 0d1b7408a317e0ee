"""Makespan, wasted requests and lost trials of ways to keep to a rate limit.

    pip install -e ".[test]"
    python benchmarks/sweep_pacing.py [--minutes 2] [--ours]

A service answers in 0.5 to 1.5 s and refuses what is above its limit with 429, within
50 ms, with and without `Retry-After: 1`. The limit is a sliding window of a second or a
token bucket that holds what a second brings. Each way asks as many trials as the service
lets in within two minutes. Clocks are virtual: nothing is sent, and minutes take seconds.

- ours: the engine of a sweep, as it is.
- fixed: as many requests at once as the limit per second (an optimum nobody knows
  beforehand), each refused one again after a second, as often as is needed.
- backoff: 32 at once; a refused one again after 0.5 s and 1 s with jitter, at most twice
  (what OpenAI's client does by default): some trials are lost.
- adaptive: what inspect_ai documents ("Model Concurrency", Adaptive Connections): 4 to 100
  connections, 20 to begin with; twice as many after each round without a refusal until the
  first one, 5 % more afterwards; 0.8 times as many after a refusal, at most once in 15 s;
  an answer that took several requests counts for nothing; a refused request again after
  3 s, 6 s and so on, as often as is needed.

Columns: makespan over ideal (trials / limit + 1 s), wasted 429 a trial, lost trials.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from ocinb.errors import RateLimited
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

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ANSWER_S: Final = 1.0


@dataclass(frozen=True)
class Scenario:
    """A limit, and what it becomes half-way."""

    per_s: float
    later: float | None = None

    def __str__(self) -> str:
        return f"{self.per_s:g}/s" + (f" -> {self.later:g}/s" if self.later else "")

    def trials(self, seconds: float) -> int:
        """As many as are let in within so many seconds."""
        then = self.per_s if self.later is None else self.later
        return int((self.per_s + then) / 2 * seconds)

    def service(
        self, kind: Any, retry_after_s: float | None, seconds: float
    ) -> Service:
        drops = None if self.later is None else (seconds / 2, self.later)
        return Service(kind(self.per_s), retry_after_s, drops)


SCENARIOS: Final = (Scenario(20), Scenario(5), Scenario(100), Scenario(20, 8))


@dataclass(frozen=True)
class Figures:
    """What one way came to."""

    makespan: float
    wasted: float
    lost: int

    def __str__(self) -> str:
        return f"{self.makespan:5.2f} {self.wasted:6.3f} {self.lost:4d}"


async def ours(service: Service, trials: int) -> int:
    plan = grid(temperature=[0.5]).plan("Hi", repeats=trials)
    target = Asked(lambda _: service.answer())
    pacer = Pacer(Rate(10_000.0), Limit())
    engine = Engine(target, plan, pacer, journal=Notebook())
    await engine.run()
    return trials - engine.outcome.ok


async def _workers(
    count: Callable[[], int], trials: int, one: Callable[[], Awaitable[bool]]
) -> int:
    """Do `one` for each trial, at most `count()` at once; return how many were lost."""
    open_ones: set[asyncio.Task[bool]] = set()
    lost = left = 0
    left = trials
    while left or open_ones:
        while left and len(open_ones) < count():
            open_ones.add(asyncio.ensure_future(one()))
            left -= 1
        done, open_ones = await asyncio.wait(
            open_ones, return_when=asyncio.FIRST_COMPLETED
        )
        lost += sum(not task.result() for task in done)
    return lost


async def refusal_of(service: Service) -> RateLimited | None:
    try:
        await service.answer()
    except RateLimited as error:
        return error
    return None


async def fixed(service: Service, trials: int) -> int:
    at_once = int(service.limiter.per_s)

    async def one() -> bool:
        while (refusal := await refusal_of(service)) is not None:  # noqa: ASYNC110 - it waits as such clients do
            await asyncio.sleep(refusal.retry_after_s or 1.0)
        return True

    return await _workers(lambda: at_once, trials, one)


async def backoff(service: Service, trials: int) -> int:
    async def one() -> bool:
        for attempt in range(3):
            refusal = await refusal_of(service)
            if refusal is None:
                return True
            wait_s = 0.5 * 2**attempt * (1 - random.random() / 4)  # noqa: S311 - jitter
            await asyncio.sleep(refusal.retry_after_s or wait_s)
        return False

    return await _workers(lambda: 32, trials, one)


class Connections:
    """The number of connections as inspect_ai's documentation describes it."""

    def __init__(self) -> None:
        self.at_once = 20.0  # 4 to 100
        self._good = 0
        self._was_cut = False
        self._cut_at = float("-inf")

    def succeeded(self) -> None:
        self._good += 1
        if self._good >= self.at_once:
            self._good = 0
            grown = self.at_once * (1.05 if self._was_cut else 2.0)
            self.at_once = min(100.0, max(grown, self.at_once + 1))

    def refused(self) -> None:
        self._good = 0
        if now() - self._cut_at >= 15:
            self._was_cut, self._cut_at = True, now()
            self.at_once = max(4.0, self.at_once * 0.8)


async def adaptive(service: Service, trials: int) -> int:
    connections = Connections()

    async def one() -> bool:
        attempt = 0
        while await refusal_of(service) is not None:
            connections.refused()
            await asyncio.sleep(min(1800.0, 3.0 * 2**attempt) + random.random())  # noqa: S311 - jitter
            attempt += 1
        if not attempt:
            connections.succeeded()
        return True

    return await _workers(lambda: int(connections.at_once), trials, one)


def measured(
    way: Any, scenario: Scenario, kind: Any, retry_after_s: float | None, seconds: float
) -> Figures:
    random.seed(1)
    trials = scenario.trials(seconds)
    service = scenario.service(kind, retry_after_s, seconds)

    async def run() -> tuple[float, int]:
        begun_s = now()
        lost = await way(service, trials)
        return now() - begun_s, lost

    took_s, lost = virtually(run())
    return Figures(took_s / (seconds + ANSWER_S), service.refused / trials, lost)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=2.0)
    options.add_argument("--ours", action="store_true")
    chosen = options.parse_args()
    ways = (ours,) if chosen.ours else (ours, fixed, backoff, adaptive)
    heads = "".join(f"{way.__name__:>20}" for way in ways)
    print(f"{'':36}{heads}\n{'':36}{'  span   429/t lost'.rjust(20) * len(ways)}")
    for kind in (SlidingWindow, TokenBucket):
        for retry_after_s in (None, 1.0):
            for scenario in SCENARIOS:
                figures = [
                    measured(way, scenario, kind, retry_after_s, chosen.minutes * 60)
                    for way in ways
                ]
                after = "no Retry-After" if retry_after_s is None else "Retry-After 1"
                name = f"{kind.__name__:13} {after:14} {scenario!s}"
                print(f"{name:44}" + "  ".join(map(str, figures)), flush=True)


if __name__ == "__main__":
    main()
