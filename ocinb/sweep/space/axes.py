"""The values of one axis, checked and made ready to be sent."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Final

import orjson

from ocinb.chat_models.tools import tools_to_wire
from ocinb.errors import ParameterError, one_line
from ocinb.sampling import PARAMETERS, check, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Axis", "axis_of", "check_name", "checked_value", "listed", "values_of"]

_OWN: Final = {
    "system": "the system prompt",
    "model": "the name of a model that the server knows",
    "tools": "a list of tools",
}
"""Axes that are no sampling parameters."""

_NOT_AXES: Final = {
    "n": "one request is one trial: use repeats=",
    "stream_options": "a sweep sets it itself",
}

_SHOWN: Final = 60


@dataclass(frozen=True)
class Axis:
    """One parameter's values.

    Attributes:
        name: a sampling parameter, `system`, `model` or `tools`.
        values: each once, as it is sent.
        labels: short names of the values, in the same order; empty if none were given.
        note: what was changed about them, in one line; empty if nothing was.
    """

    name: str
    values: list[Any]
    labels: list[str] = field(default_factory=list)
    note: str = ""


def check_name(name: str) -> None:
    """Refuse what cannot be an axis.

    Raises:
        ParameterError: says what it could be.
    """
    if name in _NOT_AXES:
        msg = f"{name} is no axis: {_NOT_AXES[name]}"
        raise ParameterError(msg)
    if name not in PARAMETERS and name not in _OWN:
        raise refuse_unknown(name, [*PARAMETERS, *_OWN])


def axis_of(name: str, given: Any) -> Axis:
    """Return an axis of what the user gave for it.

    Args:
        name: of the axis.
        given: a list, a range, an array, a Series, a generator; or a dict of a short
            name -> value, for values too long to be read in a table.

    Raises:
        ParameterError: the name is no axis, there are no values, or one is not valid.
    """
    check_name(name)
    if isinstance(given, Mapping):
        if not given:
            raise _no_values(name)
        checked = [checked_value(name, value) for value in given.values()]
        return Axis(name, checked, _labels(given))
    return values_of(name, given)


def values_of(name: str, given: Any) -> Axis:
    """Return values without labels; one that stands twice is merged.

    Raises:
        ParameterError: it is no list of values, there are none, or one is not valid.
    """
    values = listed(name, given)
    found: dict[bytes, Any] = {}
    for value in values:
        checked = checked_value(name, value)
        found.setdefault(_canonical(name, checked), checked)
    if not values:
        raise _no_values(name)
    merged = len(values) - len(found)
    note = f"{name}: {merged} values that stood twice were merged" if merged else ""
    return Axis(name, list(found.values()), note=note)


def listed(name: str, given: Any) -> list[Any]:
    """Return what the user gave as a list, not checked.

    Raises:
        ParameterError: it is one value, or a way to draw some.
    """
    shown = one_line(repr(given), _SHOWN)
    if hasattr(given, "rvs") or hasattr(given, "draw"):
        msg = f"{name} is drawn from {shown}, which only sample(...) does"
        raise ParameterError(msg)
    refusal = f"{name} must be a list of values (got {shown}): write [{shown}]"
    if isinstance(given, (str, bytes)):
        raise ParameterError(refusal)
    try:
        return list(given)
    except TypeError as error:  # an array may be a number, too
        raise ParameterError(refusal) from error


def _labels(given: Iterable[Any]) -> list[str]:
    """Return names that fit a table and differ to the eye."""
    labels: list[str] = []
    for each in given:
        label = one_line(unicodedata.normalize("NFC", str(each)), _SHOWN)
        twins = (f"{label} ({number})" for number in count(2))
        labels.append(
            next(twin for twin in chain([label], twins) if twin not in labels)
        )
    return labels


def checked_value(name: str, value: Any) -> Any:
    """Return one value of an axis as it is sent; None means "not sent".

    Raises:
        ParameterError: no server accepts it, or it is of the wrong type.
    """
    if value is None:
        return None
    if name == "tools":
        return tools_to_wire(value)
    if name in _OWN:
        if isinstance(value, str):
            return value
        shown = one_line(repr(value), _SHOWN)
        msg = f"{name} must be {_OWN[name]} (got {shown})"
        raise ParameterError(msg)
    return check(name, value) if name in PARAMETERS else value


def _canonical(name: str, value: Any) -> bytes:
    """Return bytes that are the same for values that are sent as the same.

    Raises:
        ParameterError: JSON cannot hold it.
    """
    options = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY
    try:
        return orjson.dumps(value, option=options)
    except TypeError as error:
        shown = one_line(repr(value), _SHOWN)
        msg = f"{name} holds a value that JSON cannot hold: {shown}"
        raise ParameterError(msg) from error


def _no_values(name: str) -> ParameterError:
    return ParameterError(f"{name} has no values: nothing to sweep over")
