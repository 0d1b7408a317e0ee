"""A sweep on its way: started, watched, paused, cancelled, waited for."""

from ocinb.sweep.running.options import STORE, SweepOptions
from ocinb.sweep.running.progress import Progress
from ocinb.sweep.running.start import begin, space_of
from ocinb.sweep.running.sweep import Sweep

__all__ = ["STORE", "Progress", "Sweep", "SweepOptions", "begin", "space_of"]
