"""What rendered text looks like, in light and in dark."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["compact", "stylesheet"]

# Each colour has a contrast of at least 4.5 on `code`. Text takes the page's colour.
_LIGHT: Final = {
    "code": "#f5f5f5",
    "text": "#1f2328",
    "keyword": "#7a1f8a",
    "string": "#0f5c2e",
    "comment": "#57606a",
    "number": "#8a4100",
    "name": "#0b4f9e",
    "builtin": "#005f6b",
    "removed": "#a40e26",
}
_DARK: Final = {
    "code": "#242424",
    "text": "#e6e6e6",
    "keyword": "#d7a8ff",
    "string": "#a5d6a7",
    "comment": "#a3adb6",
    "number": "#f7b267",
    "name": "#8ab8ff",
    "builtin": "#7fd4d0",
    "removed": "#ff9a94",
}
_CLASSES_OF: Final = {
    "keyword": ("k",),
    "string": ("s", "gi"),
    "comment": ("c",),
    "number": ("m",),
    "name": ("nf", "nc", "na", "gh"),
    "builtin": ("nb", "nt"),
    "removed": ("gd",),
}

# `&` stands for our element. JupyterLab has rules of the strength of `.theme .page pre`;
# the class is said three times to win over them.
_OURS: Final = ".ocinb.ocinb.ocinb"

# Space stands above a block, never below, so that two parts of one block can meet.
# What a page says of headings, rules and tables is said again here, so that they look the
# same wherever they stand: growing in a widget, or as they are stored.
_RULES: Final = """\
& {
  color: var(--jp-content-font-color1, inherit);
  font-family: var(--jp-content-font-family, system-ui, sans-serif);
  font-size: var(--jp-content-font-size1, 14px);
  line-height: 1.5;
  overflow-wrap: anywhere;
  text-align: left;
}
& > *, & li > *, & blockquote > * { margin: 0.6em 0 0; text-align: left; }
& :is(ul, ol) { padding-left: 2em; }
& ul { list-style: disc; }
& li ul { list-style: circle; }
& ol { list-style: decimal; }
& li > :is(ul, ol, p:first-child) { margin-top: 0; }
& h1 { font-size: 1.5em; }
& h2 { font-size: 1.3em; }
& h3 { font-size: 1.15em; }
& :is(h4, h5, h6) { font-size: 1em; }
& :is(h1, h2, h3, h4, h5, h6) { font-weight: 600; line-height: 1.3; }
& a { color: var(--jp-content-link-color, LinkText); text-decoration: underline; }
& blockquote { border-left: 0.25em solid var(--ocinb-line); padding: 0 0 0 1em; }
& hr { background: none; border: 0; border-top: 1px solid var(--ocinb-line); color: inherit; }
& :is(pre, code) {
  background: none;
  border: 0;
  color: inherit;
  font-family: var(--jp-code-font-family, ui-monospace, monospace);
  font-size: 0.93em;
  margin: 0;
  padding: 0;
  white-space: pre-wrap;
}
& pre > code { font-size: 1em; }
& .highlight, & :not(pre) > code {
  background: var(--ocinb-code);
  border-radius: 4px;
  color: var(--ocinb-text);
}
& .highlight { padding: 0.6em 0.8em; }
& :not(pre) > code { padding: 0.1em 0.3em; }
& .highlight span { background: none; font-style: normal; font-weight: normal; }
& .ocinb-table { overflow-x: auto; }
& table { border-collapse: collapse; margin: 0; table-layout: auto; }
& :is(table, thead, tr) {
  background: none;
  border: 0;
  color: inherit;
  font-size: inherit;
  line-height: inherit;
}
& :is(th, td) {
  border: 1px solid var(--ocinb-line);
  line-height: inherit;
  max-width: none;
  overflow-wrap: normal;
  padding: 0.25em 0.6em;
  text-align: left;
  vertical-align: middle;
  white-space: normal;
}
&.ocinb-footer {
  color: var(--jp-ui-font-color2, #6b6b6b);
  font-size: calc(var(--jp-content-font-size1, 14px) * 0.85);
  margin: 0.4em 0;
}
& .ocinb-math {
  font-family: var(--jp-code-font-family, ui-monospace, monospace);
  white-space: pre-wrap;
}
& .ocinb-image { border: 1px dashed; border-radius: 3px; padding: 0 0.3em; }
& .ocinb-note { font-style: italic; }
& .ocinb-more { margin-top: 0; }
& li.ocinb-more { list-style: none; }
& .highlight.ocinb-more {
  border-top-left-radius: 0;
  border-top-right-radius: 0;
  padding-top: 0;
}
& .highlight.ocinb-on {
  border-bottom-left-radius: 0;
  border-bottom-right-radius: 0;
  padding-bottom: 0;
}
"""
_LINE: Final = "--ocinb-line: var(--jp-border-color2, #bdbdbd);"


def stylesheet() -> str:
    """Return the CSS for everything this room renders, to be put in a `style` element.

    It loads nothing, touches only what is inside an element of class `ocinb`, and
    follows the theme of JupyterLab, Notebook, VS Code and Colab; elsewhere it is light.
    """
    dark = (
        '[data-jp-theme-light="false"] .ocinb, .vscode-dark .ocinb,'
        ' html[theme="dark"] .ocinb'
    )
    rules = (
        f".ocinb {{ {_properties(_LIGHT)} {_LINE} }}\n",
        f"{dark} {{ {_properties(_DARK)} }}\n",
        _RULES,
        *(
            f"& .highlight :is({_selectors(classes)}) {{ color: var(--ocinb-{name}); }}\n"
            for name, classes in _CLASSES_OF.items()
        ),
    )
    return compact("".join(rules).replace("&", _OURS))


def compact(css: str) -> str:
    """Return CSS without what only its authors need: it travels with every answer."""
    return re.sub(r"\s*([{},;>])\s*|(?<=:)\s+", r"\1", css).replace(";}", "}")


def _properties(palette: dict[str, str]) -> str:
    return " ".join(f"--ocinb-{name}: {colour};" for name, colour in palette.items())


def _selectors(classes: tuple[str, ...]) -> str:
    return ", ".join(f".{css_class}" for css_class in classes)
