"""Values as Python that makes them again."""

from __future__ import annotations

import math
from keyword import iskeyword
from textwrap import indent
from typing import TYPE_CHECKING, Any, Final

import orjson

from ocinb.errors import ParameterError, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["as_arguments", "as_call", "as_literal"]

WIDTH: Final = 80
"""Characters from which on a value is laid out over several lines."""

_STEP: Final = "    "


def as_literal(value: Any) -> str:
    """Return an expression of Python literals that equals a value.

    What Python has no literal for, such as a numpy array, becomes what is sent of it:
    its JSON. Nothing in the text acts on a terminal or a page.

    Raises:
        ParameterError: the value is nothing that could be sent.
    """
    if isinstance(value, dict):
        pairs = (f"{as_literal(k)}: {as_literal(v)}" for k, v in value.items())
        return _laid_out("{", pairs, "}")
    if isinstance(value, (list, tuple)):
        return _laid_out("[", map(as_literal, value), "]")
    if type(value) is str:
        return _text(value)
    if type(value) is float and not math.isfinite(value):
        return f'float("{value}")'
    if value is None or type(value) in {bool, int, float}:
        return repr(value)
    return as_literal(_sent(value))


def as_call(name: str, arguments: Iterable[str]) -> str:
    """Return the call of a function, over several lines where it is long."""
    return _laid_out(f"{name}(", arguments, ")")


def as_arguments(values: Mapping[str, Any]) -> list[str]:
    """Return keyword arguments; names that Python does not take stand in a dict."""
    plain = {n: v for n, v in values.items() if n.isidentifier() and not iskeyword(n)}
    others = {name: value for name, value in values.items() if name not in plain}
    told = [f"{name}={as_literal(value)}" for name, value in plain.items()]
    return told + ([f"**{as_literal(others)}"] if others else [])


def _laid_out(start: str, parts: Iterable[str], end: str) -> str:
    listed = list(parts)
    line = f"{start}{', '.join(listed)}{end}"
    comment = any(part.startswith("#") for part in listed)
    if not comment and "\n" not in line and len(line) <= WIDTH:
        return line
    if len(listed) == 1 and "\n" not in line and not comment:
        return line  # one long text reads no better on a line of its own
    lines = (part if part.startswith("#") else f"{part}," for part in listed)
    return f"{start}\n{indent(chr(10).join(lines), _STEP)}\n{end}"


def _text(text: str) -> str:
    """Return a text as a literal; one line for each of its lines, if it is long."""
    if len(text) <= WIDTH or "\n" not in text.rstrip("\n"):
        return _quoted(text)
    lines = "\n".join(_quoted(line) for line in text.splitlines(keepends=True))
    return f"(\n{indent(lines, _STEP)}\n)"


def _quoted(text: str) -> str:
    """Return a text as a literal in double quotes where that needs no backslash."""
    shown = repr(text)
    return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in text else shown


def _sent(value: Any) -> Any:
    try:
        return orjson.loads(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY))
    except TypeError as error:
        kind = one_line(type(value).__name__, 80)
        msg = f"a {kind} cannot be written as Python: it is no JSON either"
        raise ParameterError(msg) from error
