"""The tools of a conversation: which there are, what they take, how one is run."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool, StructuredTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from ocinb.conversation.arguments import problem_with
from ocinb.errors import ParameterError, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.runnables import RunnableConfig

__all__ = ["Tool", "in_thread", "name_of", "tools_by_name"]

Result = TypeVar("Result")

_RAISED: Final = (Exception, SystemExit)
"""What a tool may raise to become its result. An interrupt is the user's."""

_RAISED_AWAY: Final = (*_RAISED, KeyboardInterrupt)
"""The same away from the main thread, which alone is interrupted by the user."""

CANNOT_RUN: Final = "it is only a description: a function or a LangChain tool can run"


@dataclass(frozen=True)
class Tool:
    """One tool under the name by which the model calls it.

    Attributes:
        name: what the model calls.
        given: the tool as the user gave it.
        runnable: what runs; None for a pydantic class or a dict.
    """

    name: str
    given: Any
    runnable: BaseTool | None

    @property
    def is_async(self) -> bool:
        """True if only an event loop can run it."""
        tool = self.runnable
        return getattr(tool, "func", tool) is None and tool is not None

    def problem_with(self, args: Mapping[str, Any]) -> str:
        """Say why the tool cannot run with these arguments; "" if it can."""
        if self.runnable is None:
            return CANNOT_RUN
        return problem_with(args, self.runnable.tool_call_schema)

    def run(
        self,
        args: Mapping[str, Any],
        call_id: str,
        callbacks: Sequence[BaseCallbackHandler] = (),
        raised: tuple[type[BaseException], ...] = _RAISED,
    ) -> ToolMessage:
        """Run the tool in this thread; what it raises becomes the result."""
        began_s = time.perf_counter()
        try:
            found = self._checked().invoke(
                self._call(args, call_id), _config(callbacks)
            )
        except raised as error:
            found = error
        return self._message(found, call_id, began_s)

    async def arun(
        self,
        args: Mapping[str, Any],
        call_id: str,
        callbacks: Sequence[BaseCallbackHandler] = (),
    ) -> ToolMessage:
        """Run the tool without keeping this event loop busy; as `run` else."""
        if not self.is_async:
            given = (args, call_id, callbacks, _RAISED_AWAY)
            return await in_thread(lambda: self.run(*given))
        began_s = time.perf_counter()
        try:
            found = await self._checked().ainvoke(
                self._call(args, call_id), _config(callbacks)
            )
        except Exception as error:  # noqa: BLE001 - a tool is any code
            found = error
        return self._message(found, call_id, began_s)

    def _checked(self) -> BaseTool:
        if self.runnable is None:
            msg = f"{self.name} cannot be run: {CANNOT_RUN}"
            raise ParameterError(msg)
        return self.runnable

    def _call(self, args: Mapping[str, Any], call_id: str) -> dict[str, Any]:
        return {
            "name": self.name,
            "args": dict(args),
            "id": call_id,
            "type": "tool_call",
        }

    def _message(self, found: Any, call_id: str, began_s: float) -> ToolMessage:
        took_ms = round((time.perf_counter() - began_s) * 1000, 3)
        if isinstance(found, ToolMessage):
            named = {"tool_call_id": call_id, "name": found.name or self.name}
            message = found.model_copy(update=named)
        elif isinstance(found, BaseException):
            said = one_line(f"{type(found).__name__}: {found}".rstrip(": "))
            message = ToolMessage(
                said, tool_call_id=call_id, name=self.name, status="error"
            )
        else:  # such as a LangGraph Command, which only a graph can follow
            message = ToolMessage(str(found), tool_call_id=call_id, name=self.name)
        message.response_metadata["milliseconds"] = took_ms
        return message


def tools_by_name(tools: Iterable[Any]) -> dict[str, Tool]:
    """Return tools by the names that the model calls.

    Args:
        tools: functions, LangChain tools, pydantic classes or dicts.

    Raises:
        ParameterError: something is no tool, or two have the same name.
    """
    found: dict[str, Tool] = {}
    for given in tools:
        tool = _tool(given)
        if tool.name in found:
            msg = f"two tools have the name {one_line(tool.name, 80)}"
            raise ParameterError(msg)
        found[tool.name] = tool
    return found


def name_of(tool: Any) -> str:
    """Return the name of a tool, or the name itself.

    Raises:
        ParameterError: it is no tool.
    """
    return tool if isinstance(tool, str) else _tool(tool).name


def _tool(given: Any) -> Tool:
    if isinstance(given, BaseTool):
        return Tool(given.name, given, _kept(given))
    try:
        if inspect.isroutine(given):
            made = _from_function(given)
            return Tool(made.name, given, _kept(made))
        name = convert_to_openai_tool(given)["function"]["name"]
    # what LangChain raises for a thing that it cannot describe
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        msg = f"a tool cannot be offered: {one_line(str(error), 200)}"
        hint = "a tool is a function with annotated parameters, a LangChain tool, a pydantic class or a dict"
        raise ParameterError(msg, hint=hint) from error
    return Tool(str(name), given, None)


def _from_function(function: Callable[..., Any]) -> BaseTool:
    # the text is only what `StructuredTool` insists on: the model reads what the
    # function given to `bind_tools` says
    said = inspect.getdoc(function) or function.__name__
    if inspect.iscoroutinefunction(function):
        return StructuredTool.from_function(coroutine=function, description=said)
    return StructuredTool.from_function(function, description=said)


def _kept(tool: BaseTool) -> BaseTool:
    """Return a tool that cannot end the event loop on which it runs.

    LangChain runs a coroutine as a task, and a task that raises `SystemExit` ends its
    loop, whoever else streams there.
    """
    coroutine = getattr(tool, "coroutine", None)
    if coroutine is None:
        return tool

    @wraps(coroutine)
    async def kept(*args: Any, **kwargs: Any) -> Any:
        try:
            return await coroutine(*args, **kwargs)
        except (SystemExit, KeyboardInterrupt) as error:
            msg = f"it raised {type(error).__name__}"
            raise RuntimeError(msg) from error

    return tool.model_copy(update={"coroutine": kept})


def _config(callbacks: Sequence[BaseCallbackHandler]) -> RunnableConfig | None:
    return {"callbacks": [*callbacks]} if callbacks else None


async def in_thread(work: Callable[[], Result]) -> Result:
    """Run `work` in a daemon thread of its own, and wait without blocking the loop.

    The thread of a tool that never returns would keep a pool's owner from ending.
    Cancelling the wait leaves the thread to itself.
    """
    future: Future[Result] = Future()
    future.set_running_or_notify_cancel()  # from here on it cannot be cancelled
    context = copy_context()

    def run() -> None:
        try:
            future.set_result(context.run(work))
        except BaseException as error:  # noqa: BLE001 - raised where it is awaited
            future.set_exception(error)

    threading.Thread(target=run, name="ocinb-tool", daemon=True).start()
    return await asyncio.wrap_future(future)
