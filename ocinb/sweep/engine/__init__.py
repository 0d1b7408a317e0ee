"""Carries a plan out: asks, tries again, gives up, and records what came."""

from ocinb.sweep.engine.engine import Engine, Outcome
from ocinb.sweep.engine.targets import Question, Target, target_of

__all__ = ["Engine", "Outcome", "Question", "Target", "target_of"]
