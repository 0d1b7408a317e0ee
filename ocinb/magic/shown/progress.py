"""One line that changes while something is waited for."""

from __future__ import annotations

import sys
import time
import uuid
from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ocinb.rendering import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ocinb.magic.shown.display import Publisher
    from ocinb.view.frontend import Frontend

__all__ = ["Line", "progress"]

EVERY_S: Final = 0.2


@contextmanager
def progress(frontend: Frontend, publisher: Publisher) -> Iterator[Line]:
    """Yield a function that shows a line in the place of the one before.

    The last line stays. Where nobody watches, it is the only one.
    """
    watched = frontend.kernel and frontend.interactive
    printed = _Printed(publisher if frontend.kernel else None)
    line = _Display(publisher) if watched else printed
    yield line
    line.end()


class Line(ABC):
    """Shows at most one line in `EVERY_S`, and the last one always."""

    def __init__(self) -> None:
        self._last: Mapping[str, str] = {"text/plain": ""}
        self._due_s = 0.0

    def __call__(self, text: str) -> None:
        """Show a text in the place of the one before, unless that is too new."""
        self._last = {"text/plain": plain_text(text)}
        if time.monotonic() >= self._due_s:
            self._draw_last()

    def at_once(self, text: str) -> None:
        """Show a text that may be the last one for long."""
        self._last = {"text/plain": plain_text(text)}
        self._draw_last()

    def put(self, bundle: Mapping[str, str], *, at_once: bool = False) -> None:
        """Show something else than a line, unless the one before is too new.

        Args:
            bundle: as for `end_with`.
            at_once: show it all the same, since it may be the last one for long.
        """
        self._last = bundle
        if at_once or time.monotonic() >= self._due_s:
            self._draw_last()

    def _draw_last(self) -> None:
        self._due_s = time.monotonic() + EVERY_S
        self.draw(self._last)

    def end_with(self, bundle: Mapping[str, str]) -> None:
        """Let something else than a line be what stays.

        Args:
            bundle: inert, by MIME type; `text/plain` is what terminals show.
        """
        self._last = bundle

    def end(self) -> None:
        """Show what stays."""
        self.draw(self._last)

    @abstractmethod
    def draw(self, bundle: Mapping[str, str]) -> None:
        """Put a bundle where the one before it was."""


class _Display(Line):
    """A display of the notebook that is updated."""

    def __init__(self, publisher: Publisher) -> None:
        super().__init__()
        self._publisher = publisher
        self._transient = {"display_id": uuid.uuid4().hex}
        self._shown: Mapping[str, str] = {}

    def draw(self, bundle: Mapping[str, str]) -> None:
        if bundle != self._shown:
            transient, update = self._transient, bool(self._shown)
            self._publisher.publish(dict(bundle), transient=transient, update=update)
            self._shown = bundle


class _Printed(Line):
    """A line of a terminal that is written over; elsewhere what stays alone.

    Args:
        publisher: shows what is more than a line; None in a terminal.
    """

    def __init__(self, publisher: Publisher | None) -> None:
        super().__init__()
        self._publisher = publisher

    def draw(self, bundle: Mapping[str, str]) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{bundle['text/plain']}")
            sys.stderr.flush()

    def end(self) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
        if self._publisher is not None and len(self._last) > 1:
            self._publisher.publish(dict(self._last))
        else:
            sys.stdout.write(f"{self._last['text/plain']}\n")
