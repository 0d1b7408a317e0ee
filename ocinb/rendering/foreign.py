"""How HTML that a model wrote is shown, without running or loading any of it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import nh3

from ocinb.rendering.markdown import ALIGN, LINKED, NOTE, SCHEMES, TAGS, wrap
from ocinb.rendering.plain import clip, escape, plain_text, without_unsafe

__all__ = ["clean_html", "has_tags"]

_TAGS: Final = TAGS | {
    *("abbr", "b", "caption", "cite", "dd", "dl", "dt", "i", "ins", "kbd", "mark"),
    *("q", "samp", "small", "sub", "sup", "tfoot", "u", "var"),
}
_NOT_EVEN_AS_TEXT: Final = {"script", "style", "title"}
_SPANS: Final = frozenset({"colspan", "rowspan"})
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "td": _SPANS,
    "th": _SPANS,
}
_VALUES: Final = {"span": {"class": {"ocinb-image"}}, "td": ALIGN, "th": ALIGN}

_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_WHOLE_TAG: Final = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?:[\s/][^<>]*)?>")
_IMAGE: Final = re.compile(r"<(?:img|image)\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE: Final = r"""(?<![\w-]){}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))"""
_SRC: Final = re.compile(_ATTRIBUTE.format("(?:src|(?:xlink:)?href)"), re.IGNORECASE)
_ALT: Final = re.compile(_ATTRIBUTE.format("alt"), re.IGNORECASE)
_ADDRESS_LIMIT: Final = 200

_END_BY_THEMSELVES: Final = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
        *("param", "source", "track", "wbr"),
        *("dd", "dt", "li", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr"),
    }
)
_EFFORT: Final = 100_000
"""Elements round a tag, summed over all tags, from which on HTML is not read.

A parser opens the elements that were never closed anew in every block: a small text
could ask for millions.
"""


def clean_html(source: str) -> str:
    """Return untrusted HTML as HTML that is safe on every surface.

    Only elements that structure a text are left, with no style of their own. Links
    lead only to `https:` and `mailto:` addresses, images are shown as
    `[image: address]`, and scripts, forms, frames and media are gone. HTML that would
    take very long to read is shown as its source. At most 200 kB are rendered, with a
    note that the rest is kept.
    """
    shown, clipped = clip(plain_text(source))
    if _is_too_much(shown):
        body = f"<pre><code>{escape(shown)}</code></pre>"
    else:
        body = _cleaned(_IMAGE.sub(_image_as_text, shown))
    return wrap(f"<div>{body}</div>" + (NOTE if clipped else ""))


def has_tags(text: str) -> bool:
    """Tell whether a text holds any HTML at all."""
    names = {match[1].lower() for match in _WHOLE_TAG.finditer(text)}
    return not names.isdisjoint(_TAGS | {"body", "img"})


def _cleaned(html: str) -> str:
    clean = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_NOT_EVEN_AS_TEXT,
        attributes=_ATTRIBUTES,
        attribute_filter=_only_safe_links,
        tag_attribute_values=_VALUES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    # Entities such as `&#x202e;` bring back what was taken out of the text.
    return without_unsafe(clean)


def _only_safe_links(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href" and not value.lower().startswith(LINKED):
        return None  # an address relative to the page too
    return value


def _image_as_text(match: re.Match[str]) -> str:
    """Write an image as text; what it makes of the attributes is cleaned later."""
    address = _value(_SRC, match[1])
    if len(address) > _ADDRESS_LIMIT:
        address = f"{address[:_ADDRESS_LIMIT]}…"
    shown = f"{_value(_ALT, match[1])} [image: {address}]".lstrip()
    return f'<span class="ocinb-image">{shown}</span>'


def _value(attribute: re.Pattern[str], text: str) -> str:
    match = attribute.search(text)
    return next((group for group in match.groups() if group), "") if match else ""


def _is_too_much(html: str) -> bool:
    """Tell whether reading this HTML may take very long."""
    opened: Counter[str] = Counter()
    depth = effort = 0
    for closing, name in _TAG.findall(html):
        effort += depth
        if effort > _EFFORT:
            return True
        tag = name.lower()
        if tag in _END_BY_THEMSELVES:
            continue
        if not closing:
            opened[tag] += 1
            depth += 1
        elif opened[tag]:
            opened[tag] -= 1
            depth -= 1
    return False
