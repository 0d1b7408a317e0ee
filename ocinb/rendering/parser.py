"""How untrusted Markdown is read: which constructs exist, and how deep they nest."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import table
from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.utils import OptionsDict

__all__ = ["options", "parse", "parse_inline"]

_MAX_NESTING: Final = 20
# Below this level markdown-it drops the text, so a block that reaches it is shown raw.
_TOO_DEEP: Final = _MAX_NESTING - 1
_MATH_LIMIT: Final = 2_000
_MATH_END: Final = {r"\(": r"\)", r"\[": r"\]", "$$": "$$"}


def parse(text: str, *, inline: bool = True) -> list[Token]:
    """Return the tokens of `text`, which is free of control characters.

    Args:
        text: Markdown.
        inline: False leaves the text inside paragraphs unread, which is faster.
    """
    # A short row of a wide table is filled up with empty cells, so a small text could
    # ask for millions of them. A table written out has two characters a cell.
    tokens = _parser(inline=inline).parse(text, {"cells": 64 + len(text) // 2})
    lines: list[str] = []
    shown: list[Token] = []
    for block in _blocks_of(tokens):
        if max(token.level for token in block) < _TOO_DEEP:
            shown += block
        else:
            lines = lines or text.split("\n")
            shown.append(_as_source(block[0].map or [0, len(lines)], lines))
    return shown


def parse_inline(text: str) -> list[Token]:
    """Return the tokens of `text` read as the inside of one paragraph."""
    return _parser(inline=True).parseInline(text, {})


def options() -> OptionsDict:
    """Return the settings that a renderer needs too."""
    return _parser(inline=True).options


def _blocks_of(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield the tokens of each outermost block."""
    start = 0
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            yield tokens[start : index + 1]
            start = index + 1


def _as_source(lines_of: list[int], lines: list[str]) -> Token:
    first, last = lines_of
    content = "".join(f"{line}\n" for line in lines[first:last])
    return Token("source", "pre", 0, map=lines_of, content=content, block=True)


class _Parser(MarkdownIt):
    """markdown-it that takes any address; what is linked is decided on rendering."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's own name
        return bool(url)


@cache
def _parser(*, inline: bool) -> MarkdownIt:
    options = {"html": False, "maxNesting": _MAX_NESTING}
    parser = _Parser("commonmark", options).enable(["table", "strikethrough"])
    # A growing answer cannot use a definition that has not come yet, so none are used.
    parser.disable("reference")
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.before("escape", "math", _math)
    return parser if inline else parser.disable("inline")


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    """Read a table, as long as the cells of this parse are not used up."""
    if silent:
        return table(state, start, end, silent)
    columns = 1
    if start + 1 < end:
        delimiters = state.src[state.bMarks[start + 1] : state.eMarks[start + 1]]
        columns += delimiters.count("|")
    last = min(end, start + 2 + state.env["cells"] // columns)
    found = table(state, start, last, silent)
    if found:
        used = (state.line - start) * columns
        state.env["cells"] = max(0, state.env["cells"] - used)
    return found


def _math(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    r"""Keep `\(...\)`, `\[...\]` and `$$...$$` as they are written.

    Markdown would take the backslashes and read `_` and `*` inside as emphasis.
    """
    start = state.pos
    closing = _MATH_END.get(state.src[start : start + 2])
    if closing is None:
        return False
    stop = min(state.posMax, start + _MATH_LIMIT)
    end = state.src.find(closing, start + 2, stop)
    if end < 0:
        return False
    state.pos = end + 2
    if not silent:
        state.push("math", "span", 0).content = state.src[start : state.pos]
    return True
