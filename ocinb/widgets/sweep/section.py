"""A part of the view that is made when it is first opened, and drawn in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipywidgets import HTML, HBox, VBox

from ocinb.errors import OcinbError
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipywidgets import Widget

    from ocinb.sweep.results import SweepResult
    from ocinb.widgets.sweep.background import Background
    from ocinb.widgets.sweep.source import Source

__all__ = ["Section", "row"]


class Section:
    """What all sections have in common.

    Args:
        source: what is looked at.
        background: draws.
    """

    def __init__(self, source: Source, background: Background) -> None:
        self._source = source
        self._background = background
        self._box: VBox | None = None
        self._problem = lean(HTML, value="")
        self._made: list[Any] = [self._problem]

    def open(self) -> Widget:
        """Return what is displayed, and let it be drawn."""
        if self._box is None:
            shown = (*self.make(), self._problem)
            self._made += shown
            classes = ("ocinb-section",)
            self._box = lean(VBox, children=shown, _dom_classes=classes)
            self._made.append(self._box)
        self.refresh()
        return self._box

    def refresh(self) -> None:
        """Let it be drawn as it is now; returns at once."""
        if self._box is not None:
            self._background.wish(type(self).__name__, self.draw_now)

    def make(self) -> Sequence[Widget]:
        """Return the widgets of the section, from top to bottom."""
        raise NotImplementedError

    def draw(self, result: SweepResult) -> None:
        """Show a result; runs in another thread.

        Raises:
            OcinbError: it cannot be shown, and why.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        self._box = None
        for widget in self._made:
            widget.close()

    def draw_now(self) -> None:
        """Draw it as it is now, or say why that cannot be done; takes a while."""
        problem = ""
        try:
            self.draw(self._source.result)
        except OcinbError as error:
            problem = line_html(str(error), "footer")
        self._problem.value = problem


def row(*children: Widget) -> HBox:
    """Return widgets in a row that wraps."""
    return lean(HBox, children=children, _dom_classes=("ocinb-row",))
