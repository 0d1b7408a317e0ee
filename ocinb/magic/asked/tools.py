"""The tools that a cell offers: variables of the notebook, by name."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, ParameterError
from ocinb.magic.typed.variables import variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Offered", "offered"]

KINDS: Final = "a function with types and a docstring, or a LangChain tool"


class Offered:
    """What a cell offers to the model.

    Args:
        tools: functions and LangChain tools.
        safe: those that run without being asked for.
    """

    def __init__(self, tools: Sequence[Any] = (), safe: Sequence[Any] = ()) -> None:
        self.tools = tuple(tools)
        self.safe = tuple(safe)


def offered(
    asked: Sequence[str], auto: Sequence[str], names: Mapping[str, Any]
) -> Offered:
    """Return the tools that flags name; those of `--tool-auto` are safe.

    Args:
        asked: what `--tool` named; several names may be joined by commas.
        auto: what `--tool-auto` named.
        names: the notebook's variables.

    Raises:
        ConfigurationError: there is no such variable, or it is no tool.
    """
    found = {name: _tool("--tool", name, names) for name in _split(asked)}
    safe = {name: _tool("--tool-auto", name, names) for name in _split(auto)}
    tools = {**found, **safe}
    _check(tuple(tools.values()))
    return Offered(tuple(tools.values()), tuple(safe.values()))


def _split(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from (name.strip() for name in text.split(",") if name.strip())


def _tool(flag: str, name: str, names: Mapping[str, Any]) -> Any:
    return variable(flag, name, names, _may_be, KINDS)


def _may_be(value: Any) -> bool:
    from langchain_core.tools import BaseTool  # noqa: PLC0415 - takes a second

    return inspect.isroutine(value) or isinstance(value, BaseTool)


def _check(tools: Sequence[Any]) -> None:
    from ocinb.conversation.toolbox import (  # noqa: PLC0415 - takes a second
        Toolbox,
    )

    try:
        Toolbox(tools)
    except ParameterError as error:
        msg = f"--tool: {error.message}"
        raise ConfigurationError(msg, hint=error.hint) from error
