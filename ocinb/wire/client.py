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
    from collections.abc import (
        AsyncGenerator,
        Awaitable,
        Generator,
        Iterator,
        Sequence,
    )

    from ocinb.wire.exchange import Answer, Call, Step
    from ocinb.wire.notices import Tell
    from ocinb.wire.payload import Payload
    from ocinb.wire.transport import AsyncResponse, Response

__all__ = ["AsyncStream", "Client", "Stream"]

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
            return [self.answer.whole]
        if self._reader.done:
            self._hurry(LAST_BYTES_S)
        return self.answer.first

    def _go_on(self, raw: bytes) -> Sequence[Payload]:
        if self._reader is None:
            return ()
        payloads = self._reader.feed(raw)
        if self._reader.done:  # the connection may be kept if its body ends soon
            self._hurry(LAST_BYTES_S)
        return payloads

    def _end(self) -> Sequence[Payload]:
        return self._reader.finish(self._trailers()) if self._reader else ()

    def _is_loss(self, error: OcinbError) -> bool:
        """Tell whether something is missing, and what came, if so."""
        if self._reader is not None and self._reader.done:
            return False
        self.answer.explain(error)
        return True

    def _arrived(self, payload: Payload) -> Arrived:
        return Arrived(time.monotonic() - self.answer.began_s, payload)


class Stream(_Streamed):
    """A streamed answer: iterate over its payloads; closing stops the server."""

    def __init__(
        self, answer: Answer, response: Response, tell: Tell | None = None
    ) -> None:
        super().__init__(answer, response, tell)
        self._response = response

    def __iter__(self) -> Iterator[Payload]:
        return self._payloads() if self._tell is None else self._told(self._tell)

    def _told(self, tell: Tell) -> Iterator[Payload]:
        with closing(self._payloads()) as payloads:
            for payload in payloads:
                tell(self._arrived(payload))
                yield payload

    def _payloads(self) -> Generator[Payload]:
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

    def payloads(self) -> AsyncGenerator[Payload]:
        """Yield each event as it comes; close the generator to stop the server."""
        return self._payloads() if self._tell is None else self._told(self._tell)

    async def _told(self, tell: Tell) -> AsyncGenerator[Payload]:
        async with aclosing(self._payloads()) as payloads:
            async for payload in payloads:
                await _heard(tell(self._arrived(payload)))
                yield payload

    async def _payloads(self) -> AsyncGenerator[Payload]:
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

    @property
    def credentials(self) -> Credentials:
        """Who signs."""
        return self._credentials

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
        except BaseException as error:
            hands.close()
            self._credentials.explain(error)
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
        except BaseException as error:
            await hands.aclose()
            self._credentials.explain(error)
            raise

    def _steps(self, call: Call) -> Generator[Step, Any, Answer]:
        return exchange(call, plain_url=call.endpoint.stream_url in self._plain)

    def _learnt(self, call: Call, answer: Answer) -> Answer:
        if answer.fell_back:
            self._plain.add(call.endpoint.stream_url)
        return answer
