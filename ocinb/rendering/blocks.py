"""How a growing answer is drawn: closed pieces once, the open end again and again."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ocinb.rendering.markdown import COLOURED_LIMIT, NOTE, render, wrap
from ocinb.rendering.parser import parse
from ocinb.rendering.plain import LIMIT_BYTES, clip, held_back, plain_text
from ocinb.rendering.sealing import Cut, find_cut, join

__all__ = ["Blocks", "Update"]

_PIECE: Final = 600  # characters of the open end from which on a part of it is closed
_PIECE_HTML: Final = 1_000  # or its HTML, where code with colours is longer
_SLICE: Final = 2_048  # characters read at once

# A last line of marks alone may become a heading, a list or a rule: it waits.
_UNDECIDED: Final = re.compile(r"(?:\A|\n)[-=#*_+>~`|:.)\d \t]+\Z")


class Update(NamedTuple):
    """What to draw now.

    Attributes:
        closed: HTML of the pieces closed since the last update; they never change.
        open_html: HTML of everything after them, in place of the last one.
    """

    closed: tuple[str, ...]
    open_html: str


class Blocks:
    """A growing Markdown text, drawn piece by piece.

    `feed` only keeps the text; `update`, called when it is time to redraw, reads it.
    The time and the HTML of one update depend on the new text alone, not on the length
    of the answer, so that a long answer costs in proportion to its length.

    The pieces together show what `to_html` shows for the whole text. A block longer
    than about 600 characters is closed in parts, and there the look may differ: a
    paragraph begins a new line, a list may be spaced differently before and after, a
    comment in code may lose its colour, emphasis across the border shows its marks.

    ```python
    blocks = Blocks()
    blocks.feed("Some *Markdown")
    closed, open_html = blocks.update()
    blocks.feed("*.")
    closed, _ = blocks.finish()
    ```
    """

    def __init__(self) -> None:
        self._fed: list[str] = []
        self._room = LIMIT_BYTES
        self._clipped = False
        self._note = ""
        self._source = ""
        self._joined: tuple[int, ...] = ()
        self._open_html = ""

    def feed(self, text: str) -> None:
        """Add text, of any length and cut anywhere, to the end of the answer."""
        if not self._clipped:
            self._fed.append(text)

    def update(self, *, hurried: bool = False) -> Update:
        """Read what was fed since the last update, and return what to draw.

        Args:
            hurried: leave code in the open piece uncoloured, so that it is shorter.
        """
        fresh = self._take(final=False)
        if not fresh:
            return Update((), self._open_html)
        closed = self._read(fresh)
        undecided = _UNDECIDED.search(self._source)
        shown = self._source[: undecided.start()] if undecided else self._source
        safe = self._render(shown, colour=0 if hurried else COLOURED_LIMIT)
        safe += self._note
        self._open_html = wrap(safe) if safe else ""
        return Update((wrap(closed),) if closed else (), self._open_html)

    def finish(self) -> Update:
        """Close everything; nothing is open afterwards."""
        closed = self._read(self._take(final=True)) + self._render(self._source)
        closed += self._note
        self._source = self._open_html = self._note = ""
        self._joined = ()
        return Update((wrap(closed),) if closed else (), "")

    def _take(self, *, final: bool) -> str:
        """Return the characters fed since the last time, made inert."""
        text = "".join(self._fed)
        held = 0 if final else held_back(text)
        self._fed = [text[len(text) - held :]] if held else []
        fresh, clipped = clip(plain_text(text[: len(text) - held]), self._room)
        if clipped and not self._clipped:
            self._clipped, self._note = True, NOTE
        self._room -= len(fresh.encode())
        return fresh

    def _read(self, fresh: str) -> str:
        """Add text to the open end and close what can be closed."""
        closed = []
        for start in range(0, len(fresh), _SLICE):
            self._source += fresh[start : start + _SLICE]
            while cut := self._cut():
                closed.append(self._render(self._source[: cut.end], cut))
                self._source = cut.head + self._source[cut.resume :]
                self._joined = cut.joined
                self._open_html = ""
        return "".join(closed)

    def _cut(self) -> Cut | None:
        size = max(len(self._source), len(self._open_html) * _PIECE // _PIECE_HTML)
        settled = _settled(self._source)
        if size <= _PIECE or not settled:
            return None
        patience = min(2, max(0, len(settled) // _PIECE - 1))
        cut = find_cut(settled, self._joined, patience)
        if cut is None and len(settled) > 4 * _PIECE:
            cut = Cut(len(settled), len(settled))
        return cut

    def _render(
        self, source: str, cut: Cut | None = None, colour: int = COLOURED_LIMIT
    ) -> str:
        tokens = parse(source)
        join(tokens, self._joined)
        if cut and cut.in_code:
            for box in [t for t in tokens if t.tag in ("code", "pre")][-1:]:
                box.attrJoin("class", "ocinb-on")
        return render(tokens, colour)


def _settled(source: str) -> str:
    """Return the part of the open end whose division into blocks cannot change.

    A last line without its end may still turn out to be another kind of block, unless
    it begins with a letter or is very long.
    """
    end = source.rfind("\n") + 1
    last = source[end:]
    if last[:1].isalpha() or len(last) > _PIECE:
        return source
    return source[:end]
