"""How many requests may start a second: found by asking, and kept to.

Multiplicative increase and decrease of the rate of starts, not of the number of open
requests: a rate is what services limit. A refusal does not halve it, as in TCP (Chiu &
Jain 1989), for how much was let in lately is known. A rate that was refused is tried
again after a while, and after twice that if it is refused again: with `Retry-After` each
such try stops everything for a moment.
"""

from __future__ import annotations

from collections import deque
from typing import Final

__all__ = ["FIRST_PER_S", "ORACLE_PER_S", "Rate"]

ORACLE_PER_S: Final = 150.0
"""Requests a second that a model deployment's load balancer takes (Oracle's
documentation, "Model Deployments": the limit at the default bandwidth)."""

FIRST_PER_S: Final = 4.0
"""The rate that a sweep begins with."""

_START_GROWTH_PER_S: Final = 4.0
"""How many times faster each second while nothing was refused yet."""

_UNUSED: Final = 3.0
"""Times the starts of the last second, above which a rate is not made use of."""

_GROWTH_PER_S: Final = 1.25
_PROBE_GROWTH_PER_S: Final = 1.01
_BELOW: Final = 0.985
"""Part of what was let in that is asked for after a refusal."""

_MOVED: Final = 0.2
"""The limit itself has changed if a refusal comes so far beside the last one."""

_FIRST_HOLD_S: Final = 15.0
_DEAR_HOLD_S: Final = 60.0
_LONGEST_HOLD_S: Final = 240.0
_REMEMBERED_S: Final = 3.0
_WINDOW_S: Final = 1.0
_ENOUGH: Final = 10
"""Starts that an estimate rests on, if they are not older than is remembered."""

_COOL_DOWN_S: Final = 1.5
"""How long a service may go on refusing for what was too much before."""

_LATE_S: Final = 0.02
_LEAST_PER_S: Final = 0.2


class Rate:
    """The starts per second that a service is asked for; knows no clock.

    Each time is in seconds of one clock that never goes back.

    Args:
        most_per_s: never more than this.
        first_per_s: to begin with.
    """

    def __init__(
        self, most_per_s: float = ORACLE_PER_S, first_per_s: float = FIRST_PER_S
    ) -> None:
        self.per_s = min(first_per_s, most_per_s)
        self._most = most_per_s
        self._due_s = self._grown_at = self._lowered_at = 0.0
        self._starts: deque[float] = deque()
        self._too_many: float | None = None  # a rate that was refused
        self._is_sure = False  # whether another refusal has confirmed it
        self._hold_s = _FIRST_HOLD_S
        self._held_until = self._paused_until = 0.0

    def wait_s(self, now: float) -> float:
        """Return how long the next start has to wait; 0 if it may be now."""
        return max(0.0, self._due_s - now)

    def start(self, now: float) -> None:
        """Say that a request starts."""
        self._grow(now)
        gap_s = 1 / self.per_s
        # one that is a little late does not push the others back
        is_late = now - self._due_s > _LATE_S
        self._due_s = (now if is_late else self._due_s) + gap_s
        self._starts.append(now)
        while self._starts[0] < now - _REMEMBERED_S:
            self._starts.popleft()

    def refused(self, started: float, now: float, *, stops: bool = False) -> None:
        """Say that a request was refused for being one too many.

        Args:
            started: when it started.
            now: when that was known.
            stops: True if nothing may start for a while (`Retry-After`), so that a
                refusal is dear.
        """
        if started in self._starts:
            self._starts.remove(started)
        if started < self._lowered_at:
            return  # the rate has been lowered since
        let_in = min(self.per_s, self._let_in(started))
        last = self._too_many
        is_same = last is not None and abs(let_in / last - 1) < _MOVED
        if is_same and now < self._lowered_at + _COOL_DOWN_S:
            return
        self._too_many = let_in
        self._is_sure = is_same
        first_s = _DEAR_HOLD_S if stops else _FIRST_HOLD_S
        longer_s = min(max(first_s, 2 * self._hold_s), _LONGEST_HOLD_S)
        self._hold_s = longer_s if is_same else _COOL_DOWN_S
        self._held_until = now + self._hold_s
        self.per_s = max(_LEAST_PER_S, _BELOW * let_in)
        self._lowered_at = self._grown_at = now
        self._due_s = max(self._due_s, now + 1 / self.per_s)

    def move(self, by_s: float) -> None:
        """Go over to another clock, which is ahead by so many seconds."""
        self._due_s += by_s
        self._grown_at += by_s
        self._lowered_at += by_s
        self._held_until += by_s
        self._paused_until += by_s
        self._starts = deque(start + by_s for start in self._starts)

    def pause_growth(self, until: float) -> None:
        """Say that the service is in trouble: the rate does not grow until then."""
        self._paused_until = max(self._paused_until, until)

    def _let_in(self, now: float) -> float:
        """Return the starts a second that were let in just before `now`."""
        lately = [start for start in self._starts if start < now]
        if not lately:
            return self.per_s / 2
        first = lately[-_ENOUGH] if len(lately) >= _ENOUGH else lately[0]
        # both, for a pause that the server asked for may lie in the longer one
        spans_s = _WINDOW_S, max(_WINDOW_S, now - first)
        return max(
            sum(1 for start in lately if start >= now - span_s) / span_s
            for span_s in spans_s
        )

    def _grow(self, now: float) -> None:
        passed_s = min(1.0, now - max(self._grown_at, self._paused_until))
        self._grown_at = max(now, self._grown_at)
        if not self._starts or passed_s <= 0:
            return
        if self.per_s > _UNUSED * max(FIRST_PER_S, self._let_in(now)):
            return  # something else is the limit: more would only make bursts
        grown = self.per_s * self._growth_per_s(now) ** passed_s
        self.per_s = min(self._most, grown)

    def _growth_per_s(self, now: float) -> float:
        limit = self._too_many
        if limit is None:
            return _START_GROWTH_PER_S
        if self.per_s < _BELOW * limit * 0.999:
            return _GROWTH_PER_S
        if now < self._held_until:
            return 1.0
        is_near = self._is_sure and self.per_s < (1 + _MOVED) * limit
        return _PROBE_GROWTH_PER_S if is_near else _GROWTH_PER_S
