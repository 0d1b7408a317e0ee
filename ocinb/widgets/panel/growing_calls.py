"""The arguments of tool calls, as the model writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipywidgets import HTML, VBox

from ocinb.errors import one_line
from ocinb.rendering import escape
from ocinb.view.preformatted import PlainBlocks
from ocinb.widgets.lean import lean
from ocinb.widgets.live import LiveAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages.tool import ToolCallChunk

__all__ = ["GrowingCalls"]


class GrowingCalls:
    """Shows tool calls that are not whole yet.

    Attributes:
        widget: what is displayed; empty while there is none.
    """

    def __init__(self) -> None:
        self.widget = lean(VBox, children=())
        self._cards: dict[int, _Growing] = {}

    def feed(self, pieces: Sequence[ToolCallChunk]) -> None:
        """Show more of the calls, all pieces of one call in one drawing."""
        arrived: dict[int, str] = {}
        for piece in pieces:
            place = piece["index"] or 0
            if place not in self._cards:
                self._cards[place] = _Growing(piece["name"] or "")
                self.widget.children = tuple(c.widget for c in self._cards.values())
            arrived[place] = arrived.get(place, "") + (piece["args"] or "")
        for place, text in arrived.items():
            if text:
                self._cards[place].arguments.feed(text)

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        for card in self._cards.values():
            card.close()
        self.widget.close()


class _Growing:
    def __init__(self, name: str) -> None:
        shown = escape(one_line(name, 80) or "a tool")
        title = f'<div class="ocinb"><strong>{shown}</strong> · being called</div>'
        self._title = lean(HTML, value=title)
        self.arguments = LiveAnswer(PlainBlocks(), styled=False)
        shown_below = (self._title, self.arguments.widget)
        self.widget = lean(VBox, children=shown_below, _dom_classes=("ocinb-card",))

    def close(self) -> None:
        self.arguments.close()
        self._title.close()
        self.widget.close()
