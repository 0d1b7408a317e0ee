"""One line of untrusted text under a control: a fact, or a problem."""

from __future__ import annotations

from typing import Literal

from ocinb.rendering import escape

__all__ = ["line_html"]


def line_html(
    text: str,
    kind: Literal["footer", "problem"] = "problem",
    role: Literal["", "alert", "status"] = "",
) -> str:
    """Return a line as safe HTML; "" for no text.

    Args:
        text: any text.
        kind: how it looks.
        role: whether a screen reader says it when it changes, and how urgently.
    """
    if not text:
        return ""
    said = f' role="{role}"' if role else ""
    return f'<div class="ocinb ocinb-{kind}"{said}>{escape(text)}</div>'
