"""What a chat model looks like as the last value of a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["summary_html"]

_CELL: Final = (
    "border:1px solid var(--jp-border-color2, #8a8a8a);padding:.25em .6em;"
    "text-align:left;color:var(--jp-content-font-color1, inherit);background:none"
)
"""Text takes the page's colour, so that it reads well in light and in dark."""

_LONGEST: Final = 80
"""Characters of a value that are shown."""


def summary_html(title: str, facts: Mapping[str, Any]) -> str:
    """Return a small table of facts as HTML that runs and loads nothing.

    Args:
        title: what the facts are about.
        facts: name -> value, any text; None reads as "not sent".
    """
    from ocinb.rendering import escape  # noqa: PLC0415 - only a notebook needs it

    rows = "".join(
        f'<tr><th scope="row" style="{_CELL};font-weight:600">'
        f"{escape(one_line(name, _LONGEST))}</th>"
        f'<td style="{_CELL}">{escape(_shown(value))}</td></tr>'
        for name, value in facts.items()
    )
    caption = (
        '<caption style="text-align:left;caption-side:top;font-weight:600;'
        f'color:var(--jp-content-font-color1, inherit)">{escape(title)}</caption>'
    )
    return (
        '<div class="ocinb tex2jax_ignore mathjax_ignore">'
        f'<table style="border-collapse:collapse;margin:0">{caption}{rows}</table></div>'
    )


def _shown(value: Any) -> str:
    if value is None:
        return "not sent"
    return one_line(value if isinstance(value, str) else repr(value), _LONGEST)
