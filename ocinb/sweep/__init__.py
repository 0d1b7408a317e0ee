"""Parameter sweeps: a search space becomes trials, and trials become results."""

from ocinb.sweep.batch import run_batch
from ocinb.sweep.metrics.scoring import (
    contains,
    exact_match,
    json_valid,
    judge,
    tool_calls_unknown,
    tool_calls_valid,
)
from ocinb.sweep.results import SweepResult, load_sweep
from ocinb.sweep.run import arun_sweep, run_sweep
from ocinb.sweep.running import Progress, Sweep
from ocinb.sweep.space import (
    Space,
    choice,
    grid,
    integers,
    log_uniform,
    sample,
    uniform,
    zip_axes,
)

__all__ = [
    "Progress",
    "Space",
    "Sweep",
    "SweepResult",
    "arun_sweep",
    "choice",
    "contains",
    "exact_match",
    "grid",
    "integers",
    "json_valid",
    "judge",
    "load_sweep",
    "log_uniform",
    "run_batch",
    "run_sweep",
    "sample",
    "tool_calls_unknown",
    "tool_calls_valid",
    "uniform",
    "zip_axes",
]
