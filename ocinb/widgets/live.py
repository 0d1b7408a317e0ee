"""An answer that grows on the screen: only its open block is ever sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from ipywidgets import HTML, VBox

from ocinb.rendering import escape, stylesheet
from ocinb.rendering.style import compact
from ocinb.widgets.lean import lean

if TYPE_CHECKING:
    from ipywidgets import Widget

    from ocinb.rendering import Update

__all__ = ["LiveAnswer", "Splitter", "live_stylesheet", "style_widget"]

BLOCK_CHARACTERS: Final = 1_000
"""A widget is full at this many characters of HTML, and the next one begins."""

HURRIED_S: Final = 0.09
"""How long text waits to be drawn where it comes faster than it can be read."""

FOLLOWED_PER_S: Final = 600
"""Characters a second that somebody may still follow with their eyes."""

LIVE: Final = "ocinb-live"
HEAD: Final = "ocinb-head"

# The front end puts each widget into a flexible box with space round it. The stored
# answer has no boxes, and where it takes the place of the widgets nothing may jump; plain
# blocks are less work for the browser too. JupyterLab leaves room on the right of HTML.
BOXES: Final = f"""
.{LIVE}.{LIVE}, .{LIVE} :is(.widget-vbox, .widget-html) {{
  display: block;
  margin: 0;
  overflow: visible;
}}
.{LIVE} .widget-html > .widget-html-content {{ line-height: inherit; }}
.{HEAD}.{HEAD}.{HEAD} {{ display: none; }}
.jp-OutputArea .{LIVE} {{ padding-right: 20px; }}
"""

PAGE_BLOCKS: Final = 16
"""Widgets of one box: adding one sends the names of all others in its box."""


class Splitter(Protocol):
    """What cuts a growing text into closed blocks and one open block."""

    def feed(self, text: str) -> None:
        """Take more of the text."""

    def update(self, *, hurried: bool = False) -> Update:
        """Return what is new since the last update, with less colour in a hurry."""

    def finish(self) -> Update:
        """Close the open block."""


class LiveAnswer:
    """A box of HTML widgets, one below the other.

    Blocks that are closed stay as they are; more text changes the last widget alone.
    Who feeds it decides how often it redraws; `every_s` says what is sensible.

    Args:
        blocks: cuts the text; `rendering.Blocks()` for Markdown.
        status: one line under the answer.
        styled: False where `live_stylesheet` is on the page already.

    Attributes:
        widget: what is displayed.
    """

    def __init__(
        self, blocks: Splitter, status: str = "", *, styled: bool = True
    ) -> None:
        self._blocks = blocks
        self._status = lean(HTML, value=_status_html(status))
        self._head = (style_widget(live_stylesheet()),) if styled else ()
        self._first: list[HTML] = []
        self._pages: list[VBox] = []
        self._last: HTML | None = None
        self._closed = ""
        self._hurried = False
        self._wait_s = 0.0
        self._above: tuple[Widget, ...] = ()
        shown = (*self._head, self._status)
        self.widget = lean(VBox, children=shown, _dom_classes=(LIVE,))

    def feed(self, text: str) -> None:
        """Show more of the answer."""
        self._hurried = len(text) > FOLLOWED_PER_S * self._wait_s > 0
        self._blocks.feed(text)
        self._draw(self._blocks.update(hurried=self._hurried))

    def every_s(self, fastest_s: float) -> float:
        """Return how long to wait before more is drawn.

        Each redraw is work for the browser, and sends the last block again. Where text
        comes faster than it can be read, there are fewer of them.

        Args:
            fastest_s: the shortest wait.
        """
        self._wait_s = max(fastest_s, HURRIED_S if self._hurried else 0)
        return self._wait_s

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
        for widget in (self.widget, *self._pages, *blocks, *self._head, self._status):
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
            self._last = lean(HTML, value=html)
            self._append(self._last)
        elif self._last.value != html:
            self._last.value = html

    def _arrange(self) -> None:
        drawn = (*self._first, *self._pages)
        self.widget.children = (*self._head, *self._above, *drawn, self._status)

    def _append(self, block: HTML) -> None:
        page = self._pages[-1] if self._pages else None
        if len(self._first) < PAGE_BLOCKS:
            self._first.append(block)
            self._arrange()
        elif page is None or len(page.children) >= PAGE_BLOCKS:
            self._pages.append(lean(VBox, children=(block,)))
            self._arrange()
        else:
            page.children = (*page.children, block)


def live_stylesheet() -> str:
    """Return the CSS that growing answers need, once a page."""
    return compact(BOXES) + stylesheet()


def style_widget(css: str) -> HTML:
    """Return a widget that shows nothing and gives the page CSS."""
    return lean(HTML, value=f"<style>{css}</style>", _dom_classes=(HEAD,))


def _status_html(text: str) -> str:
    return f'<div class="ocinb ocinb-footer">{escape(text)}</div>'
