"""A variable of the notebook that a flag names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.errors import ConfigurationError, one_line
from ocinb.sampling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["variable"]


def variable(
    flag: str,
    name: str,
    names: Mapping[str, Any],
    fits: Callable[[Any], bool],
    kinds: str,
) -> Any:
    """Return the value of a variable.

    Args:
        flag: that names it.
        name: of the variable.
        names: the notebook's variables.
        fits: whether a value is what the flag takes.
        kinds: what it takes, in words.

    Raises:
        ConfigurationError: there is no such variable, or it holds something else.
    """
    shown = one_line(name, 60)
    if name not in names:
        known = [each for each, value in names.items() if fits(value)]
        question = did_you_mean(name, known)
        msg = f"{flag} {shown}: there is no such variable{question}"
        raise ConfigurationError(msg, hint=f"it takes {kinds}")
    if not fits(names[name]):
        msg = f"{flag} {shown}: is a {type(names[name]).__name__}, not {kinds}"
        raise ConfigurationError(msg)
    return names[name]
