"""An answer that grows on the screen: only its open block is ever sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from ipywidgets import HTML, Layout, VBox, Widget

from ocinb.rendering import escape, stylesheet

if TYPE_CHECKING:
    from ocinb.rendering import Update

__all__ = ["LiveAnswer", "Splitter"]

BLOCK_CHARACTERS: Final = 600
"""A widget is full at this many characters of HTML, and the next one begins."""

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
    All blocks share one layout and one style. Nothing limits how often it redraws:
    who feeds it decides.

    Args:
        blocks: cuts the text; `rendering.Blocks()` for Markdown.

    Attributes:
        widget: what is displayed.
    """

    def __init__(self, blocks: Splitter) -> None:
        self._blocks = blocks
        self._status = HTML()
        self._layout, self._style = self._status.layout, self._status.style
        hidden = Layout(display="none")  # it would take the height of a line
        css = f"<style>{stylesheet()}</style>"
        self._head = HTML(value=css, layout=hidden, style=self._style)
        self._pages: list[VBox] = []
        self._last: HTML | None = None
        self._closed = ""
        self._above: tuple[Widget, ...] = ()
        self.widget = VBox([self._head, self._status], layout=self._layout)

    def feed(self, text: str) -> None:
        """Show more of the answer."""
        self._blocks.feed(text)
        self._draw(self._blocks.update())

    def finish(self) -> None:
        """Show the end of the answer."""
        self._draw(self._blocks.finish())

    def put_above(self, widget: Widget) -> None:
        """Show something over the answer; whoever made it closes it."""
        self._above = (*self._above, widget)
        self._arrange()

    def show_status(self, text: str) -> None:
        """Show one line under the answer."""
        self._status.value = (
            '<div class="ocinb" style="color:var(--jp-ui-font-color2, #6b6b6b);'
            f'font-size:85%">{escape(text)}</div>'
        )

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        blocks = [block for page in self._pages for block in page.children]
        rest = (self._head, self._head.layout, self._status, self._style, self._layout)
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
        self.widget.children = (self._head, *self._above, *self._pages, self._status)

    def _append(self, block: HTML) -> None:
        page = self._pages[-1] if self._pages else None
        if page is None or len(page.children) >= PAGE_BLOCKS:
            self._pages.append(VBox([block], layout=self._layout))
            self._arrange()
        else:
            page.children = (*page.children, block)

    def _html(self, value: str) -> HTML:
        return HTML(value=value, layout=self._layout, style=self._style)
