"""The tools that a model may call, and the requests that its calls become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.runnables.base import RunnableBindingBase

from ocinb.conversation.requests import ToolRequest
from ocinb.conversation.tools import name_of, tools_by_name
from ocinb.errors import ParameterError, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

__all__ = ["Toolbox", "offered"]


class Toolbox:
    """The tools of one run.

    Args:
        tools: functions, LangChain tools, pydantic classes or dicts.
        safe_tools: those of them, or their names, that run without being asked for.
        callbacks: told what the tools do, in LangChain's way.

    Raises:
        ParameterError: something is no tool, two have the same name, or a safe one
            is not among them.
    """

    def __init__(
        self,
        tools: Sequence[Any] = (),
        safe_tools: Sequence[Any] = (),
        callbacks: Sequence[BaseCallbackHandler] = (),
    ) -> None:
        self._tools = tools_by_name(tools)
        self._safe = frozenset(map(name_of, safe_tools))
        self._callbacks = callbacks
        for name in self._safe:
            if name not in self._tools:
                among = ", ".join(self._tools) or "none"
                msg = f"safe_tools: {one_line(name, 80)} is no tool (tools: {among})"
                raise ParameterError(msg)

    def __bool__(self) -> bool:
        return bool(self._tools)

    def requests(self, answer: AIMessage, problem: str = "") -> Iterator[ToolRequest]:
        """Yield a request for each tool call of an answer.

        Args:
            answer: whole, with an id for each call.
            problem: why no call of it can run; "" if they can.
        """
        for call in answer.tool_calls:
            yield self._request(call, problem)
        for bad in answer.invalid_tool_calls:
            said = bad["args"] or ""
            wrong = problem or bad["error"] or "the arguments are no JSON object"
            shown = f"{wrong}: {one_line(said, 200)}" if said else wrong
            known = self._tools.get(bad["name"] or "")
            yield ToolRequest(bad, known, problem=shown, raw=said)

    def _request(self, call: Mapping[str, Any], problem: str) -> ToolRequest:
        tool = self._tools.get(call["name"])
        wrong = problem or self._problem(call)
        request = ToolRequest(call, tool, problem=wrong, callbacks=self._callbacks)
        if call["name"] in self._safe:
            request.approve()
        return request

    def _problem(self, call: Mapping[str, Any]) -> str:
        tool = self._tools.get(call["name"])
        if tool is not None:
            return tool.problem_with(call["args"])
        among = ", ".join(self._tools)
        return f"there is no tool {one_line(call['name'], 80)} (tools: {among})"


def offered(model: Runnable[Any, Any], tools: Sequence[Any]) -> Runnable[Any, Any]:
    """Return what streams answers: a chat model that knows its tools.

    Raises:
        ParameterError: the model takes no tools, or not these.
    """
    if not tools:
        return model
    if isinstance(model, RunnableBindingBase):  # its own bind_tools forgets the rest
        if "tools" in model.kwargs:
            msg = "the model has tools bound to it already"
            raise ParameterError(msg, hint="pass all of them as tools=")
        return model.model_copy(update={"bound": offered(model.bound, tools)})
    bind = getattr(model, "bind_tools", None)
    kind = one_line(type(model).__name__, 80)
    if bind is None:
        msg = f"tools cannot be offered to a {kind}"
        raise ParameterError(msg, hint="an agent brings its own: leave tools= away")
    try:
        bound: Runnable[Any, Any] = bind(list(tools))
    except NotImplementedError as error:
        msg = f"tools cannot be offered to a {kind}: it has no bind_tools"
        raise ParameterError(msg) from error
    return bound
