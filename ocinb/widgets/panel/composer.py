"""Where a prompt is written: one line in which Enter sends, or a large box."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from ipywidgets import HTML, HBox, Text, Textarea, VBox

from ocinb.widgets.buttons import button
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Composer"]

PATIENCE_S: Final = 0.3
"""A front end tells that Enter was pressed, and right after it what was typed."""

LARGER: Final = "Larger"
SMALLER: Final = "One line"

HINT: Final = "Ask the model; Enter sends"


class Composer:
    """Takes prompts from the user.

    Args:
        send: called with a prompt; a text that it returns is shown as a problem, and
            the prompt stays where it was written.
        stop: called when the answer is to be stopped.

    Attributes:
        widget: what is displayed.
    """

    def __init__(self, send: Callable[[str], str], stop: Callable[[], object]) -> None:
        self._ask = send
        self._line = lean(
            Text,
            value="",
            description="Prompt",
            placeholder=HINT,
            continuous_update=False,
            _dom_classes=("ocinb-wide", "ocinb-said-label"),
        )
        self._box = lean(
            Textarea,
            value="",
            description="Prompt",
            placeholder="Ask the model; the Send button sends",
            rows=6,
            continuous_update=False,
            _dom_classes=("ocinb-wide", "ocinb-said-label"),
        )
        self._send = button(
            "Send", self._press_send, "Send the prompt", "ocinb-primary"
        )
        self._stop = button("Stop", stop, "Stop the answer; what came is kept")
        self._size = button(
            LARGER, self._switch, "Write in a large box, or in one line"
        )
        self._problem = lean(HTML, value="")
        self._row = lean(HBox, children=(), _dom_classes=("ocinb-composer",))
        self.widget = lean(VBox, children=(self._row, self._problem))
        self._lock = threading.Lock()
        self._busy = self._large = self._entered = False
        self._line.on_msg(self._hear)
        self._line.observe(self._typed, "value")
        self._arrange()

    @property
    def text(self) -> str:
        """The prompt as far as it was written."""
        return str((self._box if self._large else self._line).value)

    @text.setter
    def text(self, text: str) -> None:
        if "\n" in text and not self._large:
            self._switch()
        (self._box if self._large else self._line).value = text

    @property
    def busy(self) -> bool:
        """True while an answer is coming: then it can be stopped."""
        return self._busy

    @busy.setter
    def busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self._arrange()

    def show_problem(self, text: str) -> None:
        """Show one line under the prompt; "" takes it away."""
        self._problem.value = line_html(text, role="alert")

    def focus(self) -> None:
        """Put the cursor into the prompt."""
        (self._box if self._large else self._line).focus()

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        for widget in (
            *(self._line, self._box, self._send, self._stop, self._size),
            *(self._problem, self._row, self.widget),
        ):
            widget.close()

    def _arrange(self) -> None:
        written = self._box if self._large else self._line
        does = self._stop if self._busy else self._send
        self._row.children = (written, self._size, does)

    def _switch(self) -> None:
        text = self.text
        self._large = not self._large
        self._size.description = SMALLER if self._large else LARGER
        self._box.value, self._line.value = (text, "") if self._large else ("", text)
        self._arrange()
        self.focus()

    def _hear(self, _: Text, content: Any, __: Any) -> None:
        """Hear that Enter was pressed; what was typed may be on its way still."""
        if isinstance(content, dict) and content.get("event") == "submit":
            self._entered = True
            timer = threading.Timer(PATIENCE_S, self._send_entered)
            timer.daemon = True
            timer.start()

    def _typed(self, _: Any) -> None:
        if self._entered:
            self._send_entered()

    def _send_entered(self) -> None:
        with self._lock:
            entered = self._entered and bool(self._line.value.strip())
            self._entered = self._entered and not entered
        if entered:
            self._press_send()

    def _press_send(self) -> None:
        problem = self._ask(self.text)
        self.show_problem(problem)
        if not problem:
            self._line.value = self._box.value = ""
