"""The flags of the magic line: one for each sampling parameter, and a few more."""

from __future__ import annotations

import builtins
import json
from dataclasses import dataclass
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Final, Literal

from ocinb.errors import ConfigurationError, ParameterError, one_line
from ocinb.magic.interpolation import Missing, expand, value_of
from ocinb.sampling import PARAMETERS, check, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ocinb.sampling import Kind

__all__ = ["FLAGS", "FORMATS", "Flag", "Format", "read_flag", "unknown_flag"]

Format = Literal["markdown", "text", "raw"]
FORMATS: Final[tuple[Format, ...]] = ("markdown", "text", "raw")


@dataclass(frozen=True)
class Flag:
    """One flag.

    Attributes:
        name: as it is typed, with its dashes.
        target: the sampling parameter or setting that it sets.
        help: one sentence.
        value: what stands for the value in help texts; "" for a switch.
        constant: what a switch sets.
        repeats: True if it may be given several times.
        sampling: True if it sets a sampling parameter.
    """

    name: str
    target: str
    help: str
    value: str = ""
    constant: Any = None
    repeats: bool = False
    sampling: bool = False


def _of_parameters() -> list[Flag]:
    flags = []
    for parameter in PARAMETERS.values():
        name, target = parameter.name.replace("_", "-"), parameter.name
        if parameter.kind == "bool":
            flags += [
                Flag(f"--{name}", target, parameter.help, constant=True, sampling=True),
                Flag(
                    f"--no-{name}",
                    target,
                    f"The opposite of --{name}.",
                    constant=False,
                    sampling=True,
                ),
            ]
        else:
            value = _PLACEHOLDERS[parameter.kind]
            repeats = parameter.kind in {"texts", "ints"}
            flags.append(
                Flag(
                    f"--{name}",
                    target,
                    parameter.help,
                    value,
                    repeats=repeats,
                    sampling=True,
                )
            )
    return flags


_PLACEHOLDERS: Final[dict[Kind, str]] = {
    "float": "NUMBER",
    "int": "INTEGER",
    "text": "TEXT",
    "texts": "TEXT",
    "ints": "ID",
    "object": "JSON",
    "any": "JSON",
}

_SETTINGS: Final = (
    Flag(
        "--model", "model", "Ask this alias or LangChain chat model variable.", "NAME"
    ),
    Flag("--system", "system", "Instructions that the request starts with.", "TEXT"),
    Flag("--out", "out", "Keep the whole AIMessage in this variable.", "NAME"),
    Flag(
        "--format",
        "format",
        "How the answer is shown: " + ", ".join(FORMATS) + ".",
        "FORMAT",
    ),
    Flag(
        "--no-history",
        "history",
        "Ask outside the conversation: send no earlier turn and keep none.",
        constant=False,
    ),
    Flag(
        "--no-expand", "expand", "Leave every {name} as it is written.", constant=False
    ),
    Flag("--verbose", "verbose", "Show the opc-request-id too.", constant=True),
)

_SHORT: Final = {"-m": "--model", "-f": "--format", "-v": "--verbose"}

FLAGS: Final[dict[str, Flag]] = {
    flag.name: flag for flag in (*_SETTINGS, *_of_parameters())
}
FLAGS.update({short: FLAGS[long] for short, long in _SHORT.items()})
"""Every flag by the name that is typed, short names too."""


def unknown_flag(name: str) -> ConfigurationError:
    """Make the error for a flag that does not exist, with the nearest one."""
    guess = nearest(name, FLAGS)
    question = f"; did you mean {guess}?" if guess else ""
    return ConfigurationError(
        f"unknown flag {one_line(name, 60)}{question}",
        hint="`%ocichat help` lists all flags",
    )


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
    values = [_variable_or_text(text, names) for text in texts]
    if not flag.sampling:
        return _READERS.get(flag.target, _same)(str(values[0]))
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


def _read_format(text: str) -> str:
    if text not in FORMATS:
        guess = nearest(text, FORMATS)
        question = f"; did you mean {guess}?" if guess else ""
        allowed = ", ".join(FORMATS)
        msg = f"--format {one_line(text, 60)}: must be one of {allowed}{question}"
        raise ConfigurationError(msg)
    return text


def _read_out(text: str) -> str:
    if not text.isidentifier() or iskeyword(text):
        msg = f"--out: {one_line(text, 60)!r} is not a valid Python name"
        raise ConfigurationError(msg)
    if hasattr(builtins, text):
        msg = f"--out: {text!r} is a name of Python's own"
        raise ConfigurationError(msg, hint="choose another name")
    return text


_READERS: Final[dict[str, Callable[[str], str]]] = {
    "format": _read_format,
    "out": _read_out,
}
