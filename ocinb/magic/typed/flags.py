"""The flags of the magic line: one for each sampling parameter, and a few more."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from ocinb.errors import ConfigurationError, one_line
from ocinb.sampling import PARAMETERS, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.sampling import Kind

__all__ = ["FLAGS", "FORMATS", "PARAM", "Flag", "Format", "Names", "unknown_flag"]

Names = Literal[
    "",
    "models",
    "aliases",
    "presets",
    "conversations",
    "deployments",
    "schemas",
    "variables",
    "tools",
    "parameters",
]
Format = Literal[
    "markdown", "text", "json", "html", "code", "code:longest", "code:all", "raw"
]
Reasoning = Literal["show", "hide"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)


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
        kept: True if a preset may keep it.
        names: which names Tab offers for its value; "" is none.
        choices: the words that it takes, where they are few.
    """

    name: str
    target: str
    help: str
    value: str = ""
    constant: Any = None
    repeats: bool = False
    sampling: bool = False
    kept: bool = False
    names: Names = ""
    choices: tuple[str, ...] = ()


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

PARAM: Final = Flag(
    "--param",
    "fields",
    "Send any other field of the server; the value is JSON, or else text.",
    "NAME=JSON",
    repeats=True,
    kept=True,
)

_SETTINGS: Final = (
    Flag(
        "--model",
        "model",
        "Ask this alias or LangChain chat model variable.",
        "NAME",
        names="models",
    ),
    Flag(
        "--preset",
        "preset",
        "Take the flags that `preset save` kept; flags typed beside it win.",
        "NAME",
        names="presets",
    ),
    Flag(
        "--system",
        "system",
        "Instructions that the request starts with.",
        "TEXT",
        kept=True,
    ),
    Flag(
        "--conversation",
        "conversation",
        "Go on with this conversation, or begin it; it stays current.",
        "NAME",
        names="conversations",
    ),
    Flag(
        "--no-history",
        "history",
        "Ask outside the conversation: send no earlier turn and keep none.",
        constant=False,
    ),
    Flag(
        "--format",
        "format",
        f"How the answer is shown: {', '.join(FORMATS)}. code puts the first block of "
        "code into the next cell, code:longest and code:all others.",
        "FORMAT",
        kept=True,
        choices=FORMATS,
    ),
    Flag(
        "--image",
        "images",
        "Send a picture with the prompt: a PNG, JPEG, GIF or WebP file, or a variable "
        "with bytes, a PIL image or a matplotlib figure.",
        "PATH|VARIABLE",
        repeats=True,
        names="variables",
    ),
    Flag(
        "--schema",
        "schema",
        "Ask for an object that follows this pydantic class, TypedDict class or JSON "
        "schema, and keep it in `_oci_object`.",
        "NAME",
        names="schemas",
    ),
    Flag(
        "--tool",
        "tools",
        "Let the model call this function or LangChain tool; you are asked before each "
        "call.",
        "NAME",
        repeats=True,
        names="tools",
    ),
    Flag(
        "--tool-auto",
        "auto_tools",
        "Let the model call it without asking you, as Run All needs it.",
        "NAME",
        repeats=True,
        names="tools",
    ),
    Flag(
        "--reasoning",
        "reasoning",
        "Show what the model thinks before it answers, folded, or hide it.",
        "|".join(get_args(Reasoning)),
        kept=True,
        choices=get_args(Reasoning),
    ),
    Flag(
        "--out",
        "out",
        "Keep the whole AIMessage in this variable.",
        "NAME",
        names="variables",
    ),
    Flag(
        "--no-expand", "expand", "Leave every {name} as it is written.", constant=False
    ),
    Flag(
        "--dry-run",
        "dry_run",
        "Show the exact request, and Python and curl for it; send nothing.",
        constant=True,
    ),
    Flag("--verbose", "verbose", "Show the opc-request-id too.", constant=True),
    PARAM,
)

_SHORT: Final = {
    "-m": "--model",
    "-c": "--conversation",
    "-f": "--format",
    "-o": "--out",
    "-t": "--temperature",
    "-v": "--verbose",
}

FLAGS: Final[dict[str, Flag]] = {
    flag.name: flag for flag in (*_SETTINGS, *_of_parameters())
}
FLAGS.update({short: FLAGS[long] for short, long in _SHORT.items()})
"""Every flag by the name that is typed, short names too."""

_GUESSES: Final = 3


def unknown_flag(
    name: str, known: Mapping[str, Flag] = MappingProxyType(FLAGS)
) -> ConfigurationError:
    """Make the error for a flag that does not exist, with the nearest one.

    Args:
        name: what was typed.
        known: the flags that could stand in its place.
    """
    if name in FLAGS:
        return ConfigurationError(f"{name} has no place here")
    begun = [flag for flag in known if flag.startswith(name)][:_GUESSES]
    guess = ", ".join(begun) or nearest(name, known)
    question = f"; did you mean {guess}?" if guess else ""
    return ConfigurationError(
        f"unknown flag {one_line(name, 60)}{question}",
        hint="`%ocichat help` lists all flags",
    )
