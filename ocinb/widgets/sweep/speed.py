"""How fast a sweep has been lately."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ocinb.sweep.running import Progress

__all__ = ["Speed"]

WINDOW_S: Final = 10.0
"""How long ago "lately" begins."""


class Speed:
    """Is shown one progress after the other, and tells what became of them in a second.

    Its clock is the sweep's own, so it does not matter who looks how often.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int, int]] = deque()

    def see(self, progress: Progress) -> None:
        """Take in how far the sweep is now."""
        answered = progress.ok + progress.failed
        self._seen.append((progress.elapsed_s, answered, progress.tokens))
        while self._seen[0][0] < progress.elapsed_s - WINDOW_S:
            self._seen.popleft()

    @property
    def trials_per_s(self) -> float:
        """Trials that ended, in a second."""
        return self._per_s(1)

    @property
    def tokens_per_s(self) -> float:
        """Tokens of answers, in a second."""
        return self._per_s(2)

    def _per_s(self, what: int) -> float:
        if not self._seen:
            return 0.0
        first, last = self._seen[0], self._seen[-1]
        span_s = last[0] - first[0]
        return (last[what] - first[what]) / span_s if span_s > 0 else 0.0
