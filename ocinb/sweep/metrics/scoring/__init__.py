"""Scorers: functions that make a score of each answer."""

from ocinb.sweep.metrics.scoring.judging import judge
from ocinb.sweep.metrics.scoring.ready import (
    contains,
    exact_match,
    json_valid,
    tool_calls_unknown,
    tool_calls_valid,
)
from ocinb.sweep.metrics.scoring.scorer import GIVEN, Asks, Scorer, named
from ocinb.sweep.metrics.scoring.scorers import Scorers, ask_directly

__all__ = [
    "GIVEN",
    "Asks",
    "Scorer",
    "Scorers",
    "ask_directly",
    "contains",
    "exact_match",
    "json_valid",
    "judge",
    "named",
    "tool_calls_unknown",
    "tool_calls_valid",
]
