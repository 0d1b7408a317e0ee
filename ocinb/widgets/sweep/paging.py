"""Buttons that walk through more than a page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipywidgets import HTML

from ocinb.rendering import escape
from ocinb.widgets.buttons import button
from ocinb.widgets.lean import lean
from ocinb.widgets.sweep.section import row

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Paging"]


class Paging:
    """Knows which part of a list is shown.

    Args:
        what: the things that are listed, in plural.
        size: how many a page shows.
        changed: called when the user has turned a page.

    Attributes:
        widget: what is displayed; empty where one page is enough.
    """

    def __init__(self, what: str, size: int, changed: Callable[[], object]) -> None:
        self._what = what
        self._size = size
        self._changed = changed
        self._first = self._count = 0
        self._told = lean(HTML, value="")
        self._back = button("Back", lambda: self._walk(-1), f"Earlier {what}")
        self._on = button("More", lambda: self._walk(1), f"Later {what}")
        self.widget = row()

    def of(self, count: int) -> slice:
        """Return the part that is shown of so many things."""
        if self._first >= count:
            self._first = max(0, count - 1) // self._size * self._size
        self._count = count
        last = min(count, self._first + self._size)
        told = f"{self._what} {self._first + 1:,} to {last:,} of {count:,}"
        self._told.value = f'<div class="ocinb ocinb-footer">{escape(told)}</div>'
        self._back.disabled, self._on.disabled = self._first == 0, last >= count
        needed = (self._back, self._told, self._on) if count > self._size else ()
        if self.widget.children != needed:
            self.widget.children = needed
        return slice(self._first, last)

    def close(self) -> None:
        """Take the widgets away, in the front end too."""
        for each in (self._told, self._back, self._on, self.widget):
            each.close()

    def _walk(self, step: int) -> None:
        moved = self._first + step * self._size
        if 0 <= moved < self._count:
            self._first = moved
            self._changed()
