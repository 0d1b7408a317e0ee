"""The section with a line for each setting; a click on one opens it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ipywidgets import HTML, HBox, VBox

from ocinb.rendering import escape
from ocinb.widgets.buttons import button
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html
from ocinb.widgets.sweep.choice import Choice
from ocinb.widgets.sweep.paging import Paging
from ocinb.widgets.sweep.section import Section, row
from ocinb.widgets.sweep.standing import (
    HEAD_HTML,
    line_html_of,
    metrics_of,
    scale_of,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ipywidgets import Button, Widget

    from ocinb.sweep.results import SweepResult
    from ocinb.widgets.sweep.background import Background
    from ocinb.widgets.sweep.source import Source
    from ocinb.widgets.sweep.standing import Line

__all__ = ["Settings"]

PAGE: Final = 12
"""Settings that are shown at once."""

_ORDERS: Final = (("as planned", False), ("best first", True))
_WAYS: Final = (("as known", ""), ("more is better", True), ("less is better", False))


class Settings(Section):
    """Shows how the settings stand in a metric.

    Args:
        source: what is looked at.
        background: draws.
        opened: called with the number of a setting that was clicked.
    """

    def __init__(
        self, source: Source, background: Background, opened: Callable[[int], object]
    ) -> None:
        super().__init__(source, background)
        self._opened = opened
        self._metric = Choice("Metric", self.refresh)
        self._order = Choice("Order", self.refresh, _ORDERS)
        self._way = Choice("Better", self.refresh, _WAYS)
        self._paging = Paging("settings", PAGE, self.refresh)
        self._head = lean(HBox, children=(), _dom_classes=("ocinb-setting",))
        self._told = lean(HTML, value="")
        self._table = lean(VBox, children=(), _dom_classes=("ocinb-settings",))
        self._rows: list[tuple[HBox, Button, HTML]] = []
        self._numbers: list[int] = []

    def make(self) -> Sequence[Widget]:
        """Return the widgets of the section, from top to bottom."""
        title = lean(HTML, value=_title("setting"), _dom_classes=("ocinb-name",))
        figures = lean(HTML, value=HEAD_HTML, _dom_classes=("ocinb-figures-box",))
        self._head.children = (title, figures)
        choices = row(*(c.widget for c in (self._metric, self._order, self._way)))
        self._made += [title, figures, self._head, self._metric, self._order, self._way]
        self._made += [self._paging]
        return choices, self._told, self._table, self._paging.widget

    def draw(self, result: SweepResult) -> None:
        """Show the settings; runs in another thread."""
        self._metric.offer(metrics_of(result), _first_metric(result))
        stands = standing(
            result,
            self._metric.value,
            higher=self._way.value if self._way.value != "" else None,
            by_value=bool(self._order.value),
        )
        lines = stands.lines[self._paging.of(len(stands.lines))]
        self._numbers = [line.number for line in lines]
        scale = scale_of(stands.lines)
        for place, line in enumerate(lines):
            self._show(place, line, scale)
        boxes = tuple(box for box, _, _ in self._rows[: len(lines)])
        shown = (self._head, *boxes)
        if self._table.children != shown:
            self._table.children = shown
        self._told.value = line_html(stands.told, "footer")

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        for parts in self._rows:
            for widget in parts:
                widget.close()
        super().close()

    def _show(self, place: int, line: Line, scale: tuple[float, float]) -> None:
        if place >= len(self._rows):
            self._rows.append(self._new_row(place))
        _, name, figures = self._rows[place]
        name.description = line.name
        name.tooltip = f"Open a chat with {line.name}"
        figures.value = line_html_of(line, scale)

    def _new_row(self, place: int) -> tuple[HBox, Button, HTML]:
        name = button("-", partial(self._press, place), kind="ocinb-name")
        figures = lean(HTML, value="", _dom_classes=("ocinb-figures-box",))
        both = (name, figures)
        return lean(HBox, children=both, _dom_classes=("ocinb-setting",)), *both

    def _press(self, place: int) -> None:
        if place < len(self._numbers):
            self._opened(self._numbers[place])


def _first_metric(result: SweepResult) -> str:
    """Return what is shown before anybody chose: a score, or the time of answers."""
    scores: list[Any] = list(result.trials.scores.values())
    return str(scores[0]) if scores else "e2e_s"


def _title(text: str) -> str:
    return f'<div class="ocinb ocinb-figures-head"><span>{escape(text)}</span></div>'
