"""What is typed after a flag, and the value that it stands for."""

from __future__ import annotations

import builtins
import json
from functools import partial
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, ParameterError, one_line
from ocinb.magic.typed.flags import PARAM
from ocinb.magic.typed.interpolation import Missing, expand, value_of
from ocinb.sampling import PARAMETERS, check, did_you_mean
from ocinb.saved.names import check_field, plain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ocinb.magic.typed.flags import Flag
    from ocinb.sampling import Kind

__all__ = ["read_flag"]

_IPYTHONS: Final = frozenset({"In", "Out"})
"""Variables by which IPython keeps its history."""

_BY_NAME: Final = frozenset({"auto_tools", "images", "schema", "tools"})
"""Flags whose value is the name of a variable, with braces round it or not."""


def read_flag(flag: Flag, texts: Sequence[str], names: Mapping[str, Any]) -> Any:
    """Turn what was typed after a flag into its value.

    `{name}` alone stands for the variable itself, inside a longer text for its words.

    Args:
        flag: which flag.
        texts: what was typed, once per use of the flag; empty for a switch.
        names: the variables that may be named in braces.

    Raises:
        ParameterError: a sampling parameter does not allow the value.
        ConfigurationError: another flag does not.
    """
    if not flag.value:
        return flag.constant
    if flag is PARAM:
        return _read_fields(texts, names)
    if flag.target in _BY_NAME:
        return _setting(flag, [_name_or_text(text, names) for text in texts])
    values = [_variable_or_text(text, names) for text in texts]
    if not flag.sampling:
        return _setting(flag, [str(value) for value in values])
    parameter = PARAMETERS[flag.target]
    if flag.repeats:
        value = [one for given in values for one in _several(given, parameter.kind)]
    else:
        value = _single(values[0], parameter.kind)
    try:
        return check(parameter.name, value)
    except ParameterError as error:
        typed = one_line(" ".join(texts), 60)
        msg = f"{flag.name} {typed}: {error.message}"
        raise ParameterError(msg, hint=error.hint) from error


def _setting(flag: Flag, texts: Sequence[str]) -> Any:
    read = _READERS.get(flag.target, _same)
    if flag.choices:
        read = partial(_one_of, flag)
    values = tuple(read(text) for text in texts)
    return values if flag.repeats else values[0]


def _read_fields(texts: Sequence[str], names: Mapping[str, Any]) -> dict[str, Any]:
    """Read `name=value` of each `--param`; the value is JSON, or else text."""
    fields: dict[str, Any] = {}
    for text in texts:
        name, equals, typed = (part.strip() for part in text.partition("="))
        shown = one_line(text, 60)
        if not equals or not typed:
            msg = f"--param {shown}: needs a name and a value: --param NAME=JSON"
            raise ConfigurationError(msg)
        field = name.replace("-", "_")
        check_field(field, f"--param {shown}")
        if field in fields:
            msg = f"--param {shown}: {field} is given twice"
            raise ConfigurationError(msg)
        value = _single(_variable_or_text(typed, names), "any")
        fields[field] = _json_value(value, f"--param {shown}")
    return fields


def _json_value(value: Any, where: str) -> Any:
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"{where}: the value must be one that JSON can hold"
        raise ConfigurationError(msg) from error


def _name_or_text(text: str, names: Mapping[str, Any]) -> str:
    """Return the name in `{name}`, unless its value is a text that stands for it."""
    try:
        value = value_of(text, names)
    except Missing:
        return expand(text, names)
    return value if isinstance(value, str) else text.strip("{}")


def _variable_or_text(text: str, names: Mapping[str, Any]) -> Any:
    try:
        return value_of(text, names)
    except Missing:
        return expand(text, names)


def _single(value: Any, kind: Kind) -> Any:
    if not isinstance(value, str) or kind == "text":
        return value
    try:
        found = json.loads(value)
    except ValueError:
        return _number(value) if kind in {"float", "int"} else value
    return found


def _number(text: str) -> Any:
    """Read what Python takes for a number and JSON does not: `.5`, `+1`, `inf`."""
    try:
        return float(text)
    except ValueError:
        return text


def _several(value: Any, kind: Kind) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return list(value)
    found = _single(value, "any")
    if isinstance(found, list):
        return found
    if kind == "texts" or not isinstance(value, str):
        return [value]
    return [_single(part, kind) for part in value.split(",")]


def _same(text: str) -> str:
    return text


def _one_of(flag: Flag, text: str) -> str:
    if text not in flag.choices:
        question = did_you_mean(text, flag.choices)
        allowed = ", ".join(flag.choices)
        msg = f"{flag.name} {one_line(text, 60)}: must be one of {allowed}{question}"
        raise ConfigurationError(msg)
    return text


def _read_out(text: str) -> str:
    if not text.isidentifier() or iskeyword(text):
        msg = f"--out: {one_line(text, 60)!r} is not a valid Python name"
        raise ConfigurationError(msg)
    if hasattr(builtins, text) or text in _IPYTHONS:
        owner = "IPython" if text in _IPYTHONS else "Python"
        msg = f"--out: {text!r} is a name of {owner}'s own"
        raise ConfigurationError(msg, hint="choose another name")
    return text


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "out": _read_out,
    "conversation": partial(plain_name, what="name of a conversation"),
    "preset": partial(plain_name, what="name of a preset"),
}
