"""Which sampling parameters a deployment acts on, found out by asking it."""

from ocinb.chat_models.effects.check import PROMPT, check_parameters, requests_needed
from ocinb.chat_models.effects.findings import Finding, ParameterReport

__all__ = [
    "PROMPT",
    "Finding",
    "ParameterReport",
    "check_parameters",
    "requests_needed",
]
