"""The view of a sweep, while it runs and afterwards."""

from ocinb.widgets.sweep.display import show
from ocinb.widgets.sweep.view import SweepView

__all__ = ["SweepView", "show"]
