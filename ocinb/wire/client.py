"""Carry out the steps of an exchange, sync and async."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from ocinb.errors import OcinbError
from ocinb.wire.auth import Credentials
from ocinb.wire.exchange import (
    Drain,
    Read,
    Refresh,
    Send,
    Wait,
    exchange,
)
from ocinb.wire.transport import Http

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Iterator

    from ocinb.wire.exchange import Answer, Call, Step
    from ocinb.wire.payload import Payload
    from ocinb.wire.transport import AsyncResponse, Response

__all__ = ["AsyncStream", "Client", "Stream"]


class Stream:
    """A streamed answer: iterate over its payloads; closing stops the server.

    Attributes:
        answer: headers, opc-request-id and number of attempts.
    """

    def __init__(self, answer: Answer, response: Response) -> None:
        self.answer = answer
        self._response = response

    def __iter__(self) -> Iterator[Payload]:
        answer, response = self.answer, self._response
        reader = answer.reader
        if reader is None:  # the server answered whole, which is fine
            yield answer.whole
            return
        try:
            yield from answer.first
            for raw in response.chunks:
                yield from reader.feed(raw)
            yield from reader.finish()
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

    def __init__(self, answer: Answer, response: AsyncResponse) -> None:
        self.answer = answer
        self._response = response

    async def payloads(self) -> AsyncGenerator[Payload]:
        """Yield each event as it comes; close the generator to stop the server."""
        answer, response = self.answer, self._response
        reader = answer.reader
        if reader is None:
            yield answer.whole
            return
        try:
            for payload in answer.first:
                yield payload
            async for raw in response.chunks:
                for payload in reader.feed(raw):
                    yield payload
            for payload in reader.finish():
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


class _Hands:
    """Does one step at a time and holds the response that is open."""

    def __init__(self, http: Http, credentials: Credentials) -> None:
        self._http = http
        self._credentials = credentials
        self.response: Response | None = None

    def do(self, step: Step) -> Any:
        match step:
            case Send(request):
                self.close()
                self.response = self._http.open(request)
                return self.response
            case Read():
                return next(self.opened().chunks, None)
            case Drain():
                return self.opened().read()
            case Refresh():
                return self._credentials.refresh(self.opened().authorization)
            case Wait(seconds):
                return time.sleep(seconds)

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

    def __init__(self, http: Http, credentials: Credentials) -> None:
        self._http = http
        self._credentials = credentials
        self.response: AsyncResponse | None = None

    async def do(self, step: Step) -> Any:
        match step:
            case Send(request):
                await self.aclose()
                self.response = await self._http.aopen(request)
                return self.response
            case Read():
                return await anext(self.opened().chunks, None)
            case Drain():
                return await self.opened().aread()
            case Refresh():
                refused = self.opened().authorization
                return await asyncio.to_thread(self._credentials.refresh, refused)
            case Wait(seconds):
                return await asyncio.sleep(seconds)

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
        return Stream(*self._run(call))

    async def apost(self, call: Call) -> Answer:
        """Send a call and return its whole answer."""
        return (await self._arun(call))[0]

    async def astream(self, call: Call) -> AsyncStream:
        """Send a call and return when its answer begins."""
        return AsyncStream(*(await self._arun(call)))

    def close(self) -> None:
        """Close the connections of this process's sync calls."""
        self._http.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await self._http.aclose()

    def _run(self, call: Call) -> tuple[Answer, Response]:
        hands = _Hands(self._http, self._credentials)
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
        hands = _AsyncHands(self._http, self._credentials)
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
