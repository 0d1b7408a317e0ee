"""How far a download is: a bar on a terminal, a few lines elsewhere."""

from __future__ import annotations

from typing import Final, TextIO

__all__ = ["Progress"]

WIDTH: Final = 32
LINES: Final = 4
"""How many lines a log gets where no bar can be redrawn."""
MEGABYTE: Final = 1_000_000


class Progress:
    """Draws the bytes that have come; nothing at all if nothing had to come.

    Args:
        title: what is being fetched.
        out: where to draw; a bar if it is a terminal.
    """

    def __init__(self, title: str, out: TextIO) -> None:
        self._title = title
        self._out = out
        self._drawn = ""

    def __call__(self, done: int, total: int) -> None:
        """Draw `done` of `total` bytes, if that looks different from before."""
        text = (self._bar if self._out.isatty() else self._line)(done, total)
        if text != self._drawn:
            self._drawn = text
            self._out.write(text)
            self._out.flush()

    def _bar(self, done: int, total: int) -> str:
        filled = WIDTH * done // max(total, 1)
        bar = "█" * filled + "░" * (WIDTH - filled)
        end = "\n" if done >= total else ""
        return f"\r{self._title} {bar} {_megabytes(done, total)}{end}"

    def _line(self, done: int, total: int) -> str:
        reached = LINES * done // max(total, 1) * total // LINES
        return f"{self._title} {_megabytes(reached, total)}\n"


def _megabytes(done: int, total: int) -> str:
    return f"{done / MEGABYTE:.0f} of {total / MEGABYTE:.0f} MB"
