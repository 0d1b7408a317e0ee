"""What rendered text looks like, in light and in dark."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["stylesheet"]

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

# JupyterLab has rules of the strength of `.theme .page pre`; the class is said three times
# to win over them.
# Space stands above a block, never below, so that two parts of one block can meet.
_RULES: Final = """\
.ocinb.ocinb.ocinb {
  color: var(--jp-content-font-color1, inherit);
  font-family: var(--jp-content-font-family, system-ui, sans-serif);
  font-size: var(--jp-content-font-size1, 14px);
  line-height: 1.5;
  overflow-wrap: anywhere;
}
.ocinb.ocinb.ocinb > *, .ocinb.ocinb.ocinb li > *, .ocinb.ocinb.ocinb blockquote > * { margin: 0.6em 0 0; }
.ocinb.ocinb.ocinb ul, .ocinb.ocinb.ocinb ol { padding-left: 2em; }
.ocinb.ocinb.ocinb li > ul, .ocinb.ocinb.ocinb li > ol, .ocinb.ocinb.ocinb li > p:first-child { margin-top: 0; }
.ocinb.ocinb.ocinb h1 { font-size: 1.5em; }
.ocinb.ocinb.ocinb h2 { font-size: 1.3em; }
.ocinb.ocinb.ocinb h3 { font-size: 1.15em; }
.ocinb.ocinb.ocinb h4, .ocinb.ocinb.ocinb h5, .ocinb.ocinb.ocinb h6 { font-size: 1em; }
.ocinb.ocinb.ocinb h1, .ocinb.ocinb.ocinb h2, .ocinb.ocinb.ocinb h3, .ocinb.ocinb.ocinb h4, .ocinb.ocinb.ocinb h5, .ocinb.ocinb.ocinb h6 { font-weight: 600; }
.ocinb.ocinb.ocinb a { color: var(--jp-content-link-color, LinkText); text-decoration: underline; }
.ocinb.ocinb.ocinb blockquote {
  border-left: 0.25em solid var(--jp-border-color2, #bdbdbd);
  padding-left: 1em;
}
.ocinb.ocinb.ocinb hr { border: 0; border-top: 1px solid var(--jp-border-color2, #bdbdbd); }
.ocinb.ocinb.ocinb pre, .ocinb.ocinb.ocinb code {
  background: none;
  border: 0;
  color: inherit;
  font-family: var(--jp-code-font-family, ui-monospace, monospace);
  font-size: 0.93em;
  margin: 0;
  padding: 0;
  white-space: pre-wrap;
}
.ocinb.ocinb.ocinb pre > code { font-size: 1em; }
.ocinb.ocinb.ocinb .highlight, .ocinb.ocinb.ocinb :not(pre) > code {
  background: var(--ocinb-code);
  border-radius: 4px;
  color: var(--ocinb-text);
}
.ocinb.ocinb.ocinb .highlight { padding: 0.6em 0.8em; }
.ocinb.ocinb.ocinb :not(pre) > code { padding: 0.1em 0.3em; }
.ocinb.ocinb.ocinb .highlight span { background: none; font-style: normal; font-weight: normal; }
.ocinb.ocinb.ocinb .ocinb-table { overflow-x: auto; }
.ocinb.ocinb.ocinb table { border-collapse: collapse; font-size: inherit; margin: 0; }
.ocinb.ocinb.ocinb th, .ocinb.ocinb.ocinb td {
  border: 1px solid var(--jp-border-color2, #bdbdbd);
  padding: 0.25em 0.6em;
  text-align: left;
}
.ocinb.ocinb.ocinb .ocinb-math {
  font-family: var(--jp-code-font-family, ui-monospace, monospace);
  white-space: pre-wrap;
}
.ocinb.ocinb.ocinb .ocinb-image { border: 1px dashed; border-radius: 3px; padding: 0 0.3em; }
.ocinb.ocinb.ocinb .ocinb-note { font-style: italic; }
.ocinb.ocinb.ocinb .ocinb-more { margin-top: 0; }
.ocinb.ocinb.ocinb li.ocinb-more { list-style: none; }
.ocinb.ocinb.ocinb .highlight.ocinb-more {
  border-top-left-radius: 0;
  border-top-right-radius: 0;
  padding-top: 0;
}
.ocinb.ocinb.ocinb .highlight.ocinb-on {
  border-bottom-left-radius: 0;
  border-bottom-right-radius: 0;
  padding-bottom: 0;
}
"""


def stylesheet() -> str:
    """Return the CSS for everything this room renders, to be put in a `style` element.

    It loads nothing, touches only what is inside an element of class `ocinb`, and
    follows the theme of JupyterLab, Notebook, VS Code and Colab; elsewhere it is light.
    """
    dark = (
        '[data-jp-theme-light="false"] .ocinb, .vscode-dark .ocinb,'
        ' html[theme="dark"] .ocinb'
    )
    return "".join(
        (
            f".ocinb {{ {_properties(_LIGHT)} }}\n",
            f"{dark} {{ {_properties(_DARK)} }}\n",
            re.sub(r"\n *(?=[^.])", "", _RULES),  # it travels with every answer
            *(
                f"{_selectors(classes)} {{ color: var(--ocinb-{name}); }}\n"
                for name, classes in _CLASSES_OF.items()
            ),
        )
    )


def _properties(palette: dict[str, str]) -> str:
    return " ".join(f"--ocinb-{name}: {colour};" for name, colour in palette.items())


def _selectors(classes: tuple[str, ...]) -> str:
    return ", ".join(
        f".ocinb.ocinb.ocinb .highlight .{css_class}" for css_class in classes
    )
