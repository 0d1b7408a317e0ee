"""Which points no other one beats in everything."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ocinb.sweep.metrics.catalogue import Better

__all__ = ["pareto_front"]


def pareto_front(
    points: Sequence[tuple[float, float]], better: tuple[Better, Better]
) -> list[int]:
    """Return the places of the points on the Pareto front, by their first value.

    A point is on it if no other is at least as good in both values and better in one
    (Pareto 1906). Equal points are on it together. It looks at the values alone: points
    that lie within each other's intervals may change places in the next sweep.

    Args:
        points: two values each; one that is not finite is never on the front.
        better: which way each of the two is better.
    """
    signs = [1 if way == "lower" else -1 for way in better]
    costs = [
        tuple(s * v for s, v in zip(signs, point, strict=True)) for point in points
    ]
    usable = [n for n, cost in enumerate(costs) if all(map(math.isfinite, cost))]
    front: list[int] = []
    best = math.inf
    for place in sorted(usable, key=lambda place: costs[place]):
        is_twin = bool(front) and costs[place] == costs[front[-1]]
        if costs[place][1] < best or is_twin:
            front.append(place)
            best = costs[place][1]
    return sorted(front, key=lambda place: (points[place][0], place))
