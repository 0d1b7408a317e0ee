"""How certain a model was of each token, to be seen and to be read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from ocinb.rendering import escape
from ocinb.view.logprobs import certainty_of, tokens_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ocinb.view.logprobs import Token

__all__ = ["tokens_html"]

DRAWN: Final = 4_000
"""Tokens that are drawn at most."""

LEAST: Final = 10
"""Rows of the table of the least certain tokens."""

ALTERNATIVES: Final = 5
"""What else might have stood there: so many are told of a token."""

LONGEST: Final = 40
"""Characters of a token that a title or the table shows."""

# One hue over the page's own colour, so that text keeps its contrast in light and in
# dark; how it is underlined says the same to who sees no hue.
_HUE: Final = "213,94,0"
LEVELS: Final = (
    (0.9, 0.0, "none", "90% or more"),
    (0.5, 0.10, "1px dotted", "50% to 90%"),
    (0.2, 0.20, "1px dashed", "20% to 50%"),
    (0.05, 0.30, "1px solid", "5% to 20%"),
    (0.0, 0.40, "3px double", "under 5%"),
)
"""From which probability on, how strongly shaded, how underlined, and in words."""

_UNKNOWN: Final = len(LEVELS)
_CLASSES: Final = "tex2jax_ignore mathjax_ignore"
_VISIBLE: Final = {"\n": "\u21b5\n", "\t": "\u2192\t", "\r": "\\r"}
_SPACE: Final = "\u00b7"
_NOTHING: Final = "\u2205"


def tokens_html(logprobs: Any) -> str:
    """Return an answer with each token shaded by its probability; inert HTML.

    Less likely is stronger, in shade and in underline. A token's title tells what else
    might have stood there; a table tells it of the ten least certain ones. Under it
    stand the mean probability, `sum(p_i) / N`, and the perplexity,
    `exp(-sum(ln p_i) / N)`, over the N tokens whose probability is known.

    Args:
        logprobs: `response_metadata["logprobs"]` of an answer.
    """
    tokens = tokens_of(logprobs)
    if not tokens:
        told = "No probabilities came with this answer: ask with logprobs on."
        return f'<div class="ocinb {_CLASSES}">{told}</div>'
    drawn = "".join(map(_span, tokens[:DRAWN]))
    return (
        f"<style>{_style()}</style>"
        f'<div class="ocinb ocinb-tokens {_CLASSES}">{_legend()}'
        f'<div class="ocinb-text">{drawn}</div>{_note(len(tokens))}'
        f"<p>{_summary(tokens)}</p>{_table(tokens)}</div>"
    )


def _style() -> str:
    rules = [
        f".ocinb-tokens .p{level}{{background:rgba({_HUE},{alpha:g});"
        f"border-bottom:{line} currentColor}}"
        for level, (_, alpha, line, _words) in enumerate(LEVELS)
        if alpha
    ]
    return (
        ".ocinb-tokens .ocinb-text{white-space:pre-wrap;overflow-wrap:anywhere;"
        "line-height:1.8}"
        f"{''.join(rules)}"
        f".ocinb-tokens .p{_UNKNOWN}{{font-style:italic}}"
        ".ocinb-tokens caption{text-align:left;font-weight:600}"
    )


def _level(probability: float | None) -> int:
    if probability is None:
        return _UNKNOWN
    return next(n for n, level in enumerate(LEVELS) if probability >= level[0])


def _span(token: Token) -> str:
    title = escape(_title(token))
    level = _level(token.probability)
    shown = escape(_visible(token.text))
    return f'<span class="p{level}" title="{title}">{shown}</span>'


def _title(token: Token) -> str:
    name = _named(token.text)
    split = f" in {token.pieces} tokens" if token.pieces > 1 else ""
    others = _others(token)
    return (
        f"{name}{split} {_percent(token.probability)}{' | ' if others else ''}{others}"
    )


def _others(token: Token) -> str:
    told = token.others[:ALTERNATIVES]
    return ", ".join(f"{_named(text)} {_percent(p)}" for text, p in told)


def _named(text: str) -> str:
    shown = repr(text[:LONGEST])
    return f"{shown}\u2026" if len(text) > LONGEST else shown


def _percent(probability: float | None) -> str:
    if probability is None:
        return "?"
    if 0 < probability < 0.001:  # noqa: PLR2004 - what rounds to 0.0 is not nothing
        return "<0.1%"
    return f"{probability:.1%}"


def _visible(text: str) -> str:
    """Return a token with what could not be seen of it made visible."""
    if not text:
        return _NOTHING
    if text.isspace():
        text = text.replace(" ", _SPACE)
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else _VISIBLE.get(c) or repr(c)[1:-1] for c in text
    )


def _legend() -> str:
    told = [
        f'<span class="p{n}">{words}</span>' for n, (*_, words) in enumerate(LEVELS)
    ]
    return f"<div>Probability of each token: {' · '.join(told)}</div>"


def _note(count: int) -> str:
    if count <= DRAWN:
        return ""
    return (
        f'<p class="ocinb-note">Only the first {DRAWN:,} of {count:,} tokens are drawn; '
        "the numbers are those of all.</p>"
    )


def _summary(tokens: Sequence[Token]) -> str:
    whole = certainty_of(tokens)
    if whole is None:
        return f"{len(tokens):,} tokens; no probability is known"
    unknown = len(tokens) - whole.count
    left_out = f", {unknown:,} more unknown" if unknown else ""
    perplexity = (
        f"{whole.perplexity:.3g}" if math.isfinite(whole.perplexity) else "\u221e"
    )
    return (
        f"{whole.count:,} tokens{left_out} · mean probability {_percent(whole.mean)} · "
        f"perplexity {perplexity}"
    )


def _table(tokens: Sequence[Token]) -> str:
    known = [
        (token.probability, place, token)
        for place, token in enumerate(tokens, 1)
        if token.probability is not None
    ]
    rows = "".join(
        f"<tr><td>{place:,}</td><td><code>{escape(_named(token.text))}</code></td>"
        f"<td>{_percent(token.probability).replace('<', '&lt;')}</td>"
        f"<td>{escape(_others(token))}</td></tr>"
        for _, place, token in sorted(known, key=lambda row: row[:2])[:LEAST]
    )
    if not rows:
        return ""
    heads = ("Place", "Token", "Probability", "Instead")
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    return (
        '<div class="ocinb-table"><table><caption>Least certain tokens</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
