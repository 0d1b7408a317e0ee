"""The limits of a sweep, shared out among those who send its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from ocinb.sweep.farm.parcels import Pace
from ocinb.sweep.pacing import Limit, Rate
from ocinb.sweep.pacing.limit import MOST_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["shares"]

_UNLIMITED_PER_S: Final = 10_000.0
_LOOPBACK_FIRST_PER_S: Final = 50.0
_FIRST_PER_S: Final = 4.0


def shares(
    most_per_s: float | None, at_once: int | Literal["auto"], workers: int
) -> Sequence[Pace]:
    """Return a share for each worker, or for fewer if not all can have one.

    Together they are never more than the whole.

    Args:
        most_per_s: requests a second of the whole sweep; None is no limit.
        at_once: open requests of the whole sweep, or "auto".
        workers: at least 1.
    """
    whole = MOST_AT_ONCE if at_once == "auto" else at_once
    count = min(workers, whole)
    first_per_s = _FIRST_PER_S if most_per_s else _LOOPBACK_FIRST_PER_S
    rates = ((most_per_s or _UNLIMITED_PER_S) / count, first_per_s / count)
    each, more = divmod(whole, count)
    parts = [each + (number < more) for number in range(count)]
    return [
        Pace(Rate(*rates), Limit(most=part) if at_once == "auto" else Limit(fixed=part))
        for part in parts
    ]
