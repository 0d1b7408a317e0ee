"""What is typed for an axis, `0,0.5`, `0:1:0.25` or `$temperatures`, and its values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.typed.interpolation import Missing, value_of
from ocinb.sampling import PARAMETERS, did_you_mean

__all__ = ["STEPS", "read_axis", "read_word", "split_at_commas"]

STEPS: Final = 10_000
"""Values that a range may have."""

_OPENS: Final = {"[": "]", "{": "}", "(": ")"}
_NAME: Final = re.compile(r"\$(?P<name>[^\W\d]\w*)\Z")
_SHOWN: Final = 60
_RANGE_PARTS: Final = 3


def read_word(line: str, at: int) -> int:
    """Return where a word ends: at the first space outside quotes and brackets.

    A space behind a comma does not end it.

    Args:
        line: what was typed.
        at: where the word begins.

    Raises:
        ConfigurationError: a quote or a bracket is never closed.
    """
    end = at
    for end, is_inside in _walk(line, at):
        is_end = line[end].isspace() and not is_inside
        if is_end and not line[at:end].rstrip().endswith(","):
            return end
    return len(line)


def split_at_commas(text: str) -> list[str]:
    """Return the parts between commas that stand outside quotes and brackets."""
    parts, begun = [], 0
    for place, is_inside in _walk(text, 0):
        if text[place] == "," and not is_inside:
            parts.append(text[begun:place].strip())
            begun = place + 1
    return [*parts, text[begun:].strip()]


def read_axis(name: str, text: str, names: Mapping[str, Any]) -> Any:
    """Return the values of an axis, as `grid` takes them.

    Args:
        name: of the axis.
        text: what was typed after `name=`.
        names: the notebook's variables, for `$name` and `{name}`.

    Raises:
        ConfigurationError: it cannot be read, and why.
    """
    parts = split_at_commas(text)
    if not all(parts):
        msg = f"{name}={one_line(text, _SHOWN)}: a value is missing"
        raise ConfigurationError(
            msg, hint=f"write {name}=a,b,c or {name}=low:high:step"
        )
    if len(parts) == 1:
        whole = _variable(name, parts[0], names)
        if isinstance(whole, Mapping) and not _takes_objects(name):
            return whole  # short name -> value
    return [value for part in parts for value in _values(name, part, names)]


def _values(name: str, part: str, names: Mapping[str, Any]) -> list[Any]:
    found = _variable(name, part, names)
    if found is not _NONE:
        several = isinstance(found, Iterable) and not isinstance(
            found, (str, bytes, Mapping)
        )
        if several and name == "tools" and not any(map(_is_list, found)):
            return [found]  # one list of tools is one value
        return list(found) if several else [found]
    if part[0] in "\"'":
        return [_unquoted(part)]
    numbers = part.split(":")
    if len(numbers) == _RANGE_PARTS and not _is_text(name):
        return _range(name, part, numbers)
    return [_value(name, part)]


_NONE: Final = object()


def _variable(name: str, part: str, names: Mapping[str, Any]) -> Any:
    """Return the value of `$name` or `{name}`; `_NONE` if it is neither."""
    match = _NAME.match(part)
    if match is not None:
        if match["name"] not in names:
            question = did_you_mean(match["name"], list(names))
            msg = (
                f"{name}={one_line(part, _SHOWN)}: there is no such variable{question}"
            )
            raise ConfigurationError(msg)
        return names[match["name"]]
    try:
        return value_of(part, names)
    except Missing:
        return _NONE


def _range(name: str, part: str, numbers: list[str]) -> list[Any]:
    """Return low, low + step, ... and high, if a step ends there.

    It is counted in decimals, as it is typed: 0:1:0.1 has 11 values, and its fourth is
    0.3 and not 0.30000000000000004.
    """
    shown = f"{name}={one_line(part, _SHOWN)}"
    try:
        low, high, step = map(Decimal, numbers)
        count = int((high - low) / step) + 1
    except (InvalidOperation, ArithmeticError, ValueError) as error:
        msg = f"{shown}: a range is low:high:step, three numbers with a step that is not 0"
        raise ConfigurationError(msg) from error
    if not 1 <= count <= STEPS:
        msg = (
            f"{shown}: a range has 1 to {STEPS:,} values, from low in steps up to high"
        )
        raise ConfigurationError(msg)
    values = [low + place * step for place in range(count)]
    is_whole = all(value == value.to_integral_value() for value in values)
    return [int(value) if is_whole else float(value) for value in values]


def _value(name: str, part: str) -> Any:
    if _is_text(name):
        return part
    try:
        return json.loads(part)
    except (ValueError, RecursionError):
        return _number(part)


def _number(text: str) -> Any:
    """Read what Python takes for a number and JSON does not, as `.5`; else the text."""
    try:
        return float(text)
    except ValueError:
        return text


def _is_text(name: str) -> bool:
    """Tell whether an axis has texts: then `1` is no number."""
    known = PARAMETERS.get(name)
    return known.kind in {"text", "texts"} if known else name in {"system", "model"}


def _takes_objects(name: str) -> bool:
    known = PARAMETERS.get(name)
    return known is not None and known.kind in {"object", "any"}


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _unquoted(part: str) -> str:
    if part.startswith('"'):
        try:
            return str(json.loads(part))
        except ValueError:
            return part[1:-1].replace('\\"', '"')
    return part[1:-1]


def _walk(text: str, at: int) -> Iterable[tuple[int, bool]]:
    """Yield each place, and whether it is inside quotes or brackets.

    Raises:
        ConfigurationError: a quote or a bracket is never closed.
    """
    closes: list[str] = []
    quote, begun, place = "", at, at
    while place < len(text):
        sign = text[place]
        yield place, bool(quote or closes)
        if quote:
            place += sign == "\\" and quote == '"'
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote, begun = sign, place
        elif sign in _OPENS:
            closes.append(_OPENS[sign])
            begun = place
        elif closes and sign == closes[-1]:
            closes.pop()
        place += 1
    if quote or closes:
        what = "quote" if quote else "bracket"
        msg = f"the {what} at column {begun + 1} is never closed"
        raise ConfigurationError(msg)
