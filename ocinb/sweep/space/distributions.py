"""Where a random search draws the values of an axis from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from ocinb.errors import ParameterError
from ocinb.sweep.space.axes import values_of
from ocinb.sweep.space.plan import whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

__all__ = ["Distribution", "choice", "integers", "log_uniform", "uniform"]


@runtime_checkable
class Distribution(Protocol):
    """Anything with scikit-learn's and SciPy's `rvs`: those of `scipy.stats` too."""

    def rvs(self, *, random_state: Any = None) -> Any:
        """Return one value, the same for the same state."""
        ...


@dataclass(frozen=True)
class Drawn:
    """A distribution of this module.

    Attributes:
        name: how it was made, for its repr.
        draw: returns a value drawn with a generator of random numbers.
    """

    name: str
    draw: Callable[[Random], Any]

    def __repr__(self) -> str:
        return self.name


def uniform(low: float, high: float, *, digits: int | None = 4) -> Drawn:
    """Return numbers in [low, high], each as likely.

    Args:
        low: the smallest.
        high: the largest.
        digits: decimal places that are kept, so that settings read well; None is all.

    Raises:
        ParameterError: they are no finite numbers with low < high.
    """
    _check(low, high, above=-math.inf)
    return Drawn(
        f"uniform({low:g}, {high:g})",
        lambda random: _rounded(random.uniform(low, high), digits),
    )


def log_uniform(low: float, high: float, *, digits: int | None = 4) -> Drawn:
    """Return numbers in [low, high] whose logarithm is uniform: each magnitude alike.

    Args:
        low: the smallest, above 0.
        high: the largest.
        digits: significant digits that are kept; None is all.

    Raises:
        ParameterError: they are no finite numbers with 0 < low < high.
    """
    _check(low, high, above=0)

    def draw(random: Random) -> float:
        value = math.exp(random.uniform(math.log(low), math.log(high)))
        return value if digits is None else float(f"{value:.{digits}g}")

    return Drawn(f"log_uniform({low:g}, {high:g})", draw)


def integers(low: int, high: int) -> Drawn:
    """Return whole numbers from low to high, both included, each as likely.

    Raises:
        ParameterError: they are no whole numbers with low < high.
    """
    low, high = (
        whole_number(name, given, least=None)
        for name, given in (("low", low), ("high", high))
    )
    _check(low, high, above=-math.inf)
    return Drawn(f"integers({low}, {high})", lambda random: random.randint(low, high))


def choice(values: Iterable[Any]) -> Drawn:
    """Return one of some values, each as likely.

    Raises:
        ParameterError: there are none, or one cannot be sent.
    """
    listed = values_of("choice", values).values
    return Drawn(f"choice({listed})", lambda random: random.choice(listed))


def _rounded(value: float, digits: int | None) -> float:
    return value if digits is None else round(value, digits)


def _check(low: Any, high: Any, *, above: float) -> None:
    numbers = all(
        isinstance(each, (int, float)) and math.isfinite(each) for each in (low, high)
    )
    if not (numbers and above < low < high):
        least = "" if above < 0 else f"{above:g} < "
        msg = f"a distribution needs {least}low < high (got {low!r}, {high!r})"
        raise ParameterError(msg)
