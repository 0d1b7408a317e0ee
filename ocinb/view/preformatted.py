"""How an answer is shown character by character, where it is no Markdown."""

from __future__ import annotations

from typing import Final

from ocinb.rendering import Update, escape
from ocinb.rendering.plain import LIMIT_BYTES, clip

__all__ = ["PlainBlocks", "to_preformatted"]

NOTE: Final = "\n[only the first 200 kB are shown here; the rest is kept]"

LONG_LINE: Final = 2000
"""Characters after which a line without an end is broken in the live view."""


def to_preformatted(text: str) -> str:
    """Return untrusted text as HTML that shows it character by character.

    At most 200 kB of it, with a note that the rest is kept.
    """
    shown, clipped = clip(text)
    return (
        '<div class="ocinb tex2jax_ignore mathjax_ignore" '
        'style="white-space:pre-wrap;overflow-wrap:anywhere">'
        f"{escape(shown)}{NOTE if clipped else ''}</div>"
    )


class PlainBlocks:
    """Splits a growing text at line ends; does what `rendering.Blocks` does."""

    def __init__(self) -> None:
        self._open = ""
        self._room = LIMIT_BYTES

    def feed(self, text: str) -> None:
        """Take more of the text; what is over 200 kB is not drawn."""
        self._open += text[: self._room]
        self._room -= min(self._room, len(text))

    def update(self, *, hurried: bool = False) -> Update:  # noqa: ARG002 - no colours
        """Return the lines that are complete, and the rest."""
        cut = self._open.rfind("\n") + 1
        if not cut and len(self._open) > LONG_LINE:
            cut = self._open.rfind(" ") + 1 or len(self._open)
        closed, self._open = self._open[:cut], self._open[cut:]
        return Update((to_preformatted(closed),) if closed else (), self._html())

    def finish(self) -> Update:
        """Close the last line."""
        rest, self._open = self._html(), ""
        return Update((rest,) if rest else (), "")

    def _html(self) -> str:
        return to_preformatted(self._open) if self._open else ""
