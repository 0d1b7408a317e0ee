"""Scorers that are ready to use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.errors import ParameterError
from ocinb.sweep.metrics.conforming import JsonCheck, ToolCheck
from ocinb.sweep.metrics.scoring.scorer import Scorer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ocinb.sweep.values import Row

__all__ = [
    "contains",
    "exact_match",
    "json_valid",
    "tool_calls_unknown",
    "tool_calls_valid",
]


def json_valid(
    schema: Any = None, *, fenced: bool = False, name: str = "json_valid"
) -> Scorer:
    """Return a scorer: 1 if the answer is JSON that follows a schema, else 0 and why.

    JSON as in RFC 8259, with nothing but white space round it. Unit: share of answers
    when averaged.

    Args:
        schema: a pydantic class, a TypedDict class or a JSON schema in a dict (by the
            draft that its `$schema` names); None for any JSON.
        fenced: accept one ```json block with nothing round it, too.
        name: of its column.

    Raises:
        ParameterError: it is no valid schema.
        MissingExtraError: the `jsonschema` package is needed and not installed.
    """
    check = JsonCheck(schema, fenced=fenced)

    def scored(outputs: str) -> dict[str, Any]:
        problem = check.problem(outputs)
        return {"score": not problem, "comment": problem}

    wants = frozenset({"outputs"})
    return Scorer(name, scored, wants, quick=schema is None, rate=True)


def exact_match(
    normalise: Callable[[str], str] | None = None, *, name: str = "exact_match"
) -> Scorer:
    """Return a scorer: 1 if the answer is the reference, else 0.

    White space round them aside. SQuAD's exact match (Rajpurkar et al. 2016) with its
    own normalisation left to `normalise`. Unit: share of answers when averaged.

    Args:
        normalise: makes of a text what is compared, such as `str.lower`.
        name: of its column.
    """

    def scored(outputs: str, reference_outputs: Any) -> bool:
        texts = (outputs, str(_there(reference_outputs)))
        answer, reference = (
            (normalise(text) if normalise else text).strip() for text in texts
        )
        return answer == reference

    return _compared(name, scored)


def contains(
    what: str | None = None, *, ignore_case: bool = False, name: str = "contains"
) -> Scorer:
    """Return a scorer: 1 if a text is in the answer, else 0.

    Unit: share of answers when averaged.

    Args:
        what: the text; None for the prompt's reference.
        ignore_case: "Bern" is in "BERN", too (Unicode's case folding).
        name: of its column.
    """

    def scored(outputs: str, reference_outputs: Any) -> bool:
        wanted = str(_there(reference_outputs)) if what is None else what
        if ignore_case:
            return wanted.casefold() in outputs.casefold()
        return wanted in outputs

    return _compared(name, scored)


def tool_calls_valid(tools: Iterable[Any], *, name: str = "tool_calls_valid") -> Scorer:
    """Return a scorer: the share of an answer's tool calls that could run, and why not.

    A call could run if its arguments are an object and fit the schema of the tool that
    it names. None if the answer has no call. Unit: share of calls, 0 to 1; averaged,
    each answer with calls weighs the same.

    Args:
        tools: those that the model was offered: functions, LangChain tools, pydantic
            classes or dicts.
        name: of its column.

    Raises:
        ParameterError: something is no tool, or two have the same name.
        MissingExtraError: the `jsonschema` package is needed and not installed.
    """
    check = ToolCheck(tools)

    def scored(row: Row) -> Mapping[str, Any] | None:
        problems = [check.problem(call) for call in row.tool_calls]
        if not problems:
            return None
        wrong = [problem for problem in problems if problem]
        share = 1 - len(wrong) / len(problems)
        return {"score": share, "comment": "; ".join(wrong)}

    return Scorer(name, scored, frozenset({"row"}), quick=True)


def tool_calls_unknown(
    tools: Iterable[Any], *, name: str = "tool_calls_unknown"
) -> Scorer:
    """Return a scorer: the share of an answer's tool calls that name no tool.

    None if the answer has no call. Unit: share of calls, 0 to 1; lower is better.

    Args:
        tools: as in `tool_calls_valid`.
        name: of its column.

    Raises:
        ParameterError: something is no tool, or two have the same name.
    """
    check = ToolCheck(tools)

    def scored(row: Row) -> float | None:
        calls = row.tool_calls
        unknown = sum(not check.knows(call) for call in calls)
        return unknown / len(calls) if calls else None

    return Scorer(name, scored, frozenset({"row"}), quick=True)


def _compared(name: str, function: Callable[..., Any]) -> Scorer:
    wants = frozenset({"outputs", "reference_outputs"})
    return Scorer(name, function, wants, quick=True, rate=True)


def _there(reference: Any) -> Any:
    if reference is None:
        msg = "the prompt has no reference to compare with"
        raise ParameterError(msg)
    return reference
