"""The help text of the magic, generated from its flags and subcommands."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Final

from ocinb.magic.typed.flags import FLAGS
from ocinb.sampling import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ocinb.magic.commands.command import Command
    from ocinb.magic.typed.flags import Flag

__all__ = [
    "explained",
    "flags_of",
    "forms_of",
    "help_of",
    "own_flags",
    "typed_as",
]

_HEAD: Final = dedent("""\
    Chat with a model: the answer streams into the cell's output.

    %%ocichat [ALIAS] [flags]      the rest of the cell is the prompt
    %ocichat [flags] text          the rest of the line is the prompt
    """)

_TAIL: Final = dedent("""\
    ALIAS is a name made by `alias add`, or a variable that holds any LangChain chat
    model. Without one the current model answers: the one of `alias set` or `local`, or
    the deployment that the variable OCI_LLM_ENDPOINT names.

    In the prompt and in the flags' values {name}, {name.attr} and {name[0]} stand for
    notebook variables that exist. All other braces stay as they are, and so do
    {{name}}, ${name} and LaTeX commands.

    `%ocichat -- text` sends what looks like a subcommand or a flag as text.

    `_oci` always holds the last answer, a LangChain AIMessage.
    `%config OciChatMagics` lists the settings.
    """)

_COLUMN: Final = 31


def _command(form: str, explained: str) -> str:
    typed = f"%ocichat {form}"
    if len(typed) < _COLUMN - 1:
        return f"{typed:<{_COLUMN}}{explained}"
    return f"{typed}\n{'':<{_COLUMN}}{explained}"


def typed_as(flag: Flag) -> str:
    """Return a flag as it is typed: its names and what stands for its value."""
    short = next((n for n in FLAGS if FLAGS[n] is flag and n != flag.name), "")
    names = f"{short}, {flag.name}" if short else flag.name
    return f"{names} {flag.value}".rstrip()


def explained(flag: Flag) -> str:
    """Return what a flag does, with the range of its value."""
    more = ""
    if flag.sampling and flag.value:
        more = f" Allowed: {PARAMETERS[flag.target].range}."
    again = " May be given several times." if flag.repeats else ""
    return f"{flag.help}{more}{again}"


def flags_of(*, sampling: bool) -> list[Flag]:
    """Return the flags of the magic, each once."""
    return list(dict.fromkeys(f for f in FLAGS.values() if f.sampling is sampling))


def forms_of(commands: Mapping[str, Command]) -> list[tuple[str, str]]:
    """Return every form of every subcommand, and what it does.

    Args:
        commands: the subcommands by name; an other name of one is not listed.
    """
    seen: dict[int, str] = {}
    for name, command in commands.items():
        seen.setdefault(id(command), name)
    return [pair for name in seen.values() for pair in commands[name].forms(name)]


def own_flags(commands: Mapping[str, Command]) -> list[tuple[str, Flag]]:
    """Return the flags that only a subcommand has, each with that subcommand."""
    tables = [
        *((name, command.flags) for name, command in commands.items()),
        *(
            (f"{name} {word}", verb.flags)
            for name, command in commands.items()
            for word, verb in command.verbs.items()
        ),
    ]
    return [
        (place, flag)
        for place, flags in tables
        for name, flag in flags.items()
        if FLAGS.get(name) is not flag
    ]


def _entries(flags: Iterable[Flag], place: str = "") -> str:
    return "\n".join(f"{place}{typed_as(f)}\n    {explained(f)}" for f in flags)


def help_of(commands: Mapping[str, Command]) -> str:
    """Return what `%ocichat help` and `%%ocichat?` show.

    Args:
        commands: the subcommands by name.
    """
    listed = "\n".join(_command(*pair) for pair in forms_of(commands))
    own = "\n".join(_entries([flag], f"{name} ") for name, flag in own_flags(commands))
    return (
        f"{_HEAD}{listed}\n\n{_TAIL}\n"
        f"Flags:\n{_entries(flags_of(sampling=False))}\n\n"
        f"Flags of subcommands:\n{own}\n\n"
        "Sampling parameters; null is not sent:\n"
        f"{_entries(flags_of(sampling=True))}\n"
    )
