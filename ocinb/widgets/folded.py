"""A growing text in a section that is closed until it is clicked."""

from __future__ import annotations

from ipywidgets import Accordion

from ocinb.rendering import Blocks
from ocinb.widgets.live import LiveAnswer

__all__ = ["FoldedText"]


class FoldedText:
    """What a model thinks, as it comes.

    It stays open or closed, as the user left it, while its text grows.

    Args:
        title: what is shown while it is closed.
        styled: as for `LiveAnswer`.

    Attributes:
        widget: what is displayed.
    """

    def __init__(self, title: str, *, styled: bool = True) -> None:
        self._text = LiveAnswer(Blocks(), styled=styled)
        self.widget = Accordion(children=[self._text.widget], selected_index=None)
        self.widget.set_title(0, title)

    @property
    def open(self) -> bool:
        """True while somebody may be reading it."""
        return self.widget.selected_index is not None

    def feed(self, text: str) -> None:
        """Show more of the text."""
        self._text.feed(text)

    def every_s(self, fastest_s: float) -> float:
        """Return how long to wait before more is drawn, as `LiveAnswer` does."""
        return self._text.every_s(fastest_s)

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        self._text.close()
        self.widget.layout.close()
        self.widget.close()
