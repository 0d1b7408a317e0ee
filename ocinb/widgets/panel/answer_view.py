"""One answer of a model as the panel shows it: reasoning, text, and the tools it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipywidgets import VBox

from ocinb.rendering import Blocks
from ocinb.view.reasoning import TITLE
from ocinb.widgets.folded import FoldedText
from ocinb.widgets.lean import lean
from ocinb.widgets.live import LiveAnswer
from ocinb.widgets.panel.growing_calls import GrowingCalls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipywidgets import Widget
    from langchain_core.messages.tool import ToolCallChunk

__all__ = ["AnswerView"]


class AnswerView:
    """Grows while the model answers.

    Attributes:
        widget: what is displayed.
    """

    def __init__(self) -> None:
        self._live = LiveAnswer(Blocks(), styled=False)
        self._folded: FoldedText | None = None
        self._calls: GrowingCalls | None = None
        self._growing: LiveAnswer | FoldedText = self._live
        self._cards: tuple[Widget, ...] = ()
        self.widget = lean(VBox, children=(self._live.widget,))

    def think(self, text: str) -> None:
        """Show more of what the model thinks, in a section that is closed at first."""
        if not text:
            return
        if self._folded is None:
            self._folded = FoldedText(TITLE, styled=False)
            self._live.put_above(self._folded.widget)
        self._growing = self._folded
        self._folded.feed(text)

    def say(self, text: str) -> None:
        """Show more of the answer."""
        if text:
            self._growing = self._live
            self._live.feed(text)

    def call(self, pieces: Sequence[ToolCallChunk]) -> None:
        """Show more of the tool calls, as the model writes them."""
        if not pieces:
            return
        if self._calls is None:
            self._calls = GrowingCalls()
            self._arrange()
        self._calls.feed(pieces)

    def put_card(self, card: Widget) -> None:
        """Show a whole tool call; whoever made its card closes it."""
        if self._calls is not None:
            self._calls.close()
            self._calls = None
        self._cards = (*self._cards, card)
        self._arrange()

    def every_s(self, fastest_s: float) -> float:
        """Return a wait that is longer where a redraw sends more again."""
        return self._growing.every_s(fastest_s)

    def show_status(self, text: str) -> None:
        """Show one line under the answer."""
        self._live.show_status(text)

    def finish(self) -> None:
        """Show the end of the text, and no call that did not become whole."""
        self._live.finish()
        if self._calls is not None:
            self._calls.close()
            self._calls = None
            self._arrange()

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        for part in (self._live, self._folded, self._calls):
            if part is not None:
                part.close()
        self.widget.close()

    def _arrange(self) -> None:
        calls = () if self._calls is None else (self._calls.widget,)
        self.widget.children = (self._live.widget, *calls, *self._cards)
