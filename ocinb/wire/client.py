"""Carry out the steps of an exchange, sync and async."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import OcinbError
from ocinb.wire.auth import Credentials
from ocinb.wire.exchange import (
    Drain,
    Read,
    Refresh,
    Send,
    Told,
    Wait,
    exchange,
)
from ocinb.wire.notices import Arrived
from ocinb.wire.transport import Http

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Generator, Iterator

    from ocinb.wire.exchange import Answer, Call, Step
    from ocinb.wire.notices import Tell
    from ocinb.wire.payload import Payload
    from ocinb.wire.reader import StreamReader
    from ocinb.wire.transport import AsyncResponse, Response

__all__ = ["AsyncStream", "Client", "Stream"]

LAST_BYTES_S: Final = 0.5
"""How long the end of a body is waited for once its answer is whole."""


class Stream:
    """A streamed answer: iterate over its payloads; closing stops the server.

    Attributes:
        answer: headers, opc-request-id and number of attempts.
    """

    def __init__(
        self, answer: Answer, response: Response, tell: Tell | None = None
    ) -> None:
        self.answer = answer
        self._response = response
        self._tell = tell

    def __iter__(self) -> Iterator[Payload]:
        return self._payloads() if self._tell is None else self._told(self._tell)

    def _told(self, tell: Tell) -> Iterator[Payload]:
        with closing(self._payloads()) as payloads:
            for payload in payloads:
                tell(Arrived(time.monotonic() - self.answer.began_s, payload))
                yield payload

    def _payloads(self) -> Generator[Payload]:
        answer, response = self.answer, self._response
        reader = answer.reader
        if reader is None:  # the server answered whole, which is fine
            yield answer.whole
            return
        try:
            yield from answer.first
            _hurry(reader, response)
            for raw in response.chunks:
                yield from reader.feed(raw)
                _hurry(reader, response)
            yield from reader.finish(response.trailers())
        except OcinbError as error:
            if not reader.done:
                answer.explain(error)
                raise
        finally:
            response.close()

    def close(self) -> None:
        """Close the connection; the server stops generating."""
        self._response.close()


class AsyncStream:
    """The async twin of `Stream`."""

    def __init__(
        self, answer: Answer, response: AsyncResponse, tell: Tell | None = None
    ) -> None:
        self.answer = answer
        self._response = response
        self._tell = tell

    def payloads(self) -> AsyncGenerator[Payload]:
        """Yield each event as it comes; close the generator to stop the server."""
        return self._payloads() if self._tell is None else self._told(self._tell)

    async def _told(self, tell: Tell) -> AsyncGenerator[Payload]:
        async with aclosing(self._payloads()) as payloads:
            async for payload in payloads:
                at_s = time.monotonic() - self.answer.began_s
                await _heard(tell(Arrived(at_s, payload)))
                yield payload

    async def _payloads(self) -> AsyncGenerator[Payload]:
        answer, response = self.answer, self._response
        reader = answer.reader
        if reader is None:
            yield answer.whole
            return
        try:
            for payload in answer.first:
                yield payload
            _hurry(reader, response)
            async for raw in response.chunks:
                for payload in reader.feed(raw):
                    yield payload
                _hurry(reader, response)
            for payload in reader.finish(response.trailers()):
                yield payload
        except OcinbError as error:
            if not reader.done:
                answer.explain(error)
                raise
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close the connection; the server stops generating."""
        await self._response.aclose()


def _hurry(reader: StreamReader, response: Response | AsyncResponse) -> None:
    """After the last event wait only so long that the connection may be kept."""
    if reader.done:
        response.hurry(LAST_BYTES_S)


async def _heard(listening: Awaitable[None] | None) -> None:
    if listening is not None:
        await listening


class _Hands:
    """Does one step at a time and holds the response that is open."""

    def __init__(self, http: Http, credentials: Credentials, tell: Tell | None) -> None:
        self._http = http
        self._credentials = credentials
        self._tell = tell
        self.response: Response | None = None

    def do(self, step: Step) -> Any:
        match step:
            case Send(request):
                self.close()
                self.response = self._http.open(request)
                return self.response
            case Read():
                response = self.opened()
                return next(response.chunks, None) or response.trailers()
            case Drain():
                return self.opened().read()
            case Refresh():
                return self._credentials.refresh(self.opened().authorization)
            case Wait(seconds):
                return time.sleep(seconds)
            case Told(notice):
                return self._tell and self._tell(notice)

    def opened(self) -> Response:
        if self.response is None:
            msg = "nothing was sent yet"
            raise ValueError(msg)
        return self.response

    def close(self) -> None:
        if self.response is not None:
            self.response.close()


class _AsyncHands:
    """The async twin of `_Hands`."""

    def __init__(self, http: Http, credentials: Credentials, tell: Tell | None) -> None:
        self._http = http
        self._credentials = credentials
        self._tell = tell
        self.response: AsyncResponse | None = None

    async def do(self, step: Step) -> Any:
        match step:
            case Send(request):
                await self.aclose()
                self.response = await self._http.aopen(request)
                return self.response
            case Read():
                response = self.opened()
                return await anext(response.chunks, None) or response.trailers()
            case Drain():
                return await self.opened().aread()
            case Refresh():
                refused = self.opened().authorization
                return await asyncio.to_thread(self._credentials.refresh, refused)
            case Wait(seconds):
                return await asyncio.sleep(seconds)
            case Told(notice):
                await _heard(self._tell and self._tell(notice))
        return None

    def opened(self) -> AsyncResponse:
        if self.response is None:
            msg = "nothing was sent yet"
            raise ValueError(msg)
        return self.response

    async def aclose(self) -> None:
        if self.response is not None:
            await self.response.aclose()


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

    def post(self, call: Call) -> Answer:
        """Send a call and return its whole answer."""
        return self._run(call)[0]

    def stream(self, call: Call) -> Stream:
        """Send a call and return when its answer begins."""
        return Stream(*self._run(call), call.tell)

    async def apost(self, call: Call) -> Answer:
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
        hands = _Hands(self._http, self._credentials, call.tell)
        steps, outcome = self._steps(call), None
        try:
            while True:
                step = steps.send(outcome)
                try:
                    outcome = hands.do(step)
                except OcinbError as error:
                    outcome = error
        except StopIteration as end:
            return self._learnt(call, end.value), hands.opened()
        except BaseException:
            hands.close()
            raise

    async def _arun(self, call: Call) -> tuple[Answer, AsyncResponse]:
        hands = _AsyncHands(self._http, self._credentials, call.tell)
        steps, outcome = self._steps(call), None
        try:
            while True:
                step = steps.send(outcome)
                try:
                    outcome = await hands.do(step)
                except OcinbError as error:
                    outcome = error
        except StopIteration as end:
            return self._learnt(call, end.value), hands.opened()
        except BaseException:
            await hands.aclose()
            raise

    def _steps(self, call: Call) -> Generator[Step, Any, Answer]:
        return exchange(call, plain_url=call.endpoint.stream_url in self._plain)

    def _learnt(self, call: Call, answer: Answer) -> Answer:
        if answer.fell_back:
            self._plain.add(call.endpoint.stream_url)
        return answer
