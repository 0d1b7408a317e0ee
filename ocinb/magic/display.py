"""How an answer is shown while it grows, and what of it stays in the notebook."""

from __future__ import annotations

import sys
import time
import uuid
from typing import TYPE_CHECKING, Any, Final, Protocol

from ocinb.magic.bundle import bundle_of, note_of, splitter_of, terminal_text
from ocinb.magic.footer import speed_of
from ocinb.rendering import plain_text
from ocinb.rendering.plain import held_back

if TYPE_CHECKING:
    from ocinb.conversation import Timings
    from ocinb.magic.flags import Format
    from ocinb.magic.footer import Footer
    from ocinb.widgets import LiveAnswer

__all__ = ["OnceView", "Publisher", "TextView", "View", "WidgetView"]

STATUS_EVERY_S: Final = 1.0

NO_WIDGETS: Final = (
    "The answer is streaming. Where widgets cannot be shown, "
    "`%config OciChatMagics.view = 'text'` prints it as it comes."
)


class Publisher(Protocol):
    """The part of IPython's display publisher that a view needs."""

    def publish(
        self,
        data: dict[str, Any],
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
    ) -> None:
        """Send a MIME bundle to the front end."""


class View(Protocol):
    """Shows one answer: `start`, any number of `draw`, `end`.

    `wait` and `start_again` are called by the thread that makes the call.
    """

    def start(self) -> None:
        """Show that the request is on its way."""

    def wait(self, seconds: int, why: str) -> None:
        """Show that it is sent again in so many seconds."""

    def start_again(self) -> None:
        """Show that it is on its way again."""

    def draw(self, text: str, timings: Timings) -> None:
        """Show more of the answer."""

    def end(self, text: str, footer: Footer) -> None:
        """Show the whole answer, and the line under it."""


class OnceView:
    """Shows nothing until the answer is whole: one display, for runs nobody watches."""

    def __init__(self, publisher: Publisher, style: Format) -> None:
        self._publisher = publisher
        self._style = style

    def start(self) -> None:
        """Show nothing yet."""

    def wait(self, seconds: int, why: str) -> None:
        """Show nothing yet."""

    def start_again(self) -> None:
        """Show nothing yet."""

    def draw(self, text: str, timings: Timings) -> None:
        """Show nothing yet."""

    def end(self, text: str, footer: Footer) -> None:
        """Publish the bundle."""
        self._publisher.publish(bundle_of(text, footer, self._style))


class TextView:
    """Prints the answer as it comes, for terminals and front ends without widgets."""

    def __init__(self, style: Format) -> None:
        self._style = style
        self._shown = 0
        self._held = ""
        self._waits_for = ""

    def start(self) -> None:
        """Print nothing yet."""

    def wait(self, seconds: int, why: str) -> None:
        """Print the reason once; a printed line cannot count down."""
        if why != self._waits_for:
            self._waits_for = why
            _write(f"[{_asked_again(seconds, why)}]\n")

    def start_again(self) -> None:
        """Print the next reason, be it the same."""
        self._waits_for = ""

    def draw(self, text: str, timings: Timings) -> None:  # noqa: ARG002 - a View's
        """Print more of the answer; JSON is laid out when it is whole."""
        if self._style == "json":
            return
        self._shown += len(text)
        text = self._held + text
        cut = len(text) - held_back(text)
        self._held = text[cut:]
        _write(plain_text(text[:cut]))

    def end(self, text: str, footer: Footer) -> None:
        """Print what is missing, and the footer."""
        rest = terminal_text(self._held + text[self._shown :], self._style)
        note = note_of(text, footer, self._style)
        noted = f"[{plain_text(note)}]\n" if note else ""
        under = "" if self._style == "raw" else f"[{plain_text(footer.text)}]\n"
        _write(f"{rest}\n{noted}{under}")


def _asked_again(seconds: int, why: str) -> str:
    return f"asking again in {seconds} s: {plain_text(why)}"


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


class WidgetView:
    """Shows the growing answer as a widget, and at its end the bundle in its place."""

    def __init__(self, publisher: Publisher, style: Format) -> None:
        self._publisher = publisher
        self._style = style
        self._transient = {"display_id": uuid.uuid4().hex}
        self._live: LiveAnswer | None = None
        self._status_due_s = 0.0

    def start(self) -> None:
        """Display the widget."""
        from ocinb.widgets import LiveAnswer  # noqa: PLC0415 - a terminal needs none

        self._live = LiveAnswer(splitter_of(self._style))
        self.start_again()
        view = {
            "version_major": 2,
            "version_minor": 0,
            "model_id": self._live.widget.model_id,
        }
        self._publisher.publish(
            {
                "text/plain": NO_WIDGETS,
                "application/vnd.jupyter.widget-view+json": view,
            },
            transient=self._transient,
        )

    def wait(self, seconds: int, why: str) -> None:
        """Show the seconds under the answer."""
        self._show_status(_asked_again(seconds, why))

    def start_again(self) -> None:
        """Show that nothing has come yet."""
        self._show_status("waiting for the first token")

    def _show_status(self, text: str) -> None:
        live = self._live  # another thread may end the view meanwhile
        if live is not None:
            live.show_status(text)

    def draw(self, text: str, timings: Timings) -> None:
        """Redraw the open block, and now and then the speed."""
        if self._live is None:
            return
        self._live.feed(text)
        now_s = time.monotonic()
        if now_s >= self._status_due_s:
            self._live.show_status(speed_of(timings))
            self._status_due_s = now_s + STATUS_EVERY_S

    def end(self, text: str, footer: Footer) -> None:
        """Put the bundle where the widget was."""
        bundle = bundle_of(text, footer, self._style)
        self._publisher.publish(bundle, transient=self._transient, update=True)
        if self._live is not None:
            self._live.close()
            self._live = None
