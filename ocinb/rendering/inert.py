"""How Markdown is stored so that no reader of a notebook brings it to life."""

from __future__ import annotations

import re
from typing import Final

from ocinb.rendering.highlight import language_of
from ocinb.rendering.parser import parse
from ocinb.rendering.plain import plain_text

__all__ = ["fenced", "inert_markdown"]

_JOINER: Final = "\u2060"  # WORD JOINER: no width, no line break, no meaning

# A joiner after each of these is a pair of characters that starts nothing anywhere.
_LIVE: Final = re.compile(
    r"<(?=[A-Za-z/!?])"  # a tag, a comment, an address in angle brackets
    r"|!(?=\[)"  # an image
    r"|\](?=:)"  # a definition that turns text elsewhere into a link or image
    r"|\](?=\((?!(?i:https://|mailto:)))"  # a link that leads anywhere else
    r"|\\(?=(?:href|url|require|class|style|cssId|includegraphics)\b|html[A-Z])"
)
_BACKTICKS: Final = re.compile("`{3,}")


def inert_markdown(text: str) -> str:
    """Return Markdown to store as `text/markdown` in a saved notebook.

    It reads the same, raw and on GitHub, but nothing in it can run or load, even where
    raw HTML is on: an invisible character (U+2060) breaks up tags, images, definitions,
    TeX commands that make links, and links to other addresses than `https:` and
    `mailto:`. Code fences stay as they are, for code to be copied from; their language
    is kept if it is one we know, since some languages are drawn instead of shown.
    """
    plain = plain_text(text)
    lines = plain.split("\n")
    made: list[str] = []
    done = 0
    for token in parse(plain, inline=False):
        if token.level or token.type not in ("fence", "source") or token.map is None:
            continue
        first, last = token.map
        # written anew, in the form that every reader of Markdown knows
        fence = fenced(token.content, token.info)
        made += [_break_up("\n".join(lines[done:first])), fence]
        done = last
    made.append(_break_up("\n".join(lines[done:])))
    return "\n".join(part for part in made if part)


def _break_up(text: str) -> str:
    return _LIVE.sub(rf"\g<0>{_JOINER}", text)


def fenced(code: str, language: str = "") -> str:
    """Return code in a fence that nothing in it can close, as Markdown.

    Args:
        code: any text.
        language: what the fence says it is; left out if it is none that we know.
    """
    longest = max(map(len, _BACKTICKS.findall(code)), default=2)
    marks = "`" * (longest + 1)
    end = "" if code.endswith("\n") or not code else "\n"
    return f"{marks}{language_of(language)}\n{code}{end}{marks}"
