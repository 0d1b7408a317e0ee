"""The view of a sweep: how far it is, and what it has found out so far."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from IPython import get_ipython
from ipywidgets import HTML, VBox
from traitlets import observe

from ocinb.errors import OcinbError, one_line
from ocinb.rendering import escape
from ocinb.view.frontend import frontend_of
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html
from ocinb.widgets.live import style_widget
from ocinb.widgets.panel.announcer import Announcer
from ocinb.widgets.panel.drawer import Drawer
from ocinb.widgets.sweep import told
from ocinb.widgets.sweep.answers import Answers
from ocinb.widgets.sweep.background import Background
from ocinb.widgets.sweep.charts import Charts
from ocinb.widgets.sweep.opened import Opened
from ocinb.widgets.sweep.pair import Pair
from ocinb.widgets.sweep.placing import place
from ocinb.widgets.sweep.progress_view import ProgressView
from ocinb.widgets.sweep.settings import Settings
from ocinb.widgets.sweep.source import Source
from ocinb.widgets.sweep.stored import Stored
from ocinb.widgets.sweep.style import view_stylesheet
from ocinb.widgets.sweep.watcher import Watcher

if TYPE_CHECKING:
    from ocinb.sweep.results import SweepResult
    from ocinb.sweep.running import Sweep
    from ocinb.widgets.panel import ChatPanel
    from ocinb.widgets.sweep.section import Section

__all__ = ["SweepView"]

TABLES_S: Final = 2.0
"""The shortest time between two drawings of the open sections."""

SHARE: Final = 10
"""They are drawn again after so many times of what the last drawing took, at least."""

STORED_S: Final = 20.0
"""How often what the notebook keeps is renewed while a sweep runs."""


class SweepView(VBox):
    """A view of a sweep that runs, or of a result: `SweepView(result)`.

    With `%load_ext ocinb` it is what a notebook shows of both.

    Args:
        shown: a running sweep, or a result.

    Attributes:
        source: what is looked at.
        background: reads and computes what is shown.
        stored: what the notebook keeps.
    """

    def __init__(self, shown: Sweep | SweepResult) -> None:
        self.source = Source(shown)
        self.background = Background()
        self.stored = Stored(self.source)
        self._watcher = Watcher(self._look)
        self._announcer = Announcer()
        self._opened = Opened()
        self._progress = (
            None if self.source.sweep is None else ProgressView(self.source.sweep)
        )
        self._head = lean(HTML, value="", _dom_classes=("ocinb-head-line",))
        self._warnings = lean(HTML, value="")
        self._sections: dict[str, Section] = {
            "Settings": Settings(self.source, self.background, self.open_setting),
            "Answers": Answers(self.source, self.background),
            "Differences": Pair(self.source, self.background),
            "Charts": Charts(self.source, self.background),
        }
        self._drawer = Drawer(
            {
                name: (section.open, _TELLS[name])
                for name, section in self._sections.items()
            }
        )
        self._tables_due_s = self._stored_due_s = 0.0
        self._style = style_widget(view_stylesheet())
        self._box = self._laid_out()
        super().__init__(
            children=(self._style, self._box),
            _dom_classes=("ocinb-panel", "ocinb-sweep-view"),
            _view_count=0,
        )
        self._drawer.show("Settings")
        self.background.wish("facts", self._draw_facts)
        if self._progress is not None:
            self._watcher.start()

    def _laid_out(self) -> VBox:
        progress = () if self._progress is None else (self._progress.widget,)
        parts = (
            *(self._head, *progress, self._warnings, self._drawer.buttons),
            *(self._drawer.widget, self._opened.widget, self._announcer.widget),
        )
        return lean(VBox, children=parts, _dom_classes=("ocinb-sweep-box",))

    # From code

    @property
    def panel(self) -> ChatPanel | None:
        """The chat with the setting that is open; None if none is."""
        return self._opened.panel

    def show(self, name: str) -> None:
        """Open a section: `Settings`, `Answers`, `Differences` or `Charts`."""
        self._drawer.show(name)

    def open_setting(self, number: int) -> None:
        """Open a chat with a setting, as a click on it does.

        Args:
            number: of the setting.
        """
        try:
            self._opened.show(self.source.result, number)
        except OcinbError as error:
            self._warnings.value = line_html(str(error), "problem", "alert")

    # While it runs

    def _look(self) -> bool:
        """Draw how far the sweep is; True if it is over."""
        if self._progress is None or self.source.sweep is None:
            return True
        progress = self.source.sweep.progress
        self._progress.draw(progress)
        now_s = time.monotonic()
        if progress.is_over or now_s >= self._tables_due_s:
            self._tables_due_s = now_s + TABLES_S
            self.background.wish("tables", self._draw_tables)
        if progress.is_over or now_s >= self._stored_due_s:
            self._stored_due_s = now_s + STORED_S
            self.background.wish("stored", self.store)
        if progress.is_over:
            self._announcer.say(told.head(progress))
        return progress.is_over

    def _draw_tables(self) -> None:
        """Draw the open sections, and note how long that took."""
        begun_s = time.monotonic()
        self._draw_facts()
        for name, section in self._sections.items():
            if self._drawer.is_open(name):
                section.draw_now()
        now_s = time.monotonic()
        self._tables_due_s = max(self._tables_due_s, now_s + SHARE * (now_s - begun_s))

    def _draw_facts(self) -> None:
        """Show what is swept, and what may fool a reader."""
        result = self.source.result
        try:
            warnings = result.warnings
        except OcinbError as error:
            warnings = [str(error)]
        of_sweep = [] if self.source.sweep is None else self.source.sweep.warnings
        self._warnings.value = _notes_html(list(dict.fromkeys([*of_sweep, *warnings])))
        record = result.record
        facts = [one_line(record.name or f"sweep {record.id}", 80), record.model]
        self._head.value = _head_html([*facts, *_counted(record)])

    # In the notebook

    def _ipython_display_(self, **_: Any) -> None:
        place(self, frontend_of(get_ipython()))

    def store(self) -> None:
        """Let the notebook keep the result as it is now, if it shows the view."""
        self.stored.update()

    def check_drawn(self) -> None:
        """Say so in what is stored if no front end has drawn the view by now."""
        if not self._view_count:
            self.stored.drawn = False
            self.background.wish("stored", self.store)

    @observe("_view_count")
    def _views_changed(self, change: Any) -> None:
        """Look no more when the output was cleared, and again when it is back."""
        if change["old"] and not change["new"]:
            self._watcher.stop()
        elif change["new"] and not self.source.is_over:
            self._watcher.start()

    def __repr__(self) -> str:
        return f"<SweepView of {one_line(repr(self.source.result), 200)}>"

    def close(self) -> None:
        """Look no more and take the view away; the sweep goes on."""
        if not self.__dict__.get("_box"):
            return  # half made
        self._watcher.stop()
        self.background.forget()
        parts = (*self._sections.values(), self._drawer, self._opened, self._announcer)
        around = (self._style, self._head, self._warnings, self._box, self.layout)
        for part in (*parts, *around):
            part.close()
        if self._progress is not None:
            self._progress.close()
        super().close()


_TELLS: Final = {
    "Settings": "How each setting stands in a metric",
    "Answers": "What each setting answered to each prompt",
    "Differences": "Two settings side by side",
    "Charts": "Metrics over the axes",
}


def _counted(record: Any) -> list[str]:
    axes = ", ".join(record.axes) or "the model's own settings"
    return [
        f"over {axes}",
        f"{record.repeats} repeat{'' if record.repeats == 1 else 's'}",
    ]


def _notes_html(notes: list[str]) -> str:
    """Return what a reader has to know: one note as a line, several folded."""
    shown = [line_html(one_line(each, 300), "footer") for each in notes]
    if len(shown) <= 1:
        return "".join(shown)
    return (
        '<details class="ocinb-notes"><summary class="ocinb ocinb-footer">'
        f"{len(shown)} notes: {escape(one_line(notes[0], 90))}</summary>"
        f"{''.join(shown)}</details>"
    )


def _head_html(facts: list[str]) -> str:
    first, *rest = (escape(one_line(fact, 160)) for fact in facts if fact)
    more = "".join(f" · {fact}" for fact in rest)
    return f'<div class="ocinb ocinb-footer"><strong>{first}</strong>{more}</div>'
