"""How `{name}` in a prompt becomes the value of a notebook variable."""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Missing", "expand", "value_of"]


class Missing(LookupError):
    """What stands between the braces names nothing that exists."""


_STEP: Final = r"\.[^\W\d]\w*|\[-?\d{1,9}\]"
_PATH: Final = rf"\{{(?P<name>[^\W\d]\w*)(?P<steps>(?:{_STEP})*)\}}"

_EXPRESSION: Final = re.compile(_PATH)
_IN_A_PROMPT: Final = re.compile(
    # `{{name}}` and `${name}` belong to templates and shells, `\cmd{name}` and
    # `\cmd{..}{name}` to LaTeX: matched first, so that they stay as they are
    rf"\$\{{[^{{}}]*\}}|\{{\{{[^{{}}]*\}}\}}|\\[A-Za-z]{{2,}}(?:\{{[^{{}}]*\}})+|{_PATH}"
)
_STEPS: Final = re.compile(_STEP)


def expand(text: str, names: Mapping[str, Any]) -> str:
    r"""Replace `{name}`, `{name.attr}` and `{name[0]}` by the values of variables.

    Only what exists is replaced; every other brace stays as it is, so JSON, code and
    LaTeX pass through. `{{name}}`, `${name}` and LaTeX commands such as `\frac{a}{b}`
    are never replaced. One pass: braces inside a value are not looked at.

    Args:
        text: what the user wrote.
        names: the variables that may be named.
    """

    def replace(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match[0]
        try:
            return str(_resolve(match, names))
        except Missing:
            return match[0]

    return _IN_A_PROMPT.sub(replace, text)


def value_of(text: str, names: Mapping[str, Any]) -> Any:
    """Return the object that `text` names if it is nothing but one `{name}`.

    Raises:
        Missing: it is something else, or names nothing that exists.
    """
    match = _EXPRESSION.fullmatch(text)
    if match is None:
        raise Missing(text)
    return _resolve(match, names)


def _resolve(match: re.Match[str], names: Mapping[str, Any]) -> Any:
    if match["name"] not in names:
        raise Missing(match[0])
    try:
        return reduce(_follow, _STEPS.findall(match["steps"]), names[match["name"]])
    except (AttributeError, LookupError, TypeError) as error:
        raise Missing(match[0]) from error


def _follow(value: Any, step: str) -> Any:
    return getattr(value, step[1:]) if step[0] == "." else value[int(step[1:-1])]
