"""The help text of the magic, generated from its flags."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Final

from ocinb.magic.flags import FLAGS
from ocinb.sampling import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.magic.flags import Flag

__all__ = ["HELP"]

_HEAD: Final = dedent("""\
    Chat with a model: the answer streams into the cell's output.

    %%ocichat [ALIAS] [flags]      the rest of the cell is the prompt
    %ocichat [flags] text          the rest of the line is the prompt
    %ocichat local                 start the local deployment and use it
    %ocichat alias add NAME ENDPOINT|VARIABLE
    %ocichat alias set NAME        use it from now on
    %ocichat alias rm NAME
    %ocichat alias ls
    %ocichat history               show the conversation
    %ocichat reset                 begin a new conversation
    %ocichat help                  show this text

    ALIAS is a name made by `alias add`, or a variable that holds any LangChain chat
    model. Without one the current model answers: the one of `alias set` or `local`, or
    the deployment that the variable OCI_LLM_ENDPOINT names.

    In the prompt and in the flags' values {name}, {name.attr} and {name[0]} stand for
    notebook variables that exist. All other braces stay as they are, and so do
    {{name}}, ${name} and LaTeX commands.

    IPython takes a line that ends in a word and ? for a call for help: put a space
    before the ?, or use %%ocichat.

    `_oci` always holds the last answer, a LangChain AIMessage.
    `%config OciChatMagics` lists the settings.
    """)


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


HELP: Final = (
    f"{_HEAD}\nFlags:\n{_flags(sampling=False)}\n\n"
    f"Sampling parameters; null is not sent:\n{_flags(sampling=True)}\n"
)
"""What `%ocichat help` and `%%ocichat?` show."""
