"""Quantiles of the normal and of Student's t distribution, without SciPy."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import Final

__all__ = ["normal_quantile", "t_quantile"]

_LIKE_NORMAL: Final = 300
"""Degrees of freedom from which t and normal quantiles differ by less than 0.5 %."""

_HALVINGS: Final = 60


def normal_quantile(probability: float) -> float:
    """Return the point below which a standard normal value lies so often.

    Args:
        probability: above 0 and below 1.
    """
    return NormalDist().inv_cdf(probability)


@lru_cache(maxsize=256)
def t_quantile(probability: float, freedom: int) -> float:
    """Return the point below which a value of Student's t lies so often.

    The finite sums of Abramowitz & Stegun (1964), 26.7.3 and 26.7.4, give how likely
    |t| is below a point; halving finds the point.

    Args:
        probability: above 0 and below 1.
        freedom: degrees of freedom, from 1.
    """
    if freedom > _LIKE_NORMAL:
        return normal_quantile(probability)
    wanted = abs(2 * probability - 1)
    low, high = 0.0, math.pi / 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _within(middle, freedom) < wanted:
            low = middle
        else:
            high = middle
    return math.copysign(math.sqrt(freedom) * math.tan(low), probability - 0.5)


def _within(angle: float, freedom: int) -> float:
    """Return how likely |t| < sqrt(freedom) * tan(angle) is."""
    sine, cosine = math.sin(angle), math.cos(angle)
    first = freedom % 2 + 1  # the power of the next cosine: 1 if even, 2 if odd
    term = cosine if freedom % 2 else 1.0
    total = term if freedom > 1 else 0.0
    for power in range(first, freedom - 2, 2):
        term *= cosine * cosine * power / (power + 1)
        total += term
    if freedom % 2 == 0:
        return sine * total
    return 2 / math.pi * (angle + sine * total)
