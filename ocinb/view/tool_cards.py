"""A tool call as a cell shows it: what is asked for, and what came of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import one_line
from ocinb.rendering import (
    escape,
    fenced,
    inert_markdown,
    plain_text,
    to_html,
)
from ocinb.view.preformatted import to_preformatted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.conversation import ToolRequest, ToolResult

__all__ = ["card_html", "card_markdown", "card_text", "in_words"]

_FRAME: Final = (
    "border:1px solid var(--jp-border-color2, #bdbdbd);border-radius:4px;"
    "margin-top:0.4em;padding:0.4em 0.8em 0.6em"
)
_RESULT: Final = (
    "border-left:0.25em solid var(--jp-border-color2, #bdbdbd);margin-top:0.5em;"
    "max-height:20em;overflow:auto;padding-left:0.8em"
)


def card_markdown(request: ToolRequest, result: ToolResult | None = None) -> str:
    """Return a tool call as inert Markdown."""
    return inert_markdown(fenced(card_text(request, result)))


def card_text(request: ToolRequest, result: ToolResult | None = None) -> str:
    """Return a tool call as text for a terminal; inert."""
    head = f"{_name(request)}: {in_words(request, result)}"
    told = [] if result is None else [result.text]
    return plain_text("\n".join([head, _arguments(request), *told]))


def card_html(request: ToolRequest, result: ToolResult | None = None) -> str:
    """Return a tool call as safe HTML, without the stylesheet."""
    code = to_html(fenced(_arguments(request), "" if request.raw else "json"))
    told = ""
    if result is not None:
        told = f'<div style="{_RESULT}">{to_preformatted(result.text)}</div>'
    return (
        '<div class="ocinb ocinb-tool tex2jax_ignore mathjax_ignore" '
        f'style="{_FRAME}"><div><strong>{escape(_name(request))}</strong> '
        f"· {escape(in_words(request, result))}</div>{code}{told}</div>"
    )


def in_words(request: ToolRequest, result: ToolResult | None) -> str:
    """Return in a few words how far a tool call has come."""
    if request.problem:
        return f"cannot run: {one_line(request.problem, 200)}"
    if result is None:
        return "asks to be run"
    if result.milliseconds is None:
        return "not run"
    return "done" if result.ok else "failed"


def _name(request: ToolRequest) -> str:
    return one_line(request.name, 80) or "(a tool without a name)"


def _arguments(request: ToolRequest) -> str:
    return request.raw or _laid_out(request.args)


def _laid_out(args: Mapping[str, Any]) -> str:
    return json.dumps(args, indent=2, ensure_ascii=False, default=str)
