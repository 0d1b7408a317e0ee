"""Calls to deployments, whole and streamed, sync and async."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ocinb.errors import OcinbError
from ocinb.wire.auth import Credentials
from ocinb.wire.exchange import exchange
from ocinb.wire.hands import Awaiting, Blocking, Hands, at_once
from ocinb.wire.notices import Arrived
from ocinb.wire.transport import AsyncResponse, Http, Response

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        Generator,
        Iterator,
        Sequence,
    )

    from ocinb.wire.exchange import Answer, Call, Step
    from ocinb.wire.notices import Tell
    from ocinb.wire.payload import Payload

__all__ = ["AsyncStream", "Client", "Stream"]

_R = TypeVar("_R", Response, AsyncResponse)

LAST_BYTES_S: Final = 0.5
"""How long the end of a body is waited for once its answer is whole."""


class _Streamed:
    """What both kinds of stream make of the bytes that come.

    Attributes:
        answer: headers, opc-request-id and number of attempts.
    """

    def __init__(
        self, answer: Answer, response: Response | AsyncResponse, tell: Tell | None
    ) -> None:
        self.answer = answer
        self._tell = tell
        self._reader = answer.reader
        self._hurry = response.hurry
        self._trailers = response.trailers

    def _begin(self) -> Sequence[Payload]:
        if self._reader is None:  # the server answered whole, which is fine
            return self._told([self.answer.whole])
        return self._took(self.answer.first)

    def _go_on(self, raw: bytes) -> Sequence[Payload]:
        if self._reader is None:
            return ()
        payloads = self._reader.feed(raw)
        return self._took(payloads) if self._reader.done or self._tell else payloads

    def _end(self) -> Sequence[Payload]:
        end = self._reader.finish(self._trailers()) if self._reader else ()
        return self._told(end)

    def _took(self, payloads: Sequence[Payload]) -> Sequence[Payload]:
        if self._reader and self._reader.done:
            # the connection may be kept if its body ends soon
            self._hurry(LAST_BYTES_S)
        return self._told(payloads)

    def _told(self, payloads: Sequence[Payload]) -> Sequence[Payload]:
        if self._tell is not None:
            at_s = time.monotonic() - self.answer.began_s
            for payload in payloads:
                self._tell(Arrived(at_s, payload))
        return payloads

    def _is_loss(self, error: OcinbError) -> bool:
        """Tell whether something is missing, and what came, if so."""
        if self._reader is not None and self._reader.done:
            return False
        self.answer.explain(error)
        return True


class Stream(_Streamed):
    """A streamed answer: iterate over its payloads; closing stops the server."""

    def __init__(
        self, answer: Answer, response: Response, tell: Tell | None = None
    ) -> None:
        super().__init__(answer, response, tell)
        self._response = response

    def __iter__(self) -> Iterator[Payload]:
        try:
            yield from self._begin()
            for raw in self._response.chunks:
                yield from self._go_on(raw)
            yield from self._end()
        except OcinbError as error:
            if self._is_loss(error):
                raise
        finally:
            self._response.close()

    def close(self) -> None:
        """Close the connection; the server stops generating."""
        self._response.close()


class AsyncStream(_Streamed):
    """The async twin of `Stream`."""

    def __init__(
        self, answer: Answer, response: AsyncResponse, tell: Tell | None = None
    ) -> None:
        super().__init__(answer, response, tell)
        self._response = response

    async def payloads(self) -> AsyncGenerator[Payload]:
        """Yield each event as it comes; close the generator to stop the server."""
        try:
            for payload in self._begin():
                yield payload
            async for raw in self._response.chunks:
                for payload in self._go_on(raw):
                    yield payload
            for payload in self._end():
                yield payload
        except OcinbError as error:
            if self._is_loss(error):
                raise
        finally:
            await self._response.aclose()

    async def aclose(self) -> None:
        """Close the connection; the server stops generating."""
        await self._response.aclose()


class Client:
    """Sends calls to deployments, from any thread or event loop.

    Args:
        auth: an ADS dict, an oci signer, or nothing for ADS's default signer.

    Raises:
        ConfigurationError: `auth` is none of these.
    """

    def __init__(self, auth: Any = None) -> None:
        self._credentials = Credentials(auth)
        self._http = Http(self._credentials)
        self._plain: set[str] = set()  # stream URLs known not to exist

    @property
    def credentials(self) -> Credentials:
        """Who signs."""
        return self._credentials

    def lane(self) -> Client:
        """Return a client for one call at a time, with a connection of its own.

        It signs as this one does, and both learn from each other's answers.
        """
        own = Client()
        own._credentials, own._plain = self._credentials, self._plain
        own._http = self._http.lane()
        return own

    def fetch(self, call: Call) -> Answer:
        """Send a call and return its whole answer."""
        return self._run(call)[0]

    def stream(self, call: Call) -> Stream:
        """Send a call and return when its answer begins."""
        return Stream(*self._run(call), call.tell)

    async def afetch(self, call: Call) -> Answer:
        """Send a call and return its whole answer."""
        return (await self._arun(call))[0]

    async def astream(self, call: Call) -> AsyncStream:
        """Send a call and return when its answer begins."""
        return AsyncStream(*(await self._arun(call)), call.tell)

    def close(self) -> None:
        """Close the connections of this process's sync calls."""
        self._http.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await self._http.aclose()

    def _run(self, call: Call) -> tuple[Answer, Response]:
        hands = Hands(Blocking(self._http), self._credentials, call.tell)
        return self._learnt(call, at_once(hands.carry_out(self._steps(call))))

    async def _arun(self, call: Call) -> tuple[Answer, AsyncResponse]:
        hands = Hands(Awaiting(self._http), self._credentials, call.tell)
        return self._learnt(call, await hands.carry_out(self._steps(call)))

    def _steps(self, call: Call) -> Generator[Step, Any, Answer]:
        return exchange(call, plain_url=call.endpoint.stream_url in self._plain)

    def _learnt(self, call: Call, come: tuple[Answer, _R]) -> tuple[Answer, _R]:
        answer, response = come
        if answer.fell_back:
            self._plain.add(call.endpoint.stream_url)
        return replace(answer, written_s=response.written_s), response
