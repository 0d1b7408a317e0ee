"""Let a line such as `%ocichat Why is the sky blue?` be a question to the model.

IPython takes a question mark at the end of any line for a question about its last word.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["keep_question_marks"]

_ASKS: Final = re.compile(r"(?P<indent>\s*)%ocichat\s+(?P<text>\S.*\?)\s*\Z")


def keep_question_marks(lines: list[str]) -> list[str]:
    """Return the lines of a cell with such questions as plain calls of the magic.

    `%ocichat?` alone still asks IPython about the magic, and the body of a cell magic
    is left alone.

    Args:
        lines: of the cell, each with its line end.
    """
    if lines and lines[0].startswith("%%"):
        return lines
    return [_called(line) for line in lines]


def _called(line: str) -> str:
    asks = _ASKS.match(line)
    if asks is None:
        return line
    text = asks["text"]
    return f"{asks['indent']}get_ipython().run_line_magic('ocichat', {text!r})\n"
