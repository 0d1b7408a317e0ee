"""How an answer grows in a widget, and what of it is stored meanwhile and at the end."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any, Final

from ocinb.magic.shown.bundle import bundle_of, paused_bundle, splitter_of
from ocinb.view.footer import speed_of
from ocinb.view.reasoning import TITLE
from ocinb.view.waits import asked_again

if TYPE_CHECKING:
    from ocinb.conversation import Timings
    from ocinb.magic.shown.bundle import Cards
    from ocinb.magic.shown.display import Publisher
    from ocinb.magic.typed.flags import Format
    from ocinb.view.footer import Footer
    from ocinb.widgets import FoldedText, LiveAnswer

__all__ = ["WidgetView"]

STATUS_EVERY_S: Final = 1.0
WAITING: Final = "waiting for the first token"

NO_WIDGETS: Final = (
    "The answer is streaming. Where widgets cannot be shown, "
    "`%config OciChatMagics.view = 'text'` prints it as it comes."
)


class WidgetView:
    """Shows the growing answer as a widget, and at its end the bundle in its place.

    A notebook that is saved meanwhile holds no text of the answer, as a widget is
    nothing without its kernel. So the bundle stands there in a longer pause too. Each
    such pause must be twice as long as the one before, because a bundle is the whole
    answer: those of an answer that drips are few.
    """

    def __init__(self, publisher: Publisher, style: Format) -> None:
        self._publisher = publisher
        self._style = style
        self._transient = {"display_id": uuid.uuid4().hex}
        self._live: LiveAnswer | None = None
        self._folded: FoldedText | None = None
        self._growing: LiveAnswer | FoldedText | None = None
        self._thoughts: list[str] = []
        self._text: list[str] = []
        self._pauses, self._patience = 0, 1
        self._stored = False
        self._status_due_s = 0.0

    def start(self) -> None:
        """Display the widget."""
        from ocinb.widgets import LiveAnswer  # noqa: PLC0415 - a terminal needs none

        self._live = LiveAnswer(splitter_of(self._style), WAITING)
        self._display(self._live)

    def _display(self, live: LiveAnswer, *, update: bool = False) -> None:
        view = {
            "version_major": 2,
            "version_minor": 0,
            "model_id": live.widget.model_id,
        }
        bundle = {
            "text/plain": NO_WIDGETS,
            "application/vnd.jupyter.widget-view+json": view,
        }
        self._publisher.publish(bundle, transient=self._transient, update=update)

    def wait(self, seconds: int, why: str) -> None:
        """Show the seconds under the answer."""
        self._show_status(asked_again(seconds, why))

    def start_again(self) -> None:
        """Show that nothing has come yet."""
        self._show_status(WAITING)

    def _show_status(self, text: str) -> None:
        live = self._live  # another thread may end the view meanwhile
        if live is not None:
            live.show_status(text)

    def think(self, text: str) -> None:
        """Show it in a section over the answer, closed until it is clicked."""
        from ocinb.widgets import FoldedText  # noqa: PLC0415 - a terminal needs none

        self._thoughts.append(text)
        if self._live is None:
            return
        if self._folded is None:
            self._folded = FoldedText(TITLE)
            self._live.put_above(self._folded.widget)
            self._show_status("thinking")
        self._growing = self._folded
        self._folded.feed(text)
        self._go_on(self._live)

    def draw(self, text: str, timings: Timings) -> None:
        """Redraw the open block, and now and then the speed."""
        if self._live is None or not text:
            return
        self._text.append(text)
        self._growing = self._live
        self._live.feed(text)
        self._go_on(self._live)
        now_s = time.monotonic()
        if now_s >= self._status_due_s:
            self._live.show_status(speed_of(timings))
            self._status_due_s = now_s + STATUS_EVERY_S

    def every_s(self, fastest_s: float) -> float:
        """Return a wait that is longer where a redraw sends more again."""
        return fastest_s if self._growing is None else self._growing.every_s(fastest_s)

    def pause(self) -> None:
        """Put the bundle where the widget is, until more comes.

        Not while somebody reads the reasoning, because the bundle folds it.
        """
        self._pauses += 1
        came = self._live is not None and (self._text or self._thoughts)
        read = self._folded is not None and self._folded.open
        if not came or read or self._stored or self._pauses < self._patience:
            return
        text, thoughts = "".join(self._text), "".join(self._thoughts)
        bundle = paused_bundle(text, self._style, thoughts)
        self._publisher.publish(bundle, transient=self._transient, update=True)
        self._stored, self._patience = True, 2 * self._patience

    def _go_on(self, live: LiveAnswer) -> None:
        """Put the widget back after a pause."""
        self._pauses = 0
        if self._stored:
            self._display(live, update=True)
            self._stored = False

    def show_tools(self, text: str, cards: Cards) -> None:
        """Put the answer of a round and its calls where the widget was."""
        self._put(bundle_of(text, None, self._style, "".join(self._thoughts), cards))

    def start_round(self) -> None:
        """Display a widget for the next answer."""
        self._transient = {"display_id": uuid.uuid4().hex}
        self._thoughts, self._text = [], []
        self.start()

    def end(self, text: str, footer: Footer, cards: Cards = ()) -> None:
        """Put the bundle where the widget was."""
        thoughts = "".join(self._thoughts)
        self._put(bundle_of(text, footer, self._style, thoughts, cards))

    def _put(self, bundle: dict[str, Any]) -> None:
        self._publisher.publish(bundle, transient=self._transient, update=True)
        for shown in (self._live, self._folded):
            if shown is not None:
                shown.close()
        self._live = self._folded = self._growing = None
        self._stored = False
