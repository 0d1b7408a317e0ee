"""Which characters of an untrusted text may reach a page or a terminal."""

from __future__ import annotations

import html
import re
from typing import Final

__all__ = ["LIMIT_BYTES", "clip", "escape", "held_back", "plain_text", "without_unsafe"]

LIMIT_BYTES: Final = 200_000
"""Bytes (UTF-8) of one answer that are rendered; the history keeps all of it."""

_ESCAPE_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor moves
    # OSC (window title, hyperlink), DCS, SOS, PM, APC. Only when closed: an open one
    # would hide the rest of the text, so there only its first two characters go.
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]{0,4096}(?:\x07|\x9c|\x1b\\)"
    r"|\x1b[ -/]*[0-~]"
)
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # Unicode's Bidi_Control
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_HELD: Final = re.compile(
    "(?:\r|[\ud800-\udbff]|[\x1b\x90\x98\x9b\x9d-\x9f].{0,64})\\Z"
)


def plain_text(text: str) -> str:
    r"""Make any text inert for a terminal or a `text/plain` output.

    ANSI escape sequences, control characters and the characters that turn the
    direction of writing are taken out, line ends become `\n`, and halves of surrogate
    pairs become U+FFFD, so that the result always encodes to UTF-8.
    """
    if _SURROGATE.search(text):
        # Two halves that came in different deltas are one character again.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _ESCAPE_SEQUENCE.sub("", text)
    return without_unsafe(text.replace("\r\n", "\n").replace("\r", "\n"))


def without_unsafe(text: str) -> str:
    """Take out control and direction characters, and nothing else."""
    return _UNSAFE.sub("", text)


def escape(text: str) -> str:
    """Make any text inert inside HTML, as content or as a quoted attribute."""
    return html.escape(plain_text(text), quote=True)


def clip(text: str, limit: int = LIMIT_BYTES) -> tuple[str, bool]:
    """Return the part of `text` that is rendered, and whether anything was left out."""
    if len(text) * 4 <= limit:
        return text, False
    data = text[: limit + 1].encode("utf-8", "surrogatepass")
    if len(data) <= limit:
        return text, False
    return data[:limit].decode("utf-8", "ignore"), True


def held_back(text: str) -> int:
    r"""Count the last characters whose meaning depends on what follows them.

    They are a carriage return (of `\r\n`), the first half of a surrogate pair and the
    beginning of an escape sequence: a growing text must not be cut there.
    """
    found = _HELD.search(text, max(0, len(text) - 65))
    return len(text) - found.start() if found else 0
