"""What a sweep found out, as tables, choices and files."""

from ocinb.sweep.results.best import Best
from ocinb.sweep.results.comparison import Comparison
from ocinb.sweep.results.loading import load_sweep
from ocinb.sweep.results.result import SweepResult

__all__ = ["Best", "Comparison", "SweepResult", "load_sweep"]
