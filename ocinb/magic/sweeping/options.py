"""What may stand on the line of `%%ocisweep` beside axes: options and flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.typed.flags import FLAGS, Flag
from ocinb.magic.typed.variables import variable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AXES", "OPTIONS", "SWEEP_FLAGS", "Option", "read_option"]

Kind = Literal["whole", "number", "text", "switch", "names"]


@dataclass(frozen=True)
class Option:
    """One `name=value` that is no axis.

    Attributes:
        name: as it is typed.
        target: the argument of `run_sweep` that it sets.
        help: one sentence.
        value: what stands for the value in help texts.
        kind: how the value is read.
        none: True if `none` stands for None.
    """

    name: str
    target: str
    help: str
    value: str
    kind: Kind
    none: bool = False


_ALL: Final = (
    Option("repeats", "repeats", "How often each prompt is asked.", "N", "whole"),
    Option(
        "scorers",
        "scorers",
        "Functions of a trial, in variables, that score it.",
        "NAME,NAME",
        "names",
    ),
    Option(
        "limit",
        "limit",
        "The most requests that are sent; above it nothing is.",
        "N|none",
        "whole",
        none=True,
    ),
    Option("store", "store", "The file that keeps the trials.", "PATH", "text"),
    Option("name", "name", "What the sweep is called in its store.", "TEXT", "text"),
    Option(
        "concurrency",
        "max_concurrency",
        "Requests open at once; auto finds out how many are answered promptly.",
        "N|auto",
        "whole",
    ),
    Option(
        "rps", "max_rps", "The most requests that start a second.", "NUMBER", "number"
    ),
    Option(
        "timeout",
        "timeout",
        "Seconds without any answer.",
        "SECONDS|none",
        "number",
        none=True,
    ),
    Option("attempts", "max_attempts", "Requests that a trial may take.", "N", "whole"),
    Option("warmup", "warmup", "Requests before the first trial.", "N", "whole"),
    Option(
        "stream",
        "stream",
        "false measures no time to the first token.",
        "BOOL",
        "switch",
    ),
    Option(
        "resume",
        "resume",
        "false asks everything again and keeps both.",
        "BOOL",
        "switch",
    ),
    Option(
        "retry_errors",
        "retry_errors",
        "true asks failed trials of earlier runs again.",
        "BOOL",
        "switch",
    ),
    Option(
        "reference",
        "reference",
        "The column of --df with right answers.",
        "NAME",
        "text",
    ),
)

OPTIONS: Final = {option.name: option for option in _ALL}
"""Every option by the name that is typed."""

AXES: Final = {
    "system": "system prompts",
    "tools": "lists of tools, in variables",
    "model": "names of models that the server knows",
}
"""Axes that are no sampling parameters."""

_FLAGS: Final = (
    FLAGS["--model"],
    Flag(
        "--df",
        "df",
        "Ask once for each row of this DataFrame; the cell is a template with {column}.",
        "NAME",
        names="variables",
    ),
    Flag(
        "--out",
        "out",
        "Keep the SweepResult in this variable.",
        "NAME",
        names="variables",
    ),
    FLAGS["--no-expand"],
    Flag(
        "--dry-run",
        "dry_run",
        "Say what would be sent; send nothing.",
        constant=True,
    ),
)

SWEEP_FLAGS: Final = {flag.name: flag for flag in _FLAGS} | {
    "-m": FLAGS["--model"],
    "-o": _FLAGS[2],
}
"""Every flag by the name that is typed, short names too."""

_SWITCHES: Final = {"true": True, "false": False, "yes": True, "no": False}


def read_option(option: Option, text: str, names: Mapping[str, Any]) -> Any:
    """Return the value of an option.

    Args:
        option: which.
        text: what was typed after `name=`, without quotes.
        names: the notebook's variables.

    Raises:
        ConfigurationError: it cannot be read, and why.
    """
    if option.none and text.lower() in {"none", "null"}:
        return None
    if option.kind == "names":
        return [_named(option, name.strip(), names) for name in text.split(",")]
    if option.kind == "text" or text == "auto":
        return text
    read = _READERS[option.kind]
    try:
        return read(text)
    except (ValueError, KeyError) as error:
        shown = f"{option.name}={one_line(text, 60)}"
        msg = f"{shown}: it is typed as {option.name}={option.value}"
        raise ConfigurationError(msg) from error


def _named(option: Option, name: str, names: Mapping[str, Any]) -> Any:

    shorn = name.strip("{}").removeprefix("$")
    return variable(f"{option.name}=", shorn, names, callable, "functions of a trial")


_READERS: Final[dict[str, Any]] = {
    "whole": int,
    "number": float,
    "switch": lambda text: _SWITCHES[text.lower()],
}
