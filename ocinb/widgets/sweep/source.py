"""What a view looks at: a sweep that may still run, or the result of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.sweep.running import Sweep

if TYPE_CHECKING:
    from ocinb.sweep.results import SweepResult

__all__ = ["Source"]


class Source:
    """Gives one result that grows, and its last form when the sweep is over.

    Args:
        shown: a sweep or a result.

    Attributes:
        sweep: the sweep; None if there is only a result.
    """

    def __init__(self, shown: Sweep | SweepResult) -> None:
        self.sweep: Sweep | None = None
        if isinstance(shown, Sweep):
            self.sweep = shown
            self._result = shown.result
        else:
            self._result = shown
        self._is_last = self.sweep is None

    @property
    def result(self) -> SweepResult:
        """What there is by now."""
        if not self._is_last and self.sweep is not None and self.sweep.progress.is_over:
            self._is_last = True
            self._result = self.sweep.result  # with the notes of the end
        return self._result

    @property
    def is_over(self) -> bool:
        """True if no sweep runs any more."""
        return self.sweep is None or self.sweep.progress.is_over

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells this sweep from others."""
        return (str(self._result.store.path), self._result.record.id)
