"""What the notebook stores of an answer: one bundle, inert in every form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from ocinb.magic.shown.code_blocks import blocks_of, code_for_cell
from ocinb.magic.shown.pretty_json import NotJsonError, json_in, pretty
from ocinb.rendering import (
    Blocks,
    clean_html,
    escape,
    fenced,
    has_tags,
    inert_markdown,
    plain_text,
    stylesheet,
    to_html,
)
from ocinb.view.footer import UNFINISHED, Footer
from ocinb.view.preformatted import PlainBlocks, to_preformatted
from ocinb.view.reasoning import folded_html
from ocinb.view.tool_cards import card_html, card_markdown, card_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ocinb.conversation import ToolRequest, ToolResult
    from ocinb.magic.typed.flags import Format
    from ocinb.widgets.live import Splitter

__all__ = [
    "Cards",
    "bundle_of",
    "joined",
    "note_of",
    "paused_bundle",
    "splitter_of",
    "terminal_text",
]

Cards: TypeAlias = "Sequence[tuple[ToolRequest, ToolResult | None]]"
"""The tool calls of one answer, each with what came of it so far."""

NO_CODE: Final = "no code block in the answer: the next cell is left as it is"
NO_HTML: Final = "no HTML in the answer: this is its text"

_JSON_FENCE: Final = "~" * 12 + "json\n"


class _Drawn(NamedTuple):
    """An answer in one format.

    Attributes:
        html: safe.
        markdown: inert; "" where the format has none.
        note: what the user has to know of the format; "" is nothing.
    """

    html: str
    markdown: str = ""
    note: str = ""


def bundle_of(
    text: str,
    footer: Footer | None,
    style: Format,
    reasoning: str = "",
    cards: Cards = (),
) -> dict[str, Any]:
    """Return what the notebook stores of an answer: inert in every form.

    `text/plain` is the answer, and the tool calls in it if there are any. The same
    answer makes the same bundle.

    Args:
        text: the answer.
        footer: the line under it; None while more rounds follow.
        style: how it is shown.
        reasoning: what the model thought before; folded over the answer.
        cards: the tool calls of the answer, with what came of them.
    """
    told = [card_text(*card) for card in cards]
    plain = "\n\n".join([*([plain_text(text)] if text or not told else []), *told])
    if style == "raw":
        return {"text/plain": plain}
    cut = footer is not None and bool(footer.warning)
    drawn = _drawn(text, style, cut=cut) if text or not cards else _Drawn("")
    parts = [folded_html(reasoning), drawn.html, *(card_html(*card) for card in cards)]
    parts += [] if footer is None else [_footer_html(footer, drawn.note)]
    html = f"<style>{stylesheet()}</style>{''.join(parts)}"
    bundle = {"text/plain": plain, "text/html": html}
    if drawn.markdown or cards:
        marked = [drawn.markdown, *(card_markdown(*card) for card in cards)]
        bundle["text/markdown"] = "\n\n".join(filter(None, marked))
    return bundle


def paused_bundle(text: str, style: Format, reasoning: str = "") -> dict[str, Any]:
    """Return what the notebook stores of an answer that may go on.

    What can only be read when it is whole, such as JSON, is shown as its text.
    """
    if style.startswith("code"):
        style = "markdown"
    elif style in {"json", "html"}:
        style = "text"
    return bundle_of(text, Footer(UNFINISHED), style, reasoning)


def joined(bundles: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the bundles of several rounds as one."""
    kinds = dict.fromkeys(kind for bundle in bundles for kind in bundle)
    rule = f"<style>{stylesheet()}</style>"
    whole: dict[str, Any] = {}
    for kind in kinds:
        told = [bundle[kind] for bundle in bundles if kind in bundle]
        if kind == "text/html":
            whole[kind] = rule + "".join(html.removeprefix(rule) for html in told)
        else:
            whole[kind] = "\n\n".join(told)
    return whole


def note_of(text: str, footer: Footer, style: Format) -> str:
    """Return what the user has to know of an answer in this format; "" is nothing."""
    if style == "raw":
        return ""
    return _drawn(text, style, cut=bool(footer.warning)).note


def terminal_text(text: str, style: Format) -> str:
    """Return an answer as a terminal shows it once it is whole; inert."""
    if style != "json":
        return plain_text(text)
    try:
        return plain_text(pretty(json_in(text)))
    except NotJsonError:
        return plain_text(text)


def splitter_of(style: Format) -> Splitter:
    """Return what cuts the growing answer into blocks."""
    if style in {"text", "html", "raw"}:
        return PlainBlocks()
    blocks = Blocks()
    if style == "json":  # nothing in JSON closes this fence
        blocks.feed(_JSON_FENCE)
    return blocks


def _markdown(text: str) -> _Drawn:
    return _Drawn(to_html(text), inert_markdown(text))


def _text(text: str) -> _Drawn:
    return _Drawn(to_preformatted(text))


def _json(text: str) -> _Drawn:
    if not text:
        return _text(text)
    try:
        source = fenced(pretty(json_in(text)), "json")
    except NotJsonError as error:
        return _text(text)._replace(note=f"not valid JSON: {error}")
    return _Drawn(to_html(source), inert_markdown(source))


def _html(text: str) -> _Drawn:
    blocks = blocks_of(text)
    pages = [block.code for block in blocks if block.language in {"html", "xhtml"}]
    source = "\n".join(pages) or text
    if not has_tags(source):
        return _text(text)._replace(note=NO_HTML if text else "")
    return _Drawn(clean_html(source), inert_markdown(text))


def _drawn(text: str, style: Format, *, cut: bool) -> _Drawn:
    drawn = _DRAWN.get(style, _markdown)(text)
    if style.startswith("code") and text and not code_for_cell(text, "first", cut=cut):
        return drawn._replace(note=NO_CODE)
    return drawn


_DRAWN: Final[dict[str, Callable[[str], _Drawn]]] = {
    "markdown": _markdown,
    "text": _text,
    "json": _json,
    "html": _html,
}


def _footer_html(footer: Footer, note: str) -> str:
    warnings = [f"<strong>{escape(w)}</strong>" for w in (footer.warning, note) if w]
    parts = [*warnings, *map(escape, footer.facts)]
    return (
        '<div class="ocinb ocinb-footer tex2jax_ignore mathjax_ignore">'
        f"{' · '.join(parts)}</div>"
    )
