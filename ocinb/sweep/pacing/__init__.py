"""How many requests a deployment is asked for, and when: fast, and politely."""

from ocinb.sweep.pacing.limit import Limit
from ocinb.sweep.pacing.pacer import Pacer
from ocinb.sweep.pacing.rate import Rate

__all__ = ["Limit", "Pacer", "Rate"]
