"""What is asked: strings, message lists, or the rows of a DataFrame with a template."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from langchain_core.messages import BaseMessage, HumanMessage, convert_to_messages

from ocinb.errors import ParameterError, one_line
from ocinb.sampling import did_you_mean
from ocinb.sweep.values import Prompt

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["prompts_of"]

_REFERENCE: Final = "reference"
_ROLES: Final = frozenset({"system", "human", "user", "ai", "assistant", "developer"})
_SHOWN: Final = 60


def prompts_of(
    given: Any, *, template: str | None = None, reference: str | None = None
) -> list[Prompt]:
    """Return the prompts of a sweep.

    Args:
        given: a string; a list of strings, of message lists (as `invoke` takes them) or
            of dicts with the fields of a template; or a DataFrame.
        template: text with `{field}` in it, for dicts and DataFrames; `{{` is a brace.
            Without one they must have a column `prompt`.
        reference: the column with the right answers; `reference` if there is one.

    Raises:
        ParameterError: there is no prompt, one is empty, or a field is missing.
    """
    rows = _rows(given)
    if rows is not None:
        return _of_rows(rows, template, reference)
    if template is not None:
        msg = "template= is for the rows of a DataFrame or a list of dicts"
        raise ParameterError(msg)
    listed = _listed(given)
    made = [_of_one(number, each) for number, each in enumerate(listed)]
    if not made:
        raise ParameterError(_NO_PROMPT)
    return made


_NO_PROMPT: Final = "there is no prompt: nothing to ask"


def _listed(given: Any) -> list[Any]:
    if isinstance(given, (str, bytes)) or _is_message(given):
        return [given]
    try:
        listed = list(given)
    except TypeError as error:
        shown = one_line(repr(given), _SHOWN)
        msg = f"prompts must be a text, a list or a DataFrame (got {shown})"
        raise ParameterError(msg) from error
    if len(listed) > 1 and all(map(_is_message, listed)):
        msg = "prompts is a list of single messages: is it one prompt or several?"
        raise ParameterError(msg, hint="write [[...]] for one, texts for several")
    return listed


def _is_message(given: Any) -> bool:
    """Tell one message, in any of LangChain's notations, from a list of them."""
    if isinstance(given, tuple) and len(given) == 2:  # noqa: PLR2004 - role and content
        return isinstance(given[0], str) and given[0] in _ROLES
    is_dict = isinstance(given, Mapping) and "role" in given
    return is_dict or isinstance(given, BaseMessage)


def _rows(given: Any) -> list[Mapping[str, Any]] | None:
    """Return rows if there are some; a DataFrame is known by its method."""
    if hasattr(given, "to_dict") and hasattr(given, "columns"):
        names = list(given.columns)
        if len(set(map(str, names))) < len(names):
            msg = "two columns of the DataFrame have the same name"
            raise ParameterError(msg)
        records: list[dict[Any, Any]] = given.to_dict("records")
        return [{str(name): v for name, v in row.items()} for row in records]
    if isinstance(given, Mapping) and "role" not in given:
        return [given]
    if isinstance(given, Sequence) and not isinstance(given, (str, bytes)) and given:
        dicts = [each for each in given if isinstance(each, Mapping)]
        if len(dicts) == len(given) and not any("role" in each for each in dicts):
            return dicts
    return None


def _of_rows(
    rows: list[Mapping[str, Any]], template: str | None, reference: str | None
) -> list[Prompt]:
    if not rows:
        raise ParameterError(_NO_PROMPT)
    pattern = "{prompt}" if template is None else template
    fields = _fields(pattern)
    wanted = [*fields, *([reference] if reference else [])]
    known = list(rows[0])
    for name in wanted:
        if name not in known:
            meant = did_you_mean(name, known)
            listed = ", ".join(one_line(each, 40) for each in known)
            msg = f"no column {one_line(name, _SHOWN)}{meant} (columns: {listed})"
            raise ParameterError(msg)
    right = reference or (_REFERENCE if _REFERENCE in known else None)
    return [
        Prompt(
            number,
            (HumanMessage(_filled(pattern, fields, row, number)),),
            row,
            row.get(right) if right else None,
        )
        for number, row in enumerate(rows)
    ]


def _fields(pattern: Any) -> list[str]:
    """Return the names in a template.

    Raises:
        ParameterError: a brace stands alone, or more than a name stands in braces.
    """
    if not isinstance(pattern, str):
        msg = f"template must be a text (got {one_line(repr(pattern), _SHOWN)})"
        raise ParameterError(msg)
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError as error:
        msg = f"the template is not valid: {error} (write {{{{ for a brace)"
        raise ParameterError(msg) from error
    for _, name, spec, conversion in parts:
        if name is not None and (
            spec or conversion or not name or set(name) & set(".[")
        ):
            shown = one_line(f"{{{name}}}", _SHOWN)
            msg = f"the template takes names of columns only (got {shown})"
            raise ParameterError(msg, hint="write {{ for a brace that is meant so")
    return [name for _, name, _, _ in parts if name is not None]


def _filled(
    pattern: str, fields: Iterable[str], row: Mapping[str, Any], number: int
) -> str:
    for name in fields:
        if _is_missing(row.get(name)):
            msg = f"row {number}: column {one_line(name, _SHOWN)} has no value"
            raise ParameterError(msg, hint="drop such rows, or fill them")
    text = "".join(
        literal + (str(row[name]) if name is not None else "")
        for literal, name, _, _ in string.Formatter().parse(pattern)
    )
    _check_text(text, f"row {number}")
    return text


def _is_missing(value: Any) -> bool:
    """Tell None, NaN, NaT and pandas's NA: they are not equal to themselves, or say so."""
    if value is None:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124 - that is what NaN is
    except (TypeError, ValueError):  # pandas's NA has no truth, an array has many
        return type(value).__name__ == "NAType"


def _of_one(number: int, given: Any) -> Prompt:
    if isinstance(given, str):
        _check_text(given, f"prompt {number}")
        return Prompt(number, (HumanMessage(given),), {"prompt": given})
    parts = [given] if _is_message(given) else given
    if hasattr(parts, "to_messages"):
        parts = parts.to_messages()
    try:
        messages = tuple(convert_to_messages(parts))
    except (TypeError, ValueError, NotImplementedError) as error:
        said = one_line(str(error), 120)
        msg = f"prompt {number} is neither text nor a list of messages: {said}"
        raise ParameterError(msg) from error
    if not messages:
        msg = f"prompt {number} is empty"
        raise ParameterError(msg)
    if isinstance(messages[-1], HumanMessage) and isinstance(messages[-1].content, str):
        _check_text(messages[-1].text, f"prompt {number}")
    return Prompt(number, messages, {"prompt": messages[-1].text})


def _check_text(text: str, where: str) -> None:
    if not text.strip():
        msg = f"{where} is empty: nothing to ask"
        raise ParameterError(msg)
