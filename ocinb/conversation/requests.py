"""A tool call of the model, which waits until the user decides about it."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import Future
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from langchain_core.messages import ToolMessage

from ocinb.errors import ParameterError, Stopped, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.callbacks import BaseCallbackHandler

    from ocinb.conversation.tools import Tool

__all__ = ["Decision", "ToolRequest", "ToolResult"]

Decision = Literal["waiting", "approved", "rejected", "refused", "stopped", "theirs"]

NOBODY_ASKED: Final = "nobody was asked"
STOPPED_WAITING: Final = "not run: stopped by the user"
STOPPED_RUNNING: Final = "stopped by the user while it ran"


@dataclass(frozen=True)
class ToolResult:
    """What came of a tool call: the tool's result, its error, or why it did not run.

    Attributes:
        request: the call.
        message: what the model reads.
    """

    request: ToolRequest
    message: ToolMessage

    @property
    def ok(self) -> bool:
        """True if the tool ran and raised nothing."""
        return self.message.status == "success"

    @property
    def text(self) -> str:
        """The result as the model reads it: untrusted text."""
        return str(self.message.text)

    @property
    def milliseconds(self) -> float | None:
        """How long the tool ran; None if it did not."""
        found: float | None = self.message.response_metadata.get("milliseconds")
        return found


class ToolRequest:
    """A tool call of the model: approve it, edit its arguments, or reject it.

    It is decided once, from any thread; a later decision changes nothing. Until then
    its run waits. A call that cannot run has a `problem` and is refused from the
    start: the model is told why.

    Attributes:
        name: the tool that the model calls; untrusted text.
        id: by which the result refers to the call.
        args: the arguments with which the tool runs, edited or not.
        raw: the arguments as the model wrote them, where they are no JSON object.
        problem: why the call cannot run; "" if it can.
        decision: waiting, approved, rejected (by the user), refused (it has a
            problem), stopped (with its run) or theirs (of an agent, which runs its
            own tools).
    """

    def __init__(
        self,
        call: Mapping[str, Any],
        tool: Tool | None = None,
        *,
        problem: str = "",
        raw: str = "",
        decision: Decision = "waiting",
        callbacks: Sequence[BaseCallbackHandler] = (),
    ) -> None:
        self.name: str = call["name"] or ""
        self.id: str = call["id"] or ""
        args = call["args"]
        self.args: dict[str, Any] = deepcopy(args) if isinstance(args, dict) else {}
        self.raw = raw
        self.problem = problem
        self.decision: Decision = "refused" if problem else decision
        self._tool = tool
        self._edited = False
        self._reason = problem
        self._callbacks = callbacks
        self._running = self._here = False
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._decided: Future[None] = Future()
        self._ended: Future[ToolResult] = Future()
        self._result: ToolResult | None = None
        if self.decision != "waiting":
            self._decided.set_result(None)

    def __repr__(self) -> str:
        shown = self.raw or ", ".join(f"{k}={v!r}" for k, v in self.args.items())
        return one_line(f"<ToolRequest {self.name}({shown}): {self.decision}>", 300)

    @property
    def tool(self) -> Any:
        """The tool as it was given to the conversation; None if there is none."""
        return None if self._tool is None else self._tool.given

    @property
    def waiting(self) -> bool:
        """True until somebody decides."""
        return self.decision == "waiting"

    @property
    def result(self) -> ToolResult | None:
        """What came of it; None before."""
        return self._result

    def approve(self) -> bool:
        """Let the tool run, away from the thread that asks.

        Returns:
            True if this decided it, False if it was decided before.
        """
        return self._decide("approved")

    def edit(self, args: Mapping[str, Any]) -> bool:
        """Let the tool run with other arguments; the model is told which.

        Args:
            args: all arguments.

        Returns:
            True if this decided it, False if it was decided before.

        Raises:
            ParameterError: the tool does not take these; nothing is decided.
        """
        return self._decide("approved", args=self._checked(args))

    def reject(self, reason: str = "rejected by the user") -> bool:
        """Do not run the tool.

        Args:
            reason: what the model is told.

        Returns:
            True if this decided it, False if it was decided before.
        """
        return self._decide("rejected", reason=reason)

    def run_here(self, args: Mapping[str, Any] | None = None) -> ToolResult:
        """Approve, and run the tool in the thread that calls this.

        What it prints and draws lands in the cell, and an interrupt reaches it. A
        tool that is a coroutine runs on the event loop of the run nonetheless.

        Args:
            args: other arguments; None leaves the model's.

        Raises:
            ParameterError: the tool does not take these arguments, or the request
                was decided before.
        """
        changed = None if args is None else self._checked(args)
        tool = self._tool
        here = tool is not None and not tool.is_async
        if not here and threading.get_ident() == self._thread:
            msg = f"{one_line(self.name, 80)} is a coroutine: its own event loop would wait for itself"
            raise ParameterError(msg, hint="use approve()")
        if not self._decide("approved", args=changed, here=here):
            msg = f"the call of {one_line(self.name, 80)} is decided: {self.decision}"
            raise ParameterError(msg)
        if tool is None or not here:
            return self._ended.result()
        self._running = True
        try:
            message = tool.run(self.args, self.id, self._callbacks)
        except BaseException:  # an interrupt: no tool raises anything else
            self._finish(self._not_run(STOPPED_RUNNING), Stopped(STOPPED_RUNNING))
            raise
        return self._finish(message)

    def stop(self) -> ToolResult:
        """End it with its run; return what the model reads of it later."""
        self._decide("stopped")
        begun = self._running or self.decision == "theirs"
        return self._finish(
            self._not_run(STOPPED_RUNNING if begun else STOPPED_WAITING)
        )

    async def settle(self) -> ToolResult:
        """Wait for the decision, do what it says, and return the result.

        Raises:
            Stopped: an interrupt ended the tool in the thread where it ran.
        """
        await asyncio.shield(asyncio.wrap_future(self._decided))
        if self._here:
            return await asyncio.shield(asyncio.wrap_future(self._ended))
        if self.decision != "approved" or self._tool is None:
            return self._finish(self._not_run(f"not run: {self._reason}"))
        self._running = True
        message = await self._tool.arun(self.args, self.id, self._callbacks)
        return self._finish(message)

    def _checked(self, args: Mapping[str, Any]) -> dict[str, Any]:
        if self._tool is not None and (problem := self._tool.problem_with(args)):
            msg = f"arguments of {one_line(self.name, 80)}: {problem}"
            raise ParameterError(msg)
        return deepcopy(dict(args))

    def _decide(
        self,
        decision: Decision,
        *,
        args: dict[str, Any] | None = None,
        reason: str = "",
        here: bool = False,
    ) -> bool:
        with self._lock:
            if not self.waiting:
                return False
            self._edited = args is not None and args != self.args
            self.args = self.args if args is None else args
            self._reason, self._here, self.decision = reason, here, decision
        self._decided.set_result(None)
        return True

    def _finish(self, message: ToolMessage, error: Stopped | None = None) -> ToolResult:
        """Keep the first result that there is."""
        with self._lock:
            if self._result is not None:
                return self._result
            told = _with_edit(message, self.args) if self._edited else message
            self._result = ToolResult(self, told)
        if error is None:
            self._ended.set_result(self._result)
        else:
            self._ended.set_exception(error)
        return self._result

    def _not_run(self, why: str) -> ToolMessage:
        return ToolMessage(why, tool_call_id=self.id, name=self.name, status="error")


def _with_edit(message: ToolMessage, args: Mapping[str, Any]) -> ToolMessage:
    """Tell the model that it reads the result of another call than its own."""
    said = f"[the user changed the arguments to {json.dumps(args, default=str)}]"
    content = message.content
    told: str | list[Any]
    if isinstance(content, str):
        told = f"{said}\n{content}"
    else:
        told = [{"type": "text", "text": said}, *content]
    return message.model_copy(update={"content": told})
