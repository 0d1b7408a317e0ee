"""Views made of stock ipywidgets."""

from ocinb.widgets.live import LiveAnswer, Splitter

__all__ = ["LiveAnswer", "Splitter"]
