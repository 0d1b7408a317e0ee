"""What is typed into a control, and the value it stands for, clamped with a note."""

from __future__ import annotations

import json
import math
import warnings
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ocinb.errors import ParameterError, one_line
from ocinb.sampling import ParameterWarning, check

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.sampling import Kind, Parameter

__all__ = ["Typed", "read", "shown"]


class Typed(NamedTuple):
    """A value, and what the user has to know of it.

    Attributes:
        value: None is "not sent".
        note: one line; "" if the value is what was typed.
    """

    value: Any
    note: str = ""


class _Unreadable(Exception):
    """Nothing can be made of what was typed; its text says why."""


def read(parameter: Parameter, text: str, before: Any) -> Typed:
    """Return the value that was typed.

    Args:
        parameter: of which it is a value.
        text: what was typed; nothing is "not sent".
        before: the value that stays where nothing can be made of the text.
    """
    text = text.strip()
    if not text:
        return Typed(None)
    try:
        typed = _READERS.get(parameter.kind, _read_json)(parameter, text)
        return _checked(parameter, typed)
    except (_Unreadable, ParameterError) as error:
        stays = "it is not sent" if before is None else f"it stays {shown(before)}"
        said = error.message if isinstance(error, ParameterError) else str(error)
        return Typed(before, f"{said}; {stays}")


def shown(value: Any) -> str:
    """Return a value as it stands in a box; None is an empty one."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return (
            json.dumps(value, ensure_ascii=False) if value[0][:1] == "[" else value[0]
        )
    return json.dumps(value, ensure_ascii=False)


def _checked(parameter: Parameter, typed: Typed) -> Typed:
    """Return a value in the wire's own type, with what servers may think of it."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ParameterWarning)
        value = check(parameter.name, typed.value)
    notes = [typed.note, *(str(each.message) for each in told)]
    return Typed(value, "; ".join(note for note in notes if note))


def _read_number(parameter: Parameter, text: str) -> Typed:
    number, note = _number(parameter, text)
    clamped = _clamped(parameter, number)
    if clamped != number:
        allowed = f"{parameter.name} must be {parameter.range}"
        return Typed(clamped, f"{allowed}: {_brief(text)} became {clamped}")
    if parameter.kind == "int" and isinstance(number, float):
        clamped = round(number)
        if clamped != number:
            note = f"{_brief(text)} was rounded to {clamped}"
    return Typed(clamped, note)


def _number(parameter: Parameter, text: str) -> tuple[int | float, str]:
    """Read a number, an integer exactly, whatever stands for its decimal point."""
    plain = text.replace("\u2212", "-").replace("\u00a0", "").replace(" ", "")
    note = ""
    if "," in plain and "." not in plain and plain.count(",") == 1:
        plain = plain.replace(",", ".")
        note = f"{_brief(text)} was read as {plain}"
    try:
        return int(plain), note
    except ValueError:
        pass
    try:
        number = float(plain)
    except ValueError:
        msg = f"{parameter.name}: {_brief(text)!r} is no number"
        raise _Unreadable(msg) from None
    if math.isnan(number) or (math.isinf(number) and not _bounded(parameter, number)):
        msg = f"{parameter.name}: {_brief(text)} cannot be sent"
        raise _Unreadable(msg)
    return number, note


def _bounded(parameter: Parameter, number: float) -> bool:
    return (parameter.low if number < 0 else parameter.high) is not None


def _clamped(parameter: Parameter, number: float) -> float:
    """Return the nearest number that every server accepts."""
    low, high = parameter.low, parameter.high
    if low is not None and (number < low or (parameter.low_open and number == low)):
        return low + (parameter.step or 0) if parameter.low_open else low
    return high if high is not None and number > high else number


def _read_bool(_: Parameter, text: str) -> Typed:
    words = {"true": True, "on": True, "false": False, "off": False}
    if text.lower() not in words:
        msg = f"{_brief(text)!r} is neither on nor off"
        raise _Unreadable(msg)
    return Typed(words[text.lower()])


def _read_text(_: Parameter, text: str) -> Typed:
    return Typed(text)


def _read_texts(parameter: Parameter, text: str) -> Typed:
    """Read a JSON list of strings, or one string as it is."""
    return _read_json(parameter, text) if text[0] == "[" else Typed([text])


def _read_ints(parameter: Parameter, text: str) -> Typed:
    return _read_json(parameter, text if text[0] == "[" else f"[{text}]")


def _read_json(parameter: Parameter, text: str) -> Typed:
    try:
        return Typed(json.loads(text))
    except (ValueError, RecursionError) as error:
        if parameter.kind == "any" and text[0] not in "{[":
            return Typed(text)  # a word, such as that of a tool
        msg = f"{parameter.name}: this is no JSON ({one_line(str(error), 80)})"
        raise _Unreadable(msg) from error


def _brief(text: str) -> str:
    return one_line(text, 40)


_READERS: Final[dict[Kind, Callable[[Parameter, str], Typed]]] = {
    "float": _read_number,
    "int": _read_number,
    "bool": _read_bool,
    "text": _read_text,
    "texts": _read_texts,
    "ints": _read_ints,
}
