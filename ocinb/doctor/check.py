"""One check: what it is called, what it looks at, what it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.doctor.outcome import Outcome
    from ocinb.doctor.visit import Visit

__all__ = ["Check"]


@dataclass(frozen=True)
class Check:
    """A thing that must be right before a model answers well.

    Attributes:
        name: one word.
        looks_at: what it finds out, one phrase.
        run: does it; a fault of the deployment is an outcome and not an exception.
        needs: the checks that it stands on.
    """

    name: str
    looks_at: str
    run: Callable[[Visit], Outcome]
    needs: tuple[str, ...] = ()
