"""The rounds of one turn: the model answers, the tools it called run, it goes on."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeAlias

from langchain_core.messages import AIMessageChunk

from ocinb.conversation.requests import ToolRequest, ToolResult

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from langchain_core.messages import AIMessage

    from ocinb.conversation.asking import Asking
    from ocinb.conversation.toolbox import Toolbox

__all__ = ["Item", "Rounds"]

Item: TypeAlias = AIMessageChunk | ToolRequest | ToolResult
"""What a run yields: pieces of answers, tool calls, and what came of them."""


class Rounds:
    """Asks a model, round after round, until it answers without a tool call.

    Args:
        asking: whom it asks, and with what.
        toolbox: the tools that the model may call.
        max_rounds: how many answers there are at most.
    """

    def __init__(self, asking: Asking, toolbox: Toolbox, max_rounds: int) -> None:
        self._asking = asking
        self._growth = asking.growth
        self._toolbox = toolbox
        self._max_rounds = max_rounds
        self._open: list[ToolRequest] = []
        self._ids: set[str] = set()

    async def items(self) -> AsyncGenerator[Item, None]:
        """Yield what comes, until the model has answered."""
        for left in reversed(range(self._max_rounds)):
            async with aclosing(self._answer()) as chunks:
                async for chunk in chunks:
                    yield chunk
            requests = self._requests(left)
            goes_on = requests and left and self._toolbox
            self._open = list(requests) if goes_on else []
            for request in requests:
                yield request
            if not goes_on:
                return
            async for result in self._results(requests):
                yield result

    def stop(self) -> None:
        """Give the tool calls that are still open their results."""
        for request in self._open:
            self._growth.put(request.stop().message)
        self._open = []

    async def _answer(self) -> AsyncGenerator[AIMessageChunk, None]:
        asking, counted = self._asking, None
        async with aclosing(asking.stream(asking.messages())) as arriving:
            async for arrived in arriving:
                chunk = asking.keep(arrived)
                if chunk.usage_metadata:
                    counted = chunk.usage_metadata["output_tokens"]
                yield chunk
        asking.pace.end_round(counted)

    def _requests(self, left: int) -> list[ToolRequest]:
        problem = ""
        if not self._toolbox:
            problem = "there are no tools here"
        elif not left:
            problem = f"the limit of {self._max_rounds} rounds is reached"
        answers = [self._with_ids(answer) for answer in self._growth.close()]
        return [r for a in answers for r in self._toolbox.requests(a, problem)]

    def _with_ids(self, answer: AIMessage) -> AIMessage:
        """Give each tool call an id of its own, by which its result refers to it."""
        for call in (*answer.tool_calls, *answer.invalid_tool_calls):
            own = call["id"]
            if not own or own in self._ids:
                call["id"] = own = f"call_{uuid.uuid4().hex}"
            self._ids.add(own)
        return answer

    async def _results(
        self, requests: Sequence[ToolRequest]
    ) -> AsyncGenerator[ToolResult, None]:
        """Yield the results as they come, whichever is decided first."""
        tasks = [asyncio.ensure_future(request.settle()) for request in requests]
        try:
            for coming in asyncio.as_completed(tasks):
                result = await coming
                self._open.remove(result.request)
                self._growth.put(result.message)
                yield result
        finally:
            for task in tasks:
                task.cancel()
