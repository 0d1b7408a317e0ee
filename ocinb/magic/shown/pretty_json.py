"""JSON of an answer, laid out to be read."""

from __future__ import annotations

import json
import re
from typing import Final, NoReturn

from ocinb.magic.shown.code_blocks import only_block

__all__ = ["NotJsonError", "json_in", "pretty"]

_INDENT: Final = "  "
_DEEPEST: Final = 40  # levels that are indented; deeper ones would be mostly space

_PIECE: Final = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{](?:\s*[\]}])?|[\]},:]|[^\s\[\]{},:"]+'
)


class NotJsonError(ValueError):
    """The text is no JSON; the message says where it stops being some."""


def json_in(answer: str) -> str:
    """Return the JSON that an answer consists of, in a code fence of its own or not.

    Raises:
        NotJsonError: it is no valid JSON.
    """
    block = only_block(answer)
    source = answer if block is None else block.code
    try:
        # Numbers are left as they are written: only the form of the text is asked.
        json.loads(source, parse_int=str, parse_float=str, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        msg = f"{error.msg} (line {error.lineno}, column {error.colno})"
        raise NotJsonError(msg) from error
    except RecursionError as error:
        msg = "it is nested too deeply"
        raise NotJsonError(msg) from error
    return source.strip()


def pretty(source: str) -> str:
    """Lay valid JSON out, one member a line; numbers and strings stay as written."""
    made: list[str] = []
    depth = 0
    for piece in _PIECE.findall(source):
        if piece in {"[", "{"}:
            depth += 1
            made += [piece, _line(depth)]
        elif piece in {"]", "}"}:
            depth -= 1
            made += [_line(depth), piece]
        elif piece == ",":
            made += [piece, _line(depth)]
        elif piece == ":":
            made.append(": ")
        else:
            made.append("".join(piece.split()) if piece[0] in "[{" else piece)
    return "".join(made)


def _line(depth: int) -> str:
    return "\n" + _INDENT * min(depth, _DEEPEST)


def _refuse(name: str) -> NoReturn:
    msg = f"{name} is no JSON"
    raise NotJsonError(msg)
