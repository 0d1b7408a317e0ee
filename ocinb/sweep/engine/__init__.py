"""Carries a plan out: asks, tries again, gives up, and records what came."""

from ocinb.sweep.engine.engine import Engine, Journal, Options
from ocinb.sweep.engine.outcome import Outcome
from ocinb.sweep.engine.standing import Standing
from ocinb.sweep.engine.targets import Question, Target, question_of, target_of

__all__ = [
    "Engine",
    "Journal",
    "Options",
    "Outcome",
    "Question",
    "Standing",
    "Target",
    "question_of",
    "target_of",
]
