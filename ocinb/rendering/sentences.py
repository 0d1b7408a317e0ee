"""Where a paragraph that is still growing can be cut in two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ocinb.rendering.markdown import render
from ocinb.rendering.parser import parse_inline

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["sentence_end", "starts_plain"]

_SENTENCE: Final = re.compile(
    r"(?<=[.!?;:*_)\]\"'`\u2019\u201d])[ \t]+|\n[ \t]*"
    r"|(?<=[\u3002\uff01\uff1a\uff1b\uff1f])"  # the same in Chinese and Japanese
)
_SPACE: Final = re.compile(r"[ \t]+|\n[ \t]*")
_TRIES: Final = 6

_PLAIN_START: Final = re.compile(r"[^\W\d_]|[\"'\u2018\u201c(\[]|\*{1,3}[^\W_]|`[^`]")
_OPENER: Final = re.compile(r"\*(?=\S)|(?<!\w)_(?=\S)|~~|`|\$\$|\[[^\]]*\Z")


def sentence_end(content: str, patience: int) -> tuple[int, int] | None:
    """Find the last place where `content` falls into two parts that read the same.

    Args:
        content: the Markdown inside one paragraph.
        patience: 0 accepts only the end of a sentence or line with no emphasis, code,
            link or formula across it; 1 the end of any word; 2 any place.

    Returns:
        The end of the first part and the start of the second, or None.
    """
    found = _first(content, _SENTENCE, careful=True)
    if found is None and patience:
        found = _first(content, _SPACE, careful=False)
    if found is None and patience > 1 and len(content) > 1:
        found = (len(content) - 1, len(content) - 1)
    return found


def starts_plain(text: str) -> bool:
    """Tell whether `text` at the start of a line can only begin a paragraph."""
    return _PLAIN_START.match(text) is not None


def _first(
    content: str, ends: re.Pattern[str], *, careful: bool
) -> tuple[int, int] | None:
    last_line = content.rfind("\n") + 1
    row = last_line if "|" in content[last_line:] else len(content)
    for start, end in _from_the_end(content, ends):
        left, right = content[:start], content[end:]
        # A line with a bar may turn out to be the head of a table.
        if not left or end > row or not starts_plain(right):
            continue
        if not careful or _independent(left, right, content):
            return start, end
    return None


def _from_the_end(content: str, ends: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    spans = [match.span() for match in ends.finditer(content)]
    yield from spans[: -_TRIES - 1 : -1]


def _independent(left: str, right: str, whole: str) -> bool:
    """Tell whether the parts look as the whole does, whatever comes after."""
    tokens = parse_inline(left)
    texts = (t.content for t in tokens[0].children or () if t.type == "text")
    if _OPENER.search("".join(texts)):
        return False
    parts = render(tokens) + render(parse_inline(right))
    return _squeezed(parts) == _squeezed(render(parse_inline(whole)))


def _squeezed(text: str) -> str:
    return "".join(text.split())
