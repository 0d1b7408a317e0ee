"""Where a block that is still growing can be cut, and how its rest goes on.

A paragraph, list, quote, table or code fence may never end. Its first part is closed
all the same; the rest is put behind a head (list marker, opening of the fence, header
of the table) with which it reads as the same kind of block again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from markdown_it.tree import SyntaxTreeNode

from ocinb.rendering.highlight import calm_end, language_of
from ocinb.rendering.parser import parse
from ocinb.rendering.sentences import sentence_end, starts_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it.token import Token

__all__ = ["Cut", "find_cut", "join"]

_ITEM: Final = re.compile(
    r" {0,3}(?:[-+*]|\d{1,9}[.)])(?: {1,4}(?=\S)| (?= )| ?(?=\n|\Z))"
)
_QUOTE: Final = re.compile(r" {0,3}> ?")
_TABLE_LINES: Final = 4  # header, delimiters, a row to close and one to keep
_ANYWHERE: Final = 2  # the patience that is at its very end
_HEADING: Final = re.compile(r" {0,3}#{1,6}[ \t]+")


@dataclass(frozen=True)
class Cut:
    """A place to cut a text, and what the rest begins with.

    Attributes:
        end: the characters before it are closed.
        resume: the rest is `head + text[resume:]`.
        head: what makes the rest the same kind of block again.
        joined: one number for each block of the rest that goes on from the closed
            part, outermost first: where a numbered list continues, else 0.
        in_code: True if the closed part ends inside a box of code.
    """

    end: int
    resume: int
    head: str = ""
    joined: tuple[int, ...] = ()
    in_code: bool = False


def find_cut(text: str, joined: tuple[int, ...], patience: int = 0) -> Cut | None:
    """Find where to close as much of `text` as can be closed.

    Args:
        text: Markdown to which only whole lines, or the rest of a last line that
            cannot change its kind any more, will be added.
        joined: which blocks of `text` go on from a closed part, as in `Cut`.
        patience: 0 to cut only where nobody will notice, up to 2 to cut anywhere.
    """
    tokens = parse(text, inline=False)
    join(tokens, joined)
    nodes = SyntaxTreeNode(tokens).children
    if not nodes:
        return Cut(len(text), len(text))
    cut = _Finder(text, patience).within(nodes, _Path())
    # The rest must be shorter than the text was, and not mostly head.
    return cut if cut and cut.resume >= 2 * len(cut.head) + 1 else None


def join(tokens: list[Token], joined: tuple[int, ...]) -> None:
    """Mark the blocks at the start of `tokens` that go on from a closed part."""
    openings = [t for t in tokens if t.block and t.nesting >= 0 and t.type != "inline"]
    for token, number in zip(openings, joined, strict=False):
        token.attrJoin("class", "ocinb-more")
        if number:
            token.attrSet("start", str(number))
        if token.type == "table_open":
            types = [t.type for t in tokens]
            del tokens[types.index("thead_open") : types.index("thead_close") + 1]


@dataclass(frozen=True)
class _Path:
    """The containers round a block: what they put before its lines."""

    first: str = ""
    rest: str = ""
    joined: tuple[int, ...] = ()

    def into(self, marker: str, *, repeated: bool, joined: tuple[int, ...]) -> _Path:
        rest = marker if repeated else " " * len(marker)
        return _Path(self.first + marker, self.rest + rest, self.joined + joined)


class _Finder:
    """Walks down the last block of a text to the place where it can be cut."""

    def __init__(self, text: str, patience: int) -> None:
        self._text = text
        self._patience = patience
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self._inside: dict[str, Callable[[SyntaxTreeNode, _Path], Cut | None]] = {
            "bullet_list": self._list,
            "ordered_list": self._list,
            "blockquote": self._quote,
            "paragraph": self._paragraph,
            "heading": self._heading,
            "fence": self._fence,
            "table": self._table,
            "code_block": self._code,
            "source": self._source,
            "hr": self._whole,
        }

    def within(self, nodes: Sequence[SyntaxTreeNode], path: _Path) -> Cut | None:
        """Cut before the last of several blocks, or inside the only one."""
        if not nodes:
            return None
        if len(nodes) > 1:
            return self._before(_lines(nodes[-1])[0], path)
        return self._inside[nodes[0].type](nodes[0], path)

    def _start(self, line: int) -> int:
        return self._starts[line] if line < len(self._starts) else len(self._text)

    def _line(self, line: int) -> str:
        return self._text[self._start(line) : self._start(line + 1)].rstrip("\n")

    def _body(self, line: int, path: _Path) -> str | None:
        """Return a line without what its containers put before it."""
        text = self._line(line)
        for prefix in (path.first, path.rest):
            if text.startswith(prefix):
                return text[len(prefix) :]
        return None

    def _before(self, line: int, path: _Path) -> Cut | None:
        start = self._start(line)
        if not self._text.startswith(path.rest, start):
            return None
        return Cut(start, start + len(path.rest), path.first, path.joined)

    def _whole(self, node: SyntaxTreeNode, path: _Path) -> Cut | None:
        """Close a block that cannot grow any more."""
        end = self._start(_lines(node)[1])
        if path.first or self._text[end - 1] != "\n":
            return None
        return Cut(end, end)

    def _list(self, node: SyntaxTreeNode, path: _Path) -> Cut | None:
        items = node.children
        number = 0
        if node.type == "ordered_list":
            number = int(node.attrs.get("start", 1)) + len(items) - 1
        if len(items) > 1:
            path = path.into("", repeated=False, joined=(number,))
            return self._before(_lines(items[-1])[0], path)
        marker = _ITEM.match(self._body(_lines(node)[0], path) or "")
        if marker is None:
            return None
        shown = marker[0] if marker[0].endswith(" ") else f"{marker[0]} "
        path = path.into(shown, repeated=False, joined=(number, 0))
        return self.within(items[0].children, path)

    def _quote(self, node: SyntaxTreeNode, path: _Path) -> Cut | None:
        marker = _QUOTE.match(self._body(_lines(node)[0], path) or "")
        if marker is None:
            return None
        path = path.into(marker[0], repeated=True, joined=(0,))
        return self.within(node.children, path)

    def _fence(self, node: SyntaxTreeNode, path: _Path) -> Cut | None:
        first, last = _lines(node)
        opening = self._body(first, path)
        if opening is None:
            return None
        if last - first > _line_count(node.content) + 1:
            return self._whole(node, path)
        complete = node.content[: node.content.rfind("\n") + 1]
        length = calm_end(complete, language_of(node.info))
        length = length or (len(complete) if self._patience else 0)
        if not length and self._patience < _ANYWHERE:
            return None
        line = first + 1 + complete.count("\n", 0, length)
        end = self._start(line) if length else len(self._text)
        head = f"{path.first}{opening}\n"
        return Cut(end, end, head, (*path.joined, 0), in_code=True)

    def _code(self, node: SyntaxTreeNode, path: _Path) -> Cut | None:
        first, last = _lines(node)
        if last - first == 1:
            return None
        cut = self._before(last - 1, path.into("", repeated=False, joined=(0,)))
        return replace(cut, in_code=True) if cut else None

    def _source(self, node: SyntaxTreeNode, path: _Path) -> Cut | None:
        cut = self._code(node, path)
        if cut is None and self._patience == _ANYWHERE:
            return Cut(len(self._text), len(self._text), "", (0,), in_code=True)
        return cut

    def _table(self, node: SyntaxTreeNode, path: _Path) -> Cut | None:
        first, last = _lines(node)
        header = self._body(first, path)
        if header is None or last - first < _TABLE_LINES:
            return None
        start = self._start(last - 1)
        head = f"{path.first}{header}\n{self._line(first + 1)}\n"
        return Cut(start, start, head, (*path.joined, 0))

    def _heading(self, node: SyntaxTreeNode, path: _Path) -> Cut | None:
        marker = _HEADING.match(self._body(_lines(node)[0], path) or "")
        if marker is None or self._text.endswith("\n"):
            return self._whole(node, path)
        path = path.into(marker[0], repeated=False, joined=())
        return self._paragraph(node, path)

    def _paragraph(self, node: SyntaxTreeNode, path: _Path) -> Cut | None:
        content = node.children[0].content
        found = sentence_end(content, self._patience)
        if found is None:
            return None
        resume = found[1]
        line = _lines(node)[0] + content.count("\n", 0, resume)
        # Line starts lost their indent in `content`, so count from the line's end.
        line_end = content.find("\n", resume)
        left = (len(content) if line_end < 0 else line_end) - resume
        position = self._start(line) + len(self._line(line).rstrip()) - left
        at_line = "\n" in content[found[0] : resume]
        end = self._start(line) if at_line else position
        head = path.first
        if not starts_plain(content[resume:]):
            # As an entity the character cannot begin any other block.
            head += f"&#{ord(content[resume])};"
            position += 1
        return Cut(end, position, head, (*path.joined, 0))


def _lines(node: SyntaxTreeNode) -> tuple[int, int]:
    return node.map or (0, 0)


def _line_count(text: str) -> int:
    return text.count("\n") + (text[-1:] not in ("", "\n"))
