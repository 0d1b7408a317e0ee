"""Charts of sweeps that need no network."""

from ocinb.sweep.plots.plot import VEGA_LITE, Plot
from ocinb.sweep.plots.plots import Plots

__all__ = ["VEGA_LITE", "Plot", "Plots"]
