"""The help text of the magic, generated from its flags and subcommands."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Final

from ocinb.magic.flags import FLAGS
from ocinb.sampling import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ocinb.magic.command import Command
    from ocinb.magic.flags import Flag

__all__ = ["help_of"]

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

    IPython takes a line that ends in a word and ? for a call for help: put a space
    before the ?, or use %%ocichat. `%ocichat -- text` sends what looks like a
    subcommand or a flag as text.

    `_oci` always holds the last answer, a LangChain AIMessage.
    `%config OciChatMagics` lists the settings.
    """)

_COLUMN: Final = 31


def _command(form: str, explained: str) -> str:
    typed = f"%ocichat {form}"
    if len(typed) < _COLUMN - 1:
        return f"{typed:<{_COLUMN}}{explained}"
    return f"{typed}\n{'':<{_COLUMN}}{explained}"


def _entry(flag: Flag) -> Iterator[str]:
    short = next((n for n in FLAGS if FLAGS[n] is flag and n != flag.name), "")
    names = f"{short}, {flag.name}" if short else flag.name
    yield f"{names} {flag.value}".rstrip()
    more = ""
    if flag.sampling and flag.value:
        more = f" Allowed: {PARAMETERS[flag.target].range}."
    again = " May be given several times." if flag.repeats else ""
    yield f"    {flag.help}{more}{again}"


def _flags(*, sampling: bool) -> str:
    chosen = dict.fromkeys(f for f in FLAGS.values() if f.sampling is sampling)
    return "\n".join(line for flag in chosen for line in _entry(flag))


def help_of(commands: Mapping[str, Command]) -> str:
    """Return what `%ocichat help` and `%%ocichat?` show.

    Args:
        commands: the subcommands by name; an other name of one is not listed.
    """
    seen: dict[int, str] = {}
    for name, command in commands.items():
        seen.setdefault(id(command), name)
    forms = (pair for name in seen.values() for pair in commands[name].forms(name))
    listed = "\n".join(_command(*pair) for pair in forms)
    return (
        f"{_HEAD}{listed}\n\n{_TAIL}\n"
        f"Flags:\n{_flags(sampling=False)}\n\n"
        f"Sampling parameters; null is not sent:\n{_flags(sampling=True)}\n"
    )
