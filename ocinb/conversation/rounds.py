"""The rounds of one turn: the model answers, the tools it called run, it goes on."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from langchain_core.messages import AIMessageChunk, HumanMessage

from ocinb.conversation.going_on import GO_ON, as_chunk
from ocinb.conversation.history import rounds_for_request
from ocinb.conversation.requests import ToolRequest, ToolResult

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.runnables import Runnable, RunnableConfig

    from ocinb.conversation.growth import Growth
    from ocinb.conversation.pace import Pace
    from ocinb.conversation.toolbox import Toolbox

__all__ = ["Item", "Rounds", "config_of", "request_of"]

Item: TypeAlias = AIMessageChunk | ToolRequest | ToolResult
"""What a run yields: pieces of answers, tool calls, and what came of them."""


class Rounds:
    """Asks a model, round after round, until it answers without a tool call.

    Args:
        model: what streams the answers: a chat model, or one with tools bound.
        messages: what is sent, up to the prompt.
        growth: where the answers and the results of the tools are kept.
        pace: told when tokens come.
        toolbox: the tools that the model may call.
        max_rounds: how many answers there are at most.
    """

    def __init__(
        self,
        model: Runnable[LanguageModelInput, AIMessage],
        messages: Sequence[BaseMessage],
        growth: Growth,
        pace: Pace,
        toolbox: Toolbox,
        max_rounds: int,
    ) -> None:
        self._model = model
        self._sent = list(messages)
        self._growth = growth
        self._pace = pace
        self._toolbox = toolbox
        self._max_rounds = max_rounds
        self._open: list[ToolRequest] = []
        self._ids: set[str] = set()

    async def items(
        self,
        callbacks: Sequence[BaseCallbackHandler],
        params: Mapping[str, Any],
    ) -> AsyncGenerator[Item, None]:
        """Yield what comes, until the model has answered.

        Args:
            callbacks: told what happens, in LangChain's way.
            params: sampling parameters of every request.
        """
        config = config_of(callbacks)
        for left in reversed(range(self._max_rounds)):
            messages = request_of(self._sent, self._growth)
            source = self._model.astream(messages, config, **params)
            async with aclosing(self._answer(source)) as chunks:
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

    async def _answer(self, source: Any) -> AsyncGenerator[AIMessageChunk, None]:
        counted: int | None = None
        # every chat model's astream is an async generator, typed as less than that
        async with aclosing(
            cast("AsyncGenerator[AIMessage, None]", source)
        ) as arriving:
            async for arrived in arriving:
                chunk = as_chunk(arrived)
                self._growth.add(chunk)
                if chunk.content or chunk.tool_call_chunks:
                    self._pace.token()
                if chunk.usage_metadata:
                    counted = chunk.usage_metadata["output_tokens"]
                yield chunk
        self._pace.end_round(counted)

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


def config_of(callbacks: Sequence[BaseCallbackHandler]) -> RunnableConfig | None:
    """Return callbacks as LangChain takes them."""
    # an empty list would hide the callbacks of a chain
    return {"callbacks": [*callbacks]} if callbacks else None


def request_of(sent: Sequence[BaseMessage], growth: Growth) -> list[BaseMessage]:
    """Return the messages of the next request of a turn.

    Args:
        sent: what its first request carried, up to the prompt.
        growth: what has come since.
    """
    nudge = [HumanMessage(GO_ON)] if growth.goes_on else []
    return [*sent, *rounds_for_request(growth.messages), *nudge]
