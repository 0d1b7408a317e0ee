"""An answer that grows on the screen: only its open block is ever sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from ipywidgets import HTML, VBox, Widget

from ocinb.rendering import escape, stylesheet

if TYPE_CHECKING:
    from ocinb.rendering import Update

__all__ = ["LiveAnswer", "Splitter"]

BLOCK_CHARACTERS: Final = 1_000
"""A widget is full at this many characters of HTML, and the next one begins."""

FRAME_BYTES: Final = 500
"""What a message costs besides the text in it."""

SLOWEST_S: Final = 0.2
"""The longest wait before text that came is drawn, unless the user wants longer ones."""

A_LOT: Final = 80
"""Characters that come in one redraw where the answer is faster than anybody reads."""

HEAD: Final = "ocinb-head"

PAGE_BLOCKS: Final = 16
"""Widgets of one box: adding one sends the names of all others in its box."""


class Splitter(Protocol):
    """What cuts a growing text into closed blocks and one open block."""

    def feed(self, text: str) -> None:
        """Take more of the text."""

    def update(self) -> Update:
        """Return what is new since the last update."""

    def finish(self) -> Update:
        """Close the open block."""


class LiveAnswer:
    """A box of HTML widgets, one below the other.

    Blocks that are closed stay as they are; more text changes the last widget alone.
    All blocks share one layout and one style. Who feeds it decides how often it
    redraws; `every_s` says what is sensible.

    Args:
        blocks: cuts the text; `rendering.Blocks()` for Markdown.
        status: one line under the answer.

    Attributes:
        widget: what is displayed.
    """

    def __init__(self, blocks: Splitter, status: str = "") -> None:
        self._blocks = blocks
        self._status = HTML(value=_status_html(status))
        self._layout, self._style = self._status.layout, self._status.style
        self._head = self._html(
            # it would take the height of a line
            f"<style>.{HEAD} {{ display: none; }}\n{stylesheet()}</style>",
            _dom_classes=(HEAD,),
        )
        self._first: list[HTML] = []
        self._pages: list[VBox] = []
        self._last: HTML | None = None
        self._closed = ""
        self._fresh = 0
        self._above: tuple[Widget, ...] = ()
        self.widget = VBox([self._head, self._status], layout=self._layout)

    def feed(self, text: str) -> None:
        """Show more of the answer."""
        self._fresh = len(text)
        self._blocks.feed(text)
        self._draw(self._blocks.update())

    def every_s(self, fastest_s: float) -> float:
        """Return how long to wait before more is drawn.

        A redraw sends the last block again. Where text comes faster than it can be
        read, the wait is longer the longer that block is.

        Args:
            fastest_s: the shortest wait.
        """
        if self._fresh < A_LOT or self._last is None:
            return fastest_s
        slower_s = fastest_s * (1 + len(self._last.value) / FRAME_BYTES)
        return max(fastest_s, min(SLOWEST_S, slower_s))

    def finish(self) -> None:
        """Show the end of the answer."""
        self._draw(self._blocks.finish())

    def put_above(self, widget: Widget) -> None:
        """Show something over the answer; whoever made it closes it."""
        self._above = (*self._above, widget)
        self._arrange()

    def show_status(self, text: str) -> None:
        """Show one line under the answer."""
        self._status.value = _status_html(text)

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        paged = [block for page in self._pages for block in page.children]
        blocks = [*self._first, *paged]
        rest = (self._head, self._status, self._style, self._layout)
        for widget in (self.widget, *self._pages, *blocks, *rest):
            widget.close()

    def _draw(self, update: Update) -> None:
        for html in update.closed:
            self._closed += html
            if len(self._closed) >= BLOCK_CHARACTERS:
                self._show(self._closed)
                self._closed, self._last = "", None
        if self._closed or update.open_html:
            self._show(self._closed + update.open_html)

    def _show(self, html: str) -> None:
        if self._last is None:
            self._last = self._html(html)
            self._append(self._last)
        elif self._last.value != html:
            self._last.value = html

    def _arrange(self) -> None:
        drawn = (*self._first, *self._pages)
        self.widget.children = (self._head, *self._above, *drawn, self._status)

    def _append(self, block: HTML) -> None:
        page = self._pages[-1] if self._pages else None
        if len(self._first) < PAGE_BLOCKS:
            self._first.append(block)
            self._arrange()
        elif page is None or len(page.children) >= PAGE_BLOCKS:
            self._pages.append(VBox([block], layout=self._layout))
            self._arrange()
        else:
            page.children = (*page.children, block)

    def _html(self, value: str, **traits: Any) -> HTML:
        return HTML(value=value, layout=self._layout, style=self._style, **traits)


def _status_html(text: str) -> str:
    return (
        '<div class="ocinb" style="color:var(--jp-ui-font-color2, #6b6b6b);'
        f'font-size:85%">{escape(text)}</div>'
    )
