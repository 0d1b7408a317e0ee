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
    from collections.abc import Callable, Iterator

    from ocinb.magic.display import Publisher
    from ocinb.magic.frontend import Frontend

__all__ = ["progress"]

EVERY_S: Final = 0.2


@contextmanager
def progress(
    frontend: Frontend, publisher: Publisher
) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows a line in the place of the one before.

    The last line stays. Where nobody watches, it is the only one.
    """
    watched = frontend.kernel and frontend.interactive
    line = _Display(publisher) if watched else _Printed()
    yield line.say
    line.end()


class _Line(ABC):
    """Shows at most one line in `EVERY_S`, and the last one always."""

    def __init__(self) -> None:
        self._text = ""
        self._due_s = 0.0

    def say(self, text: str) -> None:
        self._text = plain_text(text)
        now_s = time.monotonic()
        if now_s >= self._due_s:
            self._due_s = now_s + EVERY_S
            self.draw(self._text)

    def end(self) -> None:
        self.draw(self._text)

    @abstractmethod
    def draw(self, text: str) -> None:
        """Put `text` where the line before it was."""


class _Display(_Line):
    """A display of the notebook that is updated."""

    def __init__(self, publisher: Publisher) -> None:
        super().__init__()
        self._publisher = publisher
        self._transient = {"display_id": uuid.uuid4().hex}
        self._shown = ""

    def draw(self, text: str) -> None:
        if text != self._shown:
            bundle, update = {"text/plain": text}, bool(self._shown)
            self._publisher.publish(bundle, transient=self._transient, update=update)
            self._shown = text


class _Printed(_Line):
    """A line of a terminal that is written over; elsewhere the last line alone."""

    def draw(self, text: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()

    def end(self) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
        sys.stdout.write(f"{self._text}\n")
