"""Two answers to one prompt, with the words that differ marked."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from ocinb.rendering import escape
from ocinb.rendering.plain import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["marked", "summary"]

WORDS: Final = 4_000
"""From so many words on, whole lines are compared: words would take too long."""

_WORD: Final = re.compile(r"\S+|\s+")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")

_MARK: Final = (
    "background:color-mix(in srgb, var(--jp-warn-color1, #b26a00) 25%, transparent);"
    "color:inherit;border-bottom:2px solid var(--jp-warn-color1, #b26a00)"
)
_TEXT: Final = (
    '<div class="ocinb tex2jax_ignore mathjax_ignore" '
    'style="white-space:pre-wrap;overflow-wrap:anywhere">{}</div>'
)


def marked(first: str, second: str) -> tuple[str, str]:
    """Return two texts as safe HTML in which what only one of them has is marked.

    At most 200 kB of each are shown.
    """
    pieces = _pieces(clip(first)[0], clip(second)[0])
    alone: tuple[list[str], list[str]] = ([], [])
    for kind, *places in _matcher(*pieces).get_opcodes():
        bounds = (places[:2], places[2:])
        for html, own, (start, end) in zip(alone, pieces, bounds, strict=True):
            text = escape("".join(own[start:end]))
            same = kind == "equal" or not text.strip()
            html.append(text if same else f'<mark style="{_MARK}">{text}</mark>')
    left, right = (_TEXT.format("".join(html)) for html in alone)
    return left, right


def summary(first: str, second: str) -> str:
    """Say in one line how much two texts differ."""
    if first == second:
        return "Both answers are the same."
    pieces = _pieces(first, second)
    words = [sum(not piece.isspace() for piece in own) for own in pieces]
    same = sum(
        not piece.isspace()
        for start, _, size in _matcher(*pieces).get_matching_blocks()
        for piece in pieces[0][start : start + size]
    )
    noun = "words" if pieces[0] and _is_words(pieces) else "lines"
    return (
        f"A has {words[0] - same:,} of its {words[0]:,} {noun} alone, "
        f"B {words[1] - same:,} of its {words[1]:,}."
    )


def _pieces(first: str, second: str) -> tuple[list[str], list[str]]:
    words = _WORD.findall(first), _WORD.findall(second)
    if max(map(len, words)) <= 2 * WORDS:
        return words
    return _LINE.findall(first), _LINE.findall(second)


def _is_words(pieces: tuple[list[str], list[str]]) -> bool:
    return not any(
        "\n" in piece and not piece.isspace() for own in pieces for piece in own
    )


def _matcher(first: Sequence[str], second: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, first, second, autojunk=len(first) > WORDS)
