"""What one answer's text is like: cut off, empty, how long, of which words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ocinb.sweep.values import Row

__all__ = ["characters", "empty", "tokens", "truncated", "words"]

_TOKEN: Final = re.compile(
    r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"  # written without spaces
    r"|[^\W\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+"
    r"|[^\w\s]"
)


def truncated(row: Row) -> bool | None:
    """Tell whether an answer was cut off; unit: share of answers when averaged.

    1 if `finish_reason` is `length` (OpenAI's and vLLM's word for a reached
    `max_tokens` or context length), else 0; None if the server gave no reason.
    """
    return None if row.finish_reason is None else row.finish_reason == "length"


def empty(row: Row) -> bool:
    """Tell whether an answer has nothing in it; unit: share of answers when averaged.

    1 if it has no text but white space and no tool call, else 0. A reasoning model
    that was cut off while it thought gives such an answer.
    """
    return not row.text.strip() and not row.tool_calls


def characters(row: Row) -> int:
    """Return the length of an answer's text; unit: Unicode code points."""
    return len(row.text)


def words(row: Row) -> int:
    """Return the length of an answer's text; unit: words between white space.

    As `wc -w` counts (POSIX); so a text in a script without spaces is one word a line.
    """
    return len(row.text.split())


def tokens(text: str) -> list[str]:
    """Split a text into what the measures of diversity count.

    A run of letters, digits and underscores; each mark of punctuation; each character
    of Chinese, Japanese kana, Thai and Lao, which are written without spaces. These
    are not the model's tokens, so that models can be compared with each other.

    Args:
        text: any; case is kept.
    """
    return _TOKEN.findall(text)
