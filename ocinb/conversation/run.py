"""A run: one execution of a turn, from pending to done, stopped or failed."""

from __future__ import annotations

import time
from contextlib import aclosing, closing
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Final, cast

from langchain_core.messages import AIMessageChunk
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_core.messages.utils import message_chunk_to_message

from ocinb.background import Loop
from ocinb.conversation.turn import Timings
from ocinb.errors import OcinbError, Stopped

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Sequence
    from types import TracebackType

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.runnables import Runnable, RunnableConfig
    from typing_extensions import Self

    from ocinb.conversation.turn import Status, Turn

__all__ = ["Run"]

FIRST_AND_NEXT: Final = 2
"""Tokens it takes to tell a rate."""


class Run:
    """One execution of a turn; iterate over it once.

    What arrives is kept as it arrives, so that an error or a stop loses nothing:
    `turn` tells at any time how far the answer has come.

    Args:
        turn: the pending turn, with its prompt and parameters.
        model: what streams the answer: a chat model, or one with tools bound.
        messages: what is sent.
        callbacks: told what happens, in LangChain's way.
        clock: seconds from an arbitrary moment.
    """

    def __init__(
        self,
        turn: Turn,
        model: Runnable[LanguageModelInput, AIMessage],
        messages: Sequence[BaseMessage],
        callbacks: Sequence[BaseCallbackHandler] = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._turn = turn
        self._model = model
        self._messages = list(messages)
        self._callbacks = list(callbacks)
        self._clock = clock
        self._chunks: list[AIMessageChunk] = []
        self._started_s = self._first_s = self._last_s = 0.0
        self._tokens = 0

    @property
    def turn(self) -> Turn:
        """The turn as it is now."""
        if self._turn.status != "streaming":
            return self._turn
        return replace(self._turn, message=_merge(self._chunks), timings=self.timings)

    @property
    def timings(self) -> Timings:
        """How fast the answer has come until now."""
        since_first_s = self._last_s - self._first_s
        counted = self._tokens >= FIRST_AND_NEXT and since_first_s > 0
        return Timings(
            ttft_s=self._first_s - self._started_s if self._first_s else None,
            total_s=self._clock() - self._started_s,
            tokens_per_s=(self._tokens - 1) / since_first_s if counted else None,
        )

    def mark_stale(self) -> None:
        """Note that an earlier turn of the conversation was replaced."""
        self._turn = replace(self._turn, stale=True)

    def chunks(self) -> Generator[AIMessageChunk]:
        """Run the turn on the background loop and yield each chunk as it comes.

        Closing the generator or an interrupt stops the answer and closes its
        connection; what came is kept in `turn`.
        """
        for batch in self.batches(every_s=0):
            yield from batch

    def batches(self, *, every_s: float) -> Generator[list[AIMessageChunk]]:
        """Do as `chunks`, but yield together what came within `every_s`."""
        loop = Loop.shared()
        with self, closing(loop.batches(self._arrive(), every_s=every_s)) as batches:
            yield from batches

    async def achunks(self) -> AsyncGenerator[AIMessageChunk, None]:
        """Run the turn on the caller's own event loop."""
        with self:
            async with aclosing(self._arrive()) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def _arrive(self) -> AsyncGenerator[AIMessageChunk, None]:
        config: RunnableConfig | None = None
        if self._callbacks:  # an empty list would hide those of a chain
            config = {"callbacks": [*self._callbacks]}
        source = self._model.astream(self._messages, config, **self._turn.params)
        # every chat model's astream is an async generator, typed as less than that
        async with aclosing(
            cast("AsyncGenerator[AIMessage, None]", source)
        ) as arriving:
            async for arrived in arriving:
                chunk = _as_chunk(arrived)
                self._add(chunk)
                yield chunk

    def _add(self, chunk: AIMessageChunk) -> None:
        if self._turn.status != "streaming":
            return  # came while the connection was being closed after a stop
        self._chunks.append(chunk)
        if chunk.content or chunk.tool_call_chunks:
            self._last_s = self._clock()
            self._first_s = self._first_s or self._last_s
            self._tokens += 1

    def __enter__(self) -> Self:
        self._started_s = self._clock()
        self._turn = replace(self._turn, status="streaming")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._end("done", None)
        elif isinstance(error, Exception) and not isinstance(error, Stopped):
            self._keep_partial_text(error)
            self._end("failed", error)
        else:  # an interrupt, a cancelled task, a generator closed by its reader
            self._end("stopped", None)

    def _keep_partial_text(self, error: Exception) -> None:
        if not isinstance(error, OcinbError):
            return
        shown = "".join(str(chunk.text) for chunk in self._chunks)
        if error.partial_text.startswith(shown):
            if rest := error.partial_text[len(shown) :]:
                self._chunks.append(AIMessageChunk(content=rest))
        else:
            error.add(partial_text=shown)

    def _end(self, status: Status, error: Exception | None) -> None:
        usage = [c.usage_metadata for c in self._chunks if c.usage_metadata]
        if usage:
            self._tokens = usage[-1]["output_tokens"]  # a chunk may hold several
        timings = self.timings
        message = _merge(self._chunks)
        if message is not None:
            message.response_metadata["timings"] = asdict(timings)
        self._turn = replace(
            self._turn, status=status, error=error, message=message, timings=timings
        )


def _as_chunk(message: AIMessage) -> AIMessageChunk:
    """Return what a model without streaming answers as its one chunk."""
    if isinstance(message, AIMessageChunk):
        return message
    return AIMessageChunk(**message.model_dump(exclude={"type"}))


def _merge(chunks: Sequence[AIMessageChunk]) -> AIMessage | None:
    """Join the chunks into one message, in time linear in their text."""
    if not chunks:
        return None
    whole = add_ai_message_chunks(chunks[0], *chunks[1:])
    return cast("AIMessage", message_chunk_to_message(whole))
