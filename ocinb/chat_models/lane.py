"""A model's own connection for one call at a time: for who makes thousands of calls."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ocinb.chat_models.deployment import ChatOCIModelDeployment
from ocinb.chat_models.gathering import Gathering
from ocinb.chat_models.reading import result_of
from ocinb.chat_models.timeouts import timeouts_of
from ocinb.wire.payload import unexpected
from ocinb.wire.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.messages import AIMessage, BaseMessage

    from ocinb.wire.client import AsyncStream
    from ocinb.wire.exchange import Call

__all__ = ["Bodies", "Lane", "Timed", "is_plain"]

_HOOKS: Final = (
    "_agenerate",
    "_astream",
    "_process_stream_response",
    "acompletion_with_retry",
)
"""The methods by which a subclass may change how answers are asked for and read."""

_ONE_TRY: Final = RetryPolicy(max_retries=0)


def is_plain(model: Any) -> bool:
    """Tell whether a lane answers as the model itself would.

    A subclass may change requests (`_construct_json_body`, `_headers`) and the reading
    of whole answers (`_process_response`): a lane does as it says. It does not know
    what a subclass makes of single events, or of the call as a whole.
    """
    if not isinstance(model, ChatOCIModelDeployment):
        return False
    kind = type(model)
    return all(
        getattr(kind, hook) is getattr(ChatOCIModelDeployment, hook) for hook in _HOOKS
    )


@dataclass(frozen=True)
class Timed:
    """An answer and its times, by Python's monotonic clock in seconds.

    Attributes:
        message: the whole answer.
        written_s: the request's first byte was about to be written, signed.
        first_s: the first event came that had content, reasoning or a tool call; None
            if none had, or the answer was not streamed.
        last_s: the last such event.
        end_s: the answer ended.
        events: how many events had content, reasoning or a tool call.
    """

    message: AIMessage
    written_s: float
    first_s: float | None
    last_s: float | None
    end_s: float
    events: int


class Bodies:
    """Makes the request bodies of one set of parameters, which are checked once.

    Args:
        model: whose parameters count where these do not say.
        params: of each call.
        stream: whether answers are streamed.

    Raises:
        ParameterError: a value is not valid.
    """

    def __init__(
        self, model: ChatOCIModelDeployment, params: Mapping[str, Any], *, stream: bool
    ) -> None:
        self._model = model
        self._values = model._request_params(None, dict(params), stream=stream)  # noqa: SLF001 - a part of its model

    def body(self, messages: Sequence[BaseMessage], seed: int | None) -> dict[str, Any]:
        """Return the body that `prepare` would make.

        Args:
            messages: what is asked.
            seed: of this call; None is that of the parameters.
        """
        values = self._values if seed is None else {**self._values, "seed": seed}
        return self._model._construct_json_body(list(messages), dict(values))  # noqa: SLF001 - a part of its model


class Lane:
    """Sends one call after the other on a connection of its own, each once.

    No LangChain callbacks, no chunks: what a call costs is mostly its signature.

    Args:
        model: whose endpoint, headers, credentials and reading count.
        stream: whether answers are streamed; only then they have a first event.
        timeout: as the model's own; None is that of the model.
    """

    def __init__(
        self, model: ChatOCIModelDeployment, *, stream: bool, timeout: Any = None
    ) -> None:
        given = model.timeout if timeout is None else timeout
        self._model = model
        self._stream = stream
        self._timeouts = timeouts_of(given, stream=stream)
        self._client = model._client.lane()  # noqa: SLF001 - a lane is a part of its model

    async def ask(self, body: bytes) -> Timed:
        """Send a body that `prepare` made, and return its answer.

        Raises:
            OcinbError: it failed; nothing is tried again.
        """
        called = self._model._call(body, stream=self._stream, is_async=True)  # noqa: SLF001 - a lane is a part of its model
        call = replace(called, timeouts=self._timeouts, policy=_ONE_TRY)
        return await (self._streamed(call) if self._stream else self._whole(call))

    async def _whole(self, call: Call) -> Timed:
        answer = await self._client.afetch(call)
        result = result_of(answer, self._model._process_response)  # noqa: SLF001 - a lane is a part of its model
        message: Any = result.generations[0].message
        return Timed(message, answer.written_s, None, None, time.monotonic(), 0)

    async def _streamed(self, call: Call) -> Timed:
        stream: AsyncStream = await self._client.astream(call)
        gathering = Gathering()
        first_s = last_s = None
        events = 0
        async with aclosing(stream.payloads()) as payloads:
            async for payload in payloads:
                try:
                    has_content = gathering.add(payload)
                except (AttributeError, KeyError, TypeError, ValueError) as error:
                    refused = unexpected(payload, phase="stream")
                    stream.answer.explain(refused)
                    raise refused from error
                if has_content:
                    events += 1
                    last_s = time.monotonic()
                    first_s = first_s or last_s
        end_s = time.monotonic()
        whole = replace(stream.answer, payload=gathering.payload())
        result = result_of(whole, self._model._process_response)  # noqa: SLF001 - a lane is a part of its model
        message: Any = result.generations[0].message
        return Timed(message, stream.answer.written_s, first_s, last_s, end_s, events)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()
