"""How far a sweep is, as a value and in one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ocinb.errors import one_line

__all__ = ["Progress", "State"]

State: TypeAlias = Literal["running", "paused", "done", "stopped", "failed"]
"""`stopped`: by the user, or because going on had no use. `failed`: by a mistake of the
sweep itself, or because rows could not be kept."""


@dataclass(frozen=True)
class Progress:
    """One moment of a sweep.

    Attributes:
        state: what it does.
        total: trials of the plan.
        kept: trials that were in the store already.
        ok: trials answered in this run.
        failed: trials that failed in this run.
        cut: trials that are not sent, for their setting always fails.
        open: requests that are open now.
        at_once: the most that may be open now.
        per_s: the most that may start a second now.
        elapsed_s: since this run began.
        eta_s: how long the rest takes, as fast as lately; None if that is not known.
        tokens: of the answers of this run.
        refused: requests of this run that were too many (429).
        closed_s: how long nothing starts, as the server asked.
        lag_s: 95th percentile of the event loop's lag.
        trouble: what went wrong last, in one line; empty if nothing did.
        stopped: why it was stopped; empty if it was not.
    """

    state: State
    total: int
    kept: int
    ok: int = 0
    failed: int = 0
    cut: int = 0
    open: int = 0
    at_once: int = 0
    per_s: float = 0.0
    elapsed_s: float = 0.0
    eta_s: float | None = None
    tokens: int = 0
    refused: int = 0
    closed_s: float = 0.0
    lag_s: float = 0.0
    trouble: str = ""
    stopped: str = ""

    @property
    def done(self) -> int:
        """Trials that need no request any more."""
        return self.kept + self.ok + self.failed + self.cut

    @property
    def is_over(self) -> bool:
        """True if nothing will change any more."""
        return self.state not in {"running", "paused"}

    def __str__(self) -> str:
        parts = [f"{self.done:,} of {self.total:,} trials"]
        parts += [f"{self.failed:,} failed"] if self.failed else []
        parts += [f"{self.cut:,} not sent"] if self.cut else []
        parts += [self._ending() if self.is_over else self._going()]
        return ", ".join(parts)

    def _going(self) -> str:
        if self.state == "paused":
            return "paused"
        if self.closed_s:
            return f"the server asks to wait {self.closed_s:.0f} s"
        speed = f"{self.open} at once"
        left = f", {in_words(self.eta_s)} left" if self.eta_s is not None else ""
        waits = self.trouble and not self.ok and not self.failed
        return f"{speed}{left}" + (f"; {one_line(self.trouble, 200)}" if waits else "")

    def _ending(self) -> str:
        if self.state == "done":
            return f"done in {in_words(self.elapsed_s)}"
        reason = one_line(self.stopped or self.trouble, 200)
        return f"{self.state} after {in_words(self.elapsed_s)}: {reason}"


def in_words(seconds: float) -> str:
    """Return a time as people say it."""
    if round(seconds) < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes} min {rest} s"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min"
