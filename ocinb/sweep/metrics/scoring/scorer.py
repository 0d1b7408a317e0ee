"""A scorer: a function of one answer, its name and what it wants to be told."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from ocinb.errors import ParameterError, one_line
from ocinb.sampling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

__all__ = ["GIVEN", "Asks", "Scorer", "named", "scorer_of"]

GIVEN: Final = {
    "inputs": "what was asked: {'prompt': text}, or the row of a DataFrame",
    "outputs": "the text of the answer",
    "reference_outputs": "what a right answer is; None if nobody said",
    "row": "all that is known of the trial, a Row",
    "ask": "asks a model within the sweep's limits: await ask(model, messages)",
}
"""Parameters that a scorer may have, and what each gets."""

_BY_NAME: Final = frozenset(
    {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
)


class Asks(Protocol):
    """Asks a model, within the limits of a sweep, and has the answer stored."""

    async def __call__(
        self, model: BaseChatModel, messages: list[BaseMessage], **params: Any
    ) -> AIMessage:
        """Return a model's whole answer.

        Args:
            model: any LangChain chat model.
            messages: the prompt.
            params: sampling parameters and the like, as `ainvoke` takes them.
        """
        ...


@dataclass(frozen=True)
class Scorer:
    """What makes a score of an answer.

    Attributes:
        name: its column.
        function: sync or async; called with `wants` by name.
        wants: those of `GIVEN` that the function takes.
        quick: takes well under a millisecond, so that it may run on the event loop; a
            sync function that is not runs in a thread.
        rate: its values are 0 or 1.
    """

    name: str
    function: Callable[..., Any]
    wants: frozenset[str]
    quick: bool = False
    rate: bool = False


def named(name: str, function: Callable[..., Any]) -> Scorer:
    """Return a function as a scorer of another name, such as a lambda.

    Args:
        name: its column.
        function: with any of the parameters `inputs`, `outputs`, `reference_outputs`,
            `row` and `ask`.

    Raises:
        ParameterError: the name is no identifier, or the function has a parameter that
            no scorer gets.
    """
    if not name.isidentifier():
        msg = f"a scorer's name must be an identifier (got {one_line(repr(name), 60)})"
        raise ParameterError(msg)
    return Scorer(name, function, _wanted(name, function))


def scorer_of(given: Any) -> Scorer:
    """Return what a user passed as a scorer; its function's name is its own.

    Raises:
        ParameterError: it is no function, has no name, or has a parameter that no
            scorer gets.
    """
    if isinstance(given, Scorer):
        return given
    if not callable(given) or isinstance(given, type):
        kind = one_line(repr(given), 60)
        msg = f"a scorer must be a function (got {kind})"
        raise ParameterError(msg)
    name = _name_of(given)
    if not name.isidentifier():
        msg = "a scorer without a name cannot have a column"
        raise ParameterError(
            msg, hint="use def, or named('short', lambda outputs: ...)"
        )
    return named(name, given)


def _name_of(given: Any) -> str:
    while isinstance(given, partial):
        given = given.func
    return str(getattr(given, "__name__", type(given).__name__))


def _wanted(name: str, function: Callable[..., Any]) -> frozenset[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        msg = f"scorer {name}: its parameters cannot be read"
        raise ParameterError(msg, hint=_takes()) from error
    wanted: set[str] = set()
    for each in parameters:
        if each.kind is each.VAR_KEYWORD:
            wanted |= GIVEN.keys()
        elif each.kind in _BY_NAME and each.name in GIVEN:
            wanted.add(each.name)
        elif each.kind is not each.VAR_POSITIONAL and each.default is each.empty:
            guess = did_you_mean(each.name, GIVEN.keys())
            msg = f"scorer {name}: nothing can be passed as {each.name}{guess}"
            raise ParameterError(msg, hint=_takes())
    return frozenset(wanted)


def _takes() -> str:
    return f"a scorer takes any of {', '.join(GIVEN)}, by name"
