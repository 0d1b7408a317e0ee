"""What a screen reader says: that an answer begins and ends, and nothing in between."""

from __future__ import annotations

from ipywidgets import HTML

from ocinb.rendering import escape
from ocinb.widgets.lean import lean

__all__ = ["Announcer"]


class Announcer:
    """A polite live region that nobody sees.

    Attributes:
        widget: what is displayed.
    """

    def __init__(self) -> None:
        self.widget = lean(HTML, value=_region(""), _dom_classes=("ocinb-said",))

    def say(self, text: str) -> None:
        """Let it be said when the reader is done with what it says now."""
        self.widget.value = _region(text)

    def close(self) -> None:
        """Take the widget away, in the front end too."""
        self.widget.close()


def _region(text: str) -> str:
    return (
        '<div class="ocinb" role="status" aria-live="polite" aria-atomic="true">'
        f"{escape(text)}</div>"
    )
