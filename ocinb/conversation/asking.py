"""The requests of one turn: what each carries, and the stream that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import HumanMessage

from ocinb.conversation.going_on import GO_ON, as_chunk
from ocinb.conversation.history import rounds_for_request

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_core.runnables import Runnable, RunnableConfig

    from ocinb.conversation.growth import Growth
    from ocinb.conversation.pace import Pace

__all__ = ["Asking"]


@dataclass(frozen=True)
class Asking:
    """Whom a turn asks, with what, and where the answers are kept.

    Attributes:
        model: what streams the answers.
        sent: the messages of the first request, up to the prompt.
        growth: what has come since.
        pace: told when tokens come.
        callbacks: told what happens, in LangChain's way.
        params: sampling parameters of every request.
    """

    model: Runnable[Any, Any]
    sent: Sequence[BaseMessage]
    growth: Growth
    pace: Pace
    callbacks: Sequence[BaseCallbackHandler]
    params: Mapping[str, Any]

    def messages(self) -> list[BaseMessage]:
        """Return what the next request carries."""
        nudge = [HumanMessage(GO_ON)] if self.growth.goes_on else []
        return [*self.sent, *rounds_for_request(self.growth.messages), *nudge]

    def stream(self, asked: Any, **options: Any) -> AsyncGenerator[Any, None]:
        """Send a request and return what streams back.

        Args:
            asked: the messages, in the form that the model takes.
            **options: more than the sampling parameters.
        """
        # an empty list would hide the callbacks of a chain
        config: RunnableConfig | None = (
            {"callbacks": [*self.callbacks]} if self.callbacks else None
        )
        source = self.model.astream(asked, config, **self.params, **options)
        # every Runnable's astream is an async generator, typed as less than that
        return cast("AsyncGenerator[Any, None]", source)

    def keep(self, message: AIMessage, answer: str = "") -> AIMessageChunk:
        """Keep a piece of an answer, and return it as a chunk.

        Args:
            message: the piece, or the whole of an answer that was not streamed.
            answer: tells answers apart that come at the same time.
        """
        chunk = as_chunk(message)
        self.growth.add(chunk, answer)
        if chunk.content or chunk.tool_call_chunks:
            self.pace.token()
        return chunk
