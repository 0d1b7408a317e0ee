"""Where two answers differ, word by word."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING, Final

from ocinb.rendering import escape, plain_text
from ocinb.rendering.plain import LIMIT_BYTES, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Differences", "differences_of", "marked"]

WORDS: Final = 4_000
"""Words of an answer from which on lines are compared instead."""

WORK: Final = 1_000_000
"""Pairs of equal words that are looked at; for more, lines are compared instead."""

# Chinese and Japanese have no spaces between words: there each character counts.
_SIGN: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD: Final = re.compile(rf"\s*(?:[{_SIGN}]|[^\s{_SIGN}]+)|\s+\Z")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+\Z")

# The page's own text colour over a thin shade can be read in light and in dark.
_MARK: Final = (
    "background:var(--ocinb-mark, rgba(213,94,0,0.3));border-bottom:2px solid;"
    "color:var(--jp-content-font-color1, inherit)"
)
_NOTE: Final = f"\n[only the first {LIMIT_BYTES // 1000} kB are compared here]"


@dataclass(frozen=True)
class Differences:
    """Two answers side by side.

    Attributes:
        first: the first answer as inert HTML, marked where the second one differs.
        second: the second answer, likewise.
        summary: how much differs, in one line.
    """

    first: str
    second: str
    summary: str


def marked(a: str, b: str) -> tuple[str, str]:
    """Return two answers as inert HTML with the words that differ in `<mark>`."""
    found = differences_of(a, b)
    return found.first, found.second


def differences_of(a: str, b: str) -> Differences:
    """Compare two answers.

    White space alone makes no difference. Words are compared; in answers that are long
    or say the same over and over, lines. The summary counts those of both answers.

    Args:
        a: the first answer, any text.
        b: the second answer.
    """
    (first, first_note), (second, second_note) = _taken(a), _taken(b)
    unit, pieces, same = _compared(first, second)
    shown = [_html(p, s) for p, s in zip(pieces, same, strict=True)]
    flags = [
        equal
        for told, kept in zip(pieces, same, strict=True)
        for piece, equal in zip(told, kept, strict=True)
        if piece.strip()
    ]
    summary = _summary(flags.count(False), len(flags), unit)
    return Differences(
        _framed(shown[0], first_note), _framed(shown[1], second_note), summary
    )


def _taken(text: str) -> tuple[str, str]:
    shown, clipped = clip(plain_text(text))
    return shown, _NOTE if clipped else ""


_Pieces = tuple["list[str]", "list[str]"]
_Kept = tuple["list[bool]", "list[bool]"]


def _compared(a: str, b: str) -> tuple[str, _Pieces, _Kept]:
    """Return what was compared, the pieces of both texts, and which stand in both."""
    words = _WORD.findall(a), _WORD.findall(b)
    keys = _stripped(words)
    if max(map(len, words)) <= WORDS and _work(*keys) <= WORK:
        return "words", words, _kept(*keys)
    lines = _LINE.findall(a), _LINE.findall(b)
    return "lines", lines, _kept(*_stripped(lines))


def _stripped(pieces: _Pieces) -> _Pieces:
    first, second = pieces
    return [piece.strip() for piece in first], [piece.strip() for piece in second]


def _work(a: Sequence[str], b: Sequence[str]) -> int:
    others = Counter(b)
    return sum(count * others[word] for word, count in Counter(a).items())


def _kept(a: Sequence[str], b: Sequence[str]) -> _Kept:
    """Tell for each piece whether it stands in both texts, in the same order."""
    start, end = _ends(a, b)
    kept = (
        [n < start or n >= len(a) - end for n in range(len(a))],
        [n < start or n >= len(b) - end for n in range(len(b))],
    )
    inner_a, inner_b = a[start : len(a) - end], b[start : len(b) - end]
    if max(len(inner_a), len(inner_b)) > WORDS or _work(inner_a, inner_b) > WORK:
        return kept  # between the same beginning and end, all counts as different
    matcher = SequenceMatcher(None, inner_a, inner_b, autojunk=False)
    for block in matcher.get_matching_blocks():
        for flags, at in zip(kept, (block.a, block.b), strict=True):
            first = start + at
            flags[first : first + block.size] = [True] * block.size
    return kept


def _ends(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """Return how many pieces at the beginning, and at the end, are the same."""
    shorter = min(len(a), len(b))
    start = next((n for n in range(shorter) if a[n] != b[n]), shorter)
    rest = shorter - start
    end = next((n for n in range(rest) if a[-1 - n] != b[-1 - n]), rest)
    return start, end


def _html(pieces: Sequence[str], kept: Sequence[bool]) -> str:
    told = []
    pairs = zip(pieces, kept, strict=True)
    for same, group in groupby(pairs, lambda pair: pair[1]):
        text = "".join(piece for piece, _ in group)
        told.append(escape(text) if same else _mark(text))
    return "".join(told)


def _mark(text: str) -> str:
    """Mark a text, but for the space before it."""
    words = text.lstrip()
    space = text[: len(text) - len(words)]
    shown = f'<mark style="{_MARK}">{escape(words)}</mark>' if words else ""
    return f"{escape(space)}{shown}"


def _framed(html: str, note: str) -> str:
    return (
        '<div class="ocinb tex2jax_ignore mathjax_ignore" '
        f'style="white-space:pre-wrap;overflow-wrap:anywhere">{html}{note}</div>'
    )


def _summary(differing: int, total: int, unit: str) -> str:
    if not differing:
        return "the answers say the same"
    return f"{differing:,} of {total:,} {unit} differ"
