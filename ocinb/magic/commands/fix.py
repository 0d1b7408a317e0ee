"""`%ocichat fix`: a model explains and mends the last error of the notebook."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ocinb.magic.commands.asking import ask, read_request
from ocinb.rendering import fenced, plain_text

if TYPE_CHECKING:
    from ocinb.magic.face import Face
    from ocinb.magic.failed.failure import Failure

__all__ = ["fix", "prompt_for"]

_ASK: Final = (
    "A cell of my notebook failed. Say in a few sentences why. Then give the whole "
    "mended cell in one Python code block."
)


def fix(face: Face, rest: str) -> None:
    """Ask about the last error, and put the mended code into the next cell.

    Args:
        face: whose conversation goes on.
        rest: flags, and words that are added to the prompt.

    Raises:
        OcinbError: no cell has failed, or the model's error.
    """
    names = face.names()
    with face.failures.asking() as failure:
        typed = read_request(face, rest, None, names, needs_text=False)
        prompt = prompt_for(failure, typed.prompt)
        style = typed.format or "code"
        request = replace(typed, prompt=prompt, about=failure.title, format=style)
        ask(face, request, names)


def prompt_for(failure: Failure, words: str = "") -> str:
    """Return the prompt that asks for an explanation and for a cell that works.

    Args:
        failure: what failed.
        words: what the user adds.
    """
    cells = [
        f"Cell {cell.name}:\n{fenced(cell.code, 'python')}" for cell in failure.cells
    ]
    told = "\n".join((*failure.trace, failure.message))
    parts = (
        _ASK,
        *cells,
        f"Error:\n{fenced(told)}",
        words.strip(),
    )
    return plain_text("\n\n".join(part for part in parts if part))
