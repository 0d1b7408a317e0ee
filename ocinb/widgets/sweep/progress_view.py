"""The part of the view that tells how far a sweep is, and stops it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ipywidgets import HTML, HBox, VBox

from ocinb.rendering import escape
from ocinb.widgets.buttons import Sure, button
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html
from ocinb.widgets.sweep import told
from ocinb.widgets.sweep.speed import Speed

if TYPE_CHECKING:
    from ocinb.sweep.running import Progress, Sweep

__all__ = ["ProgressView"]

PAUSE, GO_ON = "Pause", "Go on"


class ProgressView:
    """A bar, a few lines and two buttons; each line travels when it has changed.

    Args:
        sweep: that runs.

    Attributes:
        widget: what is displayed.
    """

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._speed = Speed()
        self._head = lean(HTML, value="")
        self._bar = lean(HTML, value="")
        self._pace = lean(HTML, value="")
        self._trouble = lean(HTML, value="")
        self._pause = button(
            PAUSE, self._toggle, "Let no more requests start; open ones end as usual"
        )
        self._cancel = Sure(
            "Cancel",
            self._end,
            "Stop now; what was answered is kept, and the same sweep goes on from it",
        )
        self._buttons = lean(
            HBox,
            children=(self._pause, self._cancel.widget),
            _dom_classes=("ocinb-row",),
        )
        first = lean(
            HBox, children=(self._head, self._buttons), _dom_classes=("ocinb-first",)
        )
        lines = (first, self._bar, self._pace, self._trouble)
        self.widget = lean(VBox, children=lines, _dom_classes=("ocinb-progress-box",))
        self._made = (first, *lines[1:], self._head, self._buttons)

    def draw(self, progress: Progress) -> None:
        """Show how far it is now."""
        self._speed.see(progress)
        self._head.value = (
            f'<div class="ocinb"><strong>{escape(told.head(progress))}</strong></div>'
        )
        self._bar.value = told.bar_html(progress)
        self._pace.value = line_html(told.pace(progress, self._speed), "footer")
        lines = (told.doubts(progress), told.trouble(progress))
        self._trouble.value = "".join(line_html(each, "footer") for each in lines)
        self._pause.description = GO_ON if progress.state == "paused" else PAUSE
        if progress.is_over:
            for each in (self._pause, self._cancel.widget):
                each.disabled = True
            self._buttons.add_class("ocinb-gone")

    def close(self) -> None:
        """Take the widgets away, in the front end too."""
        for widget in (self._pause, self._cancel.widget, *self._made, self.widget):
            widget.close()

    def _end(self) -> None:
        """Cancel the sweep in a thread: that may take a second."""
        threading.Thread(target=self._sweep.cancel, daemon=True).start()

    def _toggle(self) -> None:
        if self._sweep.progress.state == "paused":
            self._sweep.resume()
        else:
            self._sweep.pause()
