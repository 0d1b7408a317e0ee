"""From axes to trials: which settings there are, and what they are asked."""

from ocinb.sweep.space.distributions import Distribution, choice, integers, log_uniform
from ocinb.sweep.space.distributions import uniform as uniform
from ocinb.sweep.space.plan import Estimate, Plan
from ocinb.sweep.space.prompts import prompts_of
from ocinb.sweep.space.space import Space, grid, sample, zip_axes

__all__ = [
    "Distribution",
    "Estimate",
    "Plan",
    "Space",
    "choice",
    "grid",
    "integers",
    "log_uniform",
    "prompts_of",
    "sample",
    "uniform",
    "zip_axes",
]
