"""How a piece of code becomes coloured HTML."""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    _Token = tuple[tuple[str, ...], str]  # Pygments' token type, and the text

__all__ = ["LANGUAGES", "TOKEN_CLASSES", "calm_end", "highlight", "language_of"]

LANGUAGES: Final = frozenset(
    (
        *("bash", "sh", "shell", "zsh", "powershell", "awk"),
        *("c", "c++", "cpp", "objective-c", "rust", "go", "golang", "swift", "dart"),
        *("python", "python3", "py", "r", "julia", "matlab", "fortran", "sql"),
        *("java", "kotlin", "scala", "haskell", "elixir", "lua", "perl"),
        *("javascript", "js", "jsx", "typescript", "ts", "php", "ruby", "rb"),
        *("html", "xml", "css", "scss", "json", "yaml", "toml", "ini"),
        *("docker", "dockerfile", "cmake", "nginx", "properties"),
        *("diff", "graphql", "protobuf", "latex", "tex", "vim"),
    )
)
"""Languages that are coloured.

A closed list, because Pygments' lexers are fed by a model: these were measured on
hostile input. Every other language is shown as plain code.
"""

_OTHER_NAMES: Final = {"tsx": "ts", "yml": "yaml"}

_CLASS_OF: Final = {
    "Comment": "c",
    "Generic.Deleted": "gd",
    "Generic.Heading": "gh",
    "Generic.Inserted": "gi",
    "Generic.Subheading": "gh",
    "Keyword": "k",
    "Literal.Number": "m",
    "Literal.String": "s",
    "Name.Attribute": "na",
    "Name.Builtin": "nb",
    "Name.Class": "nc",
    "Name.Decorator": "nf",
    "Name.Exception": "nc",
    "Name.Function": "nf",
    "Name.Tag": "nt",
    "Operator.Word": "k",
}
TOKEN_CLASSES: Final = frozenset(_CLASS_OF.values())
"""Pygments' own short class names, so that a page's Pygments style fits too."""

# Many lexers take time that grows as the square of the piece they are given.
_WINDOW: Final = 600
_LONG_WINDOW: Final = 2_400  # for a comment or string that is longer than a window


def language_of(info: str) -> str:
    """Return the language that the info string of a code fence names, or ""."""
    word = info.split(maxsplit=1)[0].lower() if info.strip() else ""
    language = _OTHER_NAMES.get(word, word)
    return language if language in LANGUAGES else ""


def highlight(code: str, language: str) -> str:
    """Return `code` as HTML with a `span` round each coloured token.

    Args:
        code: any text without control characters.
        language: a name of `LANGUAGES`; any other leaves the code uncoloured.
    """
    if language not in LANGUAGES:
        return html.escape(code, quote=False)
    return "".join(_spans(_tokens(code, language)))


def calm_end(code: str, language: str) -> int:
    """Return the last line end at which `code` can be cut without a change of colour.

    That is a line end outside strings and comments; 0 if there is none.
    """
    if language not in LANGUAGES:
        return code.rfind("\n") + 1
    return _calm_end(code, _lex(code, language))


def _calm_end(code: str, tokens: list[_Token]) -> int:
    end = position = 0
    for kind, value in tokens:
        position += len(value)
        inside = kind[:1] == ("Comment",) or kind[:2] == ("Literal", "String")
        if not inside and "\n" in value:
            end = position - len(value) + value.rfind("\n") + 1
        elif kind == ("Comment", "Single") and value.endswith("\n"):
            end = position
    # Most lexers do not see a comment whose end they do not see.
    comment = code.rfind("/*", 0, end)
    if comment > code.rfind("*/", 0, end):
        end = code.rfind("\n", 0, comment) + 1
    return end


def _tokens(code: str, language: str) -> Iterator[_Token]:
    """Lex window by window, each ending where the colours are sure not to change."""
    start = 0
    while start < len(code):
        for size in (_WINDOW, _LONG_WINDOW):
            window = code[start : start + size]
            tokens = _lex(window, language)
            last = start + size >= len(code)
            cut = len(window) if last else _calm_end(window, tokens)
            if cut:
                break
        cut = cut or window.rfind("\n") + 1 or len(window)
        yield from _first(tokens, cut)
        start += cut


def _first(tokens: Iterable[_Token], length: int) -> Iterator[_Token]:
    """Yield the tokens of the first `length` characters."""
    for kind, value in tokens:
        if length <= 0:
            return
        yield kind, value[:length]
        length -= len(value)


def _lex(code: str, language: str) -> list[_Token]:
    tokens: list[_Token] = list(_lexer(language).get_tokens(code))
    # A lexer that drops or changes a character must not change what the user reads.
    same = "".join(value for _, value in tokens) == code
    return tokens if same else [((), code)]


def _spans(tokens: Iterable[_Token]) -> Iterator[str]:
    """Write tokens as HTML; neighbours of one class share a span."""
    run, run_class = "", ""
    for kind, value in tokens:
        css_class = _css_class(kind)
        if css_class == run_class:
            run += value
            continue
        yield _span(run, run_class)
        run, run_class = value, css_class
    yield _span(run, run_class)


def _span(text: str, css_class: str) -> str:
    shown = html.escape(text, quote=False)
    return f'<span class="{css_class}">{shown}</span>' if css_class else shown


@cache
def _lexer(language: str) -> Any:
    from pygments.lexers import (  # type: ignore[import-untyped]  # Pygments ships no types # noqa: PLC0415 - heavy, only for code
        get_lexer_by_name,
    )

    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


@cache
def _css_class(kind: tuple[str, ...]) -> str:
    """Return the class of a Pygments token type, or of the nearest type above it."""
    for length in (2, 1):
        css_class = _CLASS_OF.get(".".join(kind[:length]))
        if css_class:
            return css_class
    return ""
