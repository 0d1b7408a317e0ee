"""From what was typed to the answer: presets are filled in, and values noted once."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ocinb.magic.commands.presets import filled, preset_of
from ocinb.magic.typed.arguments import parse_cell, parse_line
from ocinb.sampling import ParameterWarning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ocinb.magic.face import Face
    from ocinb.magic.typed.arguments import Request

__all__ = ["ask", "noted", "read_request"]


def read_request(
    face: Face,
    line: str,
    cell: str | None,
    names: Mapping[str, Any],
    *,
    needs_text: bool = True,
) -> Request:
    """Read what was typed, with the flags of its preset.

    Args:
        face: knows the presets, and whether braces are expanded.
        line: what follows the magic's name.
        cell: the rest of the cell; None for a line magic.
        names: the variables that may be named in braces.
        needs_text: False if the line may hold flags alone.

    Raises:
        ConfigurationError: one line that says which part cannot be right.
    """
    expanding = face.settings().expand
    if cell is None:
        request = parse_line(line, names, expanding=expanding, needs_text=needs_text)
    else:
        request = parse_cell(line, cell, names, expanding=expanding)
    if not request.preset:
        return request
    return filled(request, preset_of(face.saved.read(), request.preset))


def ask(face: Face, request: Request, names: Mapping[str, Any]) -> None:
    """Send a request and show its answer; errors are those of `chat.answer`."""
    from ocinb.magic.asked.chat import answer  # noqa: PLC0415 - LangChain takes a second

    with warnings.catch_warnings():
        # the flags' values were noted when they were read; the model would repeat it
        warnings.simplefilter("ignore", ParameterWarning)
        answer(face, face.settings(), request, names)


@contextmanager
def noted() -> Iterator[None]:
    """Print each warning about a value as one line."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ParameterWarning)
        yield
    for warning in caught:
        sys.stderr.write(f"note: {warning.message}\n")
