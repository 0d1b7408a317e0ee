"""What goes to workers and comes back from them, as values without secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ocinb.sweep.engine import Options, Standing
    from ocinb.sweep.pacing import Limit, Rate
    from ocinb.sweep.values import Attempt, Row, Trial

__all__ = ["Ended", "Found", "Orders", "Pace", "Post", "Report", "Slice"]


@dataclass(frozen=True)
class Pace:
    """A share of the limits of a sweep, with what was learned from answers.

    Attributes:
        rate: of starts.
        limit: of open requests.
        monotonic_s: when it was last used, by the clock of its worker; None if never.
        wall_s: the same as seconds since 1970.
    """

    rate: Rate
    limit: Limit
    monotonic_s: float | None = None
    wall_s: float = 0.0


@dataclass(frozen=True)
class Slice:
    """A part of a plan, for one worker.

    Attributes:
        number: names it within its sweep.
        version: of ocinb.
        model: packed, without a signer.
        stream: as in `run_sweep`.
        timeout: as in `run_sweep`.
        trials: each with its key.
        options: of the engine.
        pace: its share of the limits.
    """

    number: int
    version: str
    model: bytes = field(repr=False)
    stream: bool
    timeout: Any
    trials: Sequence[tuple[Trial, bytes]] = field(repr=False)
    options: Options
    pace: Pace


@dataclass(frozen=True)
class Orders:
    """What the sweep wants of all its workers now.

    Attributes:
        paused: whether no request may start.
        stopped: why no more may start at all; empty if they may.
        cancelled: True breaks open requests off.
        cut: settings that are not asked any more, and why.
        closed_until: when requests may start again (seconds since 1970).
    """

    paused: bool = False
    stopped: str = ""
    cancelled: bool = False
    cut: Mapping[int, str] = field(default_factory=dict)
    closed_until: float = 0.0


@dataclass(frozen=True)
class Found:
    """A finished trial.

    Attributes:
        row: itself.
        attempts: the requests that failed before.
    """

    row: Row
    attempts: Sequence[Attempt] = ()


@dataclass(frozen=True)
class Report:
    """What a worker tells while it works.

    Attributes:
        slice: number of its slice.
        found: what is finished since the last report.
        standing: how fast it goes.
        trouble: what went wrong last.
        refused: requests of this slice that were too many.
        attempts: requests of this slice.
    """

    slice: int
    found: Sequence[Found] = field(repr=False)
    standing: Standing
    trouble: str = ""
    refused: int = 0
    attempts: int = 0


@dataclass(frozen=True)
class Ended:
    """What a worker returns at the end of a slice.

    Attributes:
        report: everything that was finished, what was reported before as well: so
            nothing is lost where reports are.
        cut: settings that it cut off, and why.
        pace: for the next slice.
    """

    report: Report
    cut: Mapping[int, str]
    pace: Pace


class Post(Protocol):
    """How a worker and its sweep talk while a slice is carried out."""

    def send(self, report: bytes) -> None:
        """Send a report; it may be lost."""
        ...

    def orders(self) -> bytes | None:
        """Return the latest orders; empty if there are none, None if all is over."""
        ...
