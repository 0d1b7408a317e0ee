"""A tool call as a page shows it: what is asked for, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from langchain_core.messages import ToolMessage

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
    from collections.abc import Iterator, Mapping, Sequence

    from langchain_core.messages import AIMessage, BaseMessage

    from ocinb.conversation import ToolRequest, ToolResult

__all__ = [
    "ToolCard",
    "card_html",
    "card_markdown",
    "card_text",
    "in_words",
    "stored_cards",
]

_FRAME: Final = (
    "border:1px solid var(--jp-border-color2, #bdbdbd);border-radius:4px;"
    "margin-top:0.4em;padding:0.4em 0.8em 0.6em"
)
_RESULT: Final = (
    "border-left:0.25em solid var(--jp-border-color2, #bdbdbd);margin-top:0.5em;"
    "max-height:20em;overflow:auto;padding-left:0.8em"
)


@dataclass(frozen=True)
class ToolCard:
    """What is shown of a tool call, whether it is being decided or was stored.

    Attributes:
        name: the tool that the model calls; untrusted text.
        state: in a few words how far the call has come.
        args: its arguments.
        raw: the arguments as the model wrote them, where they are no JSON object.
        result: as the model reads it; None before there is one.
    """

    name: str
    state: str
    args: Mapping[str, Any] = field(default_factory=dict)
    raw: str = ""
    result: str | None = None

    @classmethod
    def of(cls, request: ToolRequest, result: ToolResult | None = None) -> ToolCard:
        """Return the card of a call, with what came of it so far."""
        told = None if result is None else result.text
        state = in_words(request, result)
        return cls(request.name, state, request.args, request.raw, told)

    @property
    def text(self) -> str:
        """The call as text for a terminal; inert."""
        told = [] if self.result is None else [self.result]
        head = f"{self._title}: {self.state}"
        return plain_text("\n".join([head, self._arguments, *told]))

    @property
    def markdown(self) -> str:
        """The call as inert Markdown."""
        return inert_markdown(fenced(self.text))

    @property
    def html(self) -> str:
        """The call as safe HTML, without the stylesheet."""
        code = to_html(fenced(self._arguments, "" if self.raw else "json"))
        told = ""
        if self.result is not None:
            told = f'<div style="{_RESULT}">{to_preformatted(self.result)}</div>'
        return (
            '<div class="ocinb ocinb-tool tex2jax_ignore mathjax_ignore" '
            f'style="{_FRAME}"><div><strong>{escape(self._title)}</strong> '
            f"· {escape(self.state)}</div>{code}{told}</div>"
        )

    @property
    def _title(self) -> str:
        return one_line(self.name, 80) or "(a tool without a name)"

    @property
    def _arguments(self) -> str:
        return self.raw or _laid_out(self.args)


def card_markdown(request: ToolRequest, result: ToolResult | None = None) -> str:
    """Return a tool call as inert Markdown."""
    return ToolCard.of(request, result).markdown


def card_text(request: ToolRequest, result: ToolResult | None = None) -> str:
    """Return a tool call as text for a terminal; inert."""
    return ToolCard.of(request, result).text


def card_html(request: ToolRequest, result: ToolResult | None = None) -> str:
    """Return a tool call as safe HTML, without the stylesheet."""
    return ToolCard.of(request, result).html


def in_words(request: ToolRequest, result: ToolResult | None) -> str:
    """Return in a few words how far a tool call has come."""
    if request.problem:
        return _cannot_run(request.problem)
    if result is not None:
        return _ended(result.message)
    return "running" if request.decision == "approved" else "asks to be run"


def stored_cards(answer: AIMessage, after: Sequence[BaseMessage]) -> Iterator[ToolCard]:
    """Yield the cards of an answer's tool calls.

    Args:
        answer: of a turn that may have been loaded.
        after: the messages that followed it in its turn.
    """
    results: dict[str, ToolMessage] = {}
    for message in after:  # the first one, since models use the same ids again
        if isinstance(message, ToolMessage):
            results.setdefault(message.tool_call_id, message)
    for call in answer.tool_calls:
        result = results.get(call["id"] or "")
        state = "not run" if result is None else _ended(result)
        yield ToolCard(call["name"], state, call["args"], result=_text_of(result))
    for bad in answer.invalid_tool_calls:
        state = _cannot_run(bad["error"] or "the arguments are no JSON object")
        told = _text_of(results.get(bad["id"] or ""))
        yield ToolCard(bad["name"] or "", state, raw=bad["args"] or "", result=told)


def _ended(result: ToolMessage) -> str:
    if result.status == "success":  # an agent's tool too, of which no time is known
        return "done"
    ran = result.response_metadata.get("milliseconds") is not None
    return "failed" if ran else "not run"


def _cannot_run(problem: str) -> str:
    return f"cannot run: {one_line(problem, 200)}"


def _text_of(result: ToolMessage | None) -> str | None:
    return None if result is None else str(result.text)


def _laid_out(args: Mapping[str, Any]) -> str:
    return json.dumps(args, indent=2, ensure_ascii=False, default=str)
