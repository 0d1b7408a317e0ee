"""The fenced code blocks of an answer, and which of them a next cell gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ocinb.rendering import plain_text
from ocinb.rendering.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["CodeBlock", "Which", "blocks_of", "code_for_cell", "only_block"]

Which = Literal["first", "longest", "all"]

_FOR_A_CELL: Final = frozenset({"", "ipython", "ipython3", "py", "python", "python3"})


@dataclass(frozen=True)
class CodeBlock:
    """One fenced block.

    Attributes:
        language: the first word after the opening fence, in lower case.
        code: what stands between the fences, without the last line end.
        closed: False if the answer ends before the block does.
    """

    language: str
    code: str
    closed: bool = True


def blocks_of(answer: str) -> tuple[CodeBlock, ...]:
    """Return the fenced blocks of an answer in order, inside lists and quotes too.

    Characters that are not seen but change what is read are taken out.
    """
    return tuple(_blocks(plain_text(answer)))


def _blocks(text: str) -> Iterator[CodeBlock]:
    lines = text.rstrip("\n").split("\n")
    for token in parse(text, inline=False):
        if token.type != "fence" or token.map is None:
            continue
        first, last = token.map
        inside = token.content.count("\n")
        closed = last - first > inside + 1 and _ends(lines, last, token.markup)
        language = token.info.split(maxsplit=1)[0].lower() if token.info.strip() else ""
        yield CodeBlock(language, token.content.removesuffix("\n"), closed)


def _ends(lines: Sequence[str], last: int, marks: str) -> bool:
    """Tell whether the last line of a block is a fence."""
    return lines[min(last, len(lines)) - 1].strip("> \t").startswith(marks)


def only_block(answer: str) -> CodeBlock | None:
    """Return the block that an answer consists of, with nothing around it."""
    tokens = [t for t in parse(plain_text(answer), inline=False) if t.level == 0]
    if [token.type for token in tokens] != ["fence"]:
        return None
    return blocks_of(answer)[0]


def code_for_cell(answer: str, which: Which, *, cut: bool = False) -> str:
    """Return what a next cell gets of an answer; "" if it holds no code.

    Blocks in Python or of no named language are chosen from; those in other languages
    only if there are no such.

    Args:
        answer: Markdown.
        which: the first block, the longest one, or all of them with a line between.
        cut: True if the answer was cut off; then a block that does not end is left
            out.
    """
    blocks = [block for block in blocks_of(answer) if block.closed or not cut]
    python = [block.code for block in blocks if block.language in _FOR_A_CELL]
    codes = [c for c in python or [block.code for block in blocks] if c.strip()]
    if not codes:
        return ""
    if which == "all":
        return "\n\n".join(codes)
    return codes[0] if which == "first" else max(codes, key=len)
