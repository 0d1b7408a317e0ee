"""All scorers of a sweep: checked before anything is sent, harmless when they fail."""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ParameterError, one_line
from ocinb.sweep.metrics.scoring.scorer import scorer_of
from ocinb.sweep.values import Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

    from ocinb.sweep.metrics.scoring.scorer import Asks, Scorer
    from ocinb.sweep.values import Prompt, Row

__all__ = ["Scorers", "ask_directly", "score_of"]

_RAISED: Final = (Exception, SystemExit)
"""What a scorer may raise to become its error. An interrupt is the user's."""

_RAISED_AWAY: Final = (*_RAISED, KeyboardInterrupt)
"""The same away from the main thread, which alone is interrupted by the user."""

_TEXT_LIMIT: Final = 2000
"""Characters of a label or a comment that are kept."""


async def ask_directly(
    model: BaseChatModel, messages: list[BaseMessage], **params: Any
) -> AIMessage:
    """Ask a model outside of any sweep: no limits, nothing stored."""
    return await model.ainvoke(messages, **params)


class Scorers:
    """The scorers of one sweep.

    Args:
        given: functions (sync or async) and `Scorer`s. A function has any of the
            parameters `inputs`, `outputs`, `reference_outputs` (LangSmith's and
            openevals' convention), `row` and `ask`, and returns a number, a boolean, a
            label, None for "does not apply", or `{"score": ..., "comment": ...}`.

    Raises:
        ParameterError: something is no scorer, has a parameter that no scorer gets, or
            has the name of another one.
    """

    def __init__(self, given: Iterable[Any] = ()) -> None:
        self._scorers = tuple(map(scorer_of, given))
        for name in self.names:
            if self.names.count(name) > 1:
                msg = f"two scorers have the name {name}"
                raise ParameterError(msg, hint=f"named('{name}_2', ...) renames one")

    def __bool__(self) -> bool:
        return bool(self._scorers)

    def __iter__(self) -> Iterator[Scorer]:
        return iter(self._scorers)

    @property
    def names(self) -> list[str]:
        """The names of the scorers, in their order."""
        return [scorer.name for scorer in self._scorers]

    async def score(
        self, row: Row, prompt: Prompt, ask: Asks = ask_directly
    ) -> list[Score]:
        """Return a score by each scorer, in their order; a failed trial has none.

        A scorer that raises gives a score with an error, and the others go on. They
        run at the same time, sync ones in threads but for those known to be quick.

        Args:
            row: the trial.
            prompt: what was asked.
            ask: how scorers ask models.
        """
        if row.status != "ok":
            return []
        given = {
            "inputs": prompt.inputs,
            "outputs": row.text,
            "reference_outputs": prompt.reference,
            "row": row,
            "ask": ask,
        }
        scores = (_score(scorer, row.key, given) for scorer in self._scorers)
        return list(await asyncio.gather(*scores))


async def _score(scorer: Scorer, key: bytes, given: Mapping[str, Any]) -> Score:
    try:
        found = await _found(scorer, {name: given[name] for name in scorer.wants})
    except _RAISED as error:
        return Score(key, scorer.name, error=_error_line(error))
    return score_of(found, key, scorer.name)


async def _found(scorer: Scorer, arguments: dict[str, Any]) -> Any:
    function = scorer.function
    if scorer.quick or _is_async(function):
        found = function(**arguments)
    else:
        found = await asyncio.to_thread(_away, function, arguments)
    return await found if inspect.isawaitable(found) else found


def _away(function: Any, arguments: dict[str, Any]) -> Any:
    try:
        return function(**arguments)
    except StopIteration as error:  # no future can carry it
        raise RuntimeError(_error_line(error)) from error
    except KeyboardInterrupt as error:
        raise RuntimeError(_error_line(error)) from error


def score_of(found: Any, key: bytes, name: str) -> Score:
    """Return what a scorer returned as a score.

    Args:
        found: a boolean (True is 1), a number, a text, None, or a dict with `score` and
            perhaps `comment`, which becomes the text beside a number.
        key: of the row.
        name: of the scorer.
    """
    comment = ""
    if isinstance(found, Mapping):
        if "score" not in found:
            return Score(key, name, error="the scorer returned a dict without 'score'")
        said = found.get("comment")
        comment = "" if said is None else one_line(str(said), _TEXT_LIMIT)
        found = found["score"]
    if found is None:
        return Score(key, name, text=comment)
    if isinstance(found, str):
        return Score(key, name, text=one_line(found, _TEXT_LIMIT))
    number = _number(found)
    if number is None or not math.isfinite(number):
        shown = one_line(repr(found), 60)
        return Score(key, name, error=f"the scorer returned {shown}, which is no score")
    return Score(key, name, value=number, text=comment)


def _number(found: Any) -> float | None:
    """Return a number of Python or NumPy as one of Python; None if it is none."""
    plain = found.item() if getattr(found, "shape", None) == () else found
    try:
        return float(plain) if isinstance(plain, Real) else None
    except OverflowError:
        return None


def _is_async(function: Any) -> bool:
    while hasattr(function, "func"):
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - an object whose call is async
    )


def _error_line(error: BaseException) -> str:
    return one_line(f"{type(error).__name__}: {error}".rstrip(": "))
