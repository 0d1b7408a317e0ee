"""Views made of stock ipywidgets."""

from ocinb.widgets.folded import FoldedText
from ocinb.widgets.lean import lean
from ocinb.widgets.live import LiveAnswer, Splitter

__all__ = ["FoldedText", "LiveAnswer", "Splitter", "lean"]
