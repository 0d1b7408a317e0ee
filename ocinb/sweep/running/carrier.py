"""What a sweep needs of whoever carries its plan out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ocinb.sweep.engine import Outcome, Standing
    from ocinb.sweep.engine.work import Work

__all__ = ["Carrier"]


class Carrier(Protocol):
    """Carries a plan out: an `Engine`, or something that has others do it.

    Attributes:
        outcome: what has been done.
        work: what is to be done.
    """

    outcome: Outcome
    work: Work

    @property
    def standing(self) -> Standing:
        """How fast it goes now."""
        ...

    async def run(self) -> None:
        """Carry the plan out, as far as it goes."""
        ...

    def stop(self, reason: str) -> None:
        """Let no more requests start."""
        ...
