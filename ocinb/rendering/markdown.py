"""How untrusted Markdown becomes safe HTML."""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import nh3
from markdown_it.renderer import RendererHTML

from ocinb.rendering.highlight import TOKEN_CLASSES, highlight, language_of
from ocinb.rendering.parser import options, parse
from ocinb.rendering.plain import LIMIT_BYTES, clip, plain_text, without_unsafe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

__all__ = [
    "ALIGN",
    "COLOURED_LIMIT",
    "LINKED",
    "NOTE",
    "SCHEMES",
    "TAGS",
    "render",
    "to_html",
    "wrap",
]

COLOURED_LIMIT: Final = 40_000  # characters of code that one rendering colours
LINKED: Final = ("https://", "mailto:")  # `https:x` is relative to the page
SCHEMES: Final = frozenset({"https", "mailto"})

TAGS: Final = frozenset(
    {
        *("a", "blockquote", "br", "code", "del", "div", "em", "hr", "li", "ol", "p"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "pre", "s", "span", "strong", "ul"),
        *("table", "tbody", "td", "th", "thead", "tr"),
    }
)
_ATTRIBUTES: Final = {"a": {"href", "target", "title"}, "ol": {"start"}}
_MORE: Final = {"class": {"ocinb-more"}}
ALIGN: Final = {"style": {f"text-align:{side}" for side in ("left", "center", "right")}}
_CODE: Final = {
    f"highlight{more}{on}" for more in ("", " ocinb-more") for on in ("", " ocinb-on")
}
_VALUES: Final = {
    "div": {"class": {*_CODE, "ocinb-table", "ocinb-table ocinb-more"}},
    "p": {"class": {"ocinb-more", "ocinb-note"}},
    "span": {"class": {*TOKEN_CLASSES, "ocinb-image", "ocinb-math"}},
    "td": ALIGN,
    "th": ALIGN,
    **dict.fromkeys(("blockquote", "li", "ol", "ul"), _MORE),
    **{f"h{level}": _MORE for level in range(1, 7)},
}

NOTE: Final = (
    f'<p class="ocinb-note">Only the first {LIMIT_BYTES // 1000} kB are shown here; '
    "the rest of the answer is kept.</p>\n"
)


def to_html(markdown: str) -> str:
    """Return untrusted Markdown as HTML that is safe on every surface.

    Raw HTML is shown as text, images as `[image: address]`, links lead only to
    `https:` and `mailto:` addresses, and formulas stay as written: nothing in the
    result runs, loads or is typeset. Never raises, whatever the text; at most
    200 kB of it are rendered, with a note that the rest is kept.
    """
    shown, clipped = clip(plain_text(markdown))
    return wrap(render(parse(shown)) + (NOTE if clipped else ""))


def render(tokens: Sequence[Token], colour: int = COLOURED_LIMIT) -> str:
    """Return parsed Markdown as HTML that has passed the allow-list.

    Args:
        tokens: from `parse`.
        colour: how many characters of code may be coloured.
    """
    made = _renderer().render(tokens, options(), {"colour": colour})
    clean = nh3.clean(
        made,
        tags=TAGS,
        attributes=_ATTRIBUTES,
        tag_attribute_values=_VALUES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    # Entities such as `&#x202e;` bring back what was taken out of the text.
    return without_unsafe(clean)


def wrap(safe: str) -> str:
    r"""Put safe HTML into the element that carries our style and stops MathJax.

    A typeset formula can hold links and styles of its own (`\href`).
    """
    return f'<div class="ocinb tex2jax_ignore mathjax_ignore">{safe}</div>'


@cache
def _renderer() -> _Renderer:
    return _Renderer()


class _Renderer(RendererHTML):
    """markdown-it's renderer; a method's name is the type of the token it draws."""

    def fence(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType
    ) -> str:
        token = tokens[idx]
        language = language_of(token.info)
        if len(token.content) > env["colour"]:
            language = ""
        elif language:
            env["colour"] -= len(token.content)
        return _code_box(token, highlight(token.content, language))

    def code_block(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return _code_box(tokens[idx], html.escape(tokens[idx].content, quote=False))

    source = code_block

    def math(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f'<span class="ocinb-math">{html.escape(tokens[idx].content)}</span>'

    def image(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        token = tokens[idx]
        alt = self.renderInlineAsText(token.children, options, env)
        shown = f"{alt} [image: {token.attrs['src']}]".lstrip()
        return f'<span class="ocinb-image">{html.escape(shown)}</span>'

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        token = tokens[idx]
        if not _is_safe(token):
            return "&lt;" if token.info == "auto" else "["
        token.attrs["target"] = "_blank"
        return self.renderToken(tokens, idx, options, env)

    def link_close(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        opening = next(
            tokens[i] for i in range(idx, -1, -1) if tokens[i].type == "link_open"
        )
        if _is_safe(opening):
            return "</a>"
        if opening.info == "auto":
            return "&gt;"
        title = f' "{opening.attrs["title"]}"' if "title" in opening.attrs else ""
        return html.escape(f"]({opening.attrs['href']}{title})")

    def table_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        more = " ocinb-more" if tokens[idx].attrs else ""
        return f'<div class="ocinb-table{more}"><table>\n'

    def table_close(self, *_: Any) -> str:
        return "</table></div>\n"


def _code_box(token: Token, shown: str) -> str:
    css_class = f"highlight {token.attrs.get('class', '')}".strip()
    return f'<div class="{css_class}"><pre><code>{shown}</code></pre></div>\n'


def _is_safe(link: Token) -> bool:
    """Tell whether the address of a link may be followed with a click."""
    return str(link.attrs["href"]).lower().startswith(LINKED)
