"""Carry out the steps of an exchange, by waiting or beside other tasks."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ocinb.errors import OcinbError
from ocinb.wire.exchange import Drain, Read, Refresh, Send, Told, Wait
from ocinb.wire.transport import AsyncResponse, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

    from ocinb.wire.auth import Credentials
    from ocinb.wire.exchange import Answer, Step
    from ocinb.wire.notices import Tell
    from ocinb.wire.transport import Http, Request

__all__ = ["Awaiting", "Blocking", "Hands", "at_once"]

_R = TypeVar("_R", Response, AsyncResponse)
_T = TypeVar("_T")


class _Ways(Protocol[_R]):
    """How things are done: by waiting, or by letting others go on meanwhile."""

    async def open(self, request: Request) -> _R: ...
    async def read(self, response: _R) -> bytes | None: ...
    async def drain(self, response: _R) -> bytes: ...
    async def close(self, response: _R) -> None: ...
    async def run(self, action: Callable[[str], bool], refused: str) -> bool: ...
    async def wait(self, seconds: float) -> None: ...


class Blocking(_Ways[Response]):
    """Waits in this thread: nothing in it lets others go on, so `at_once` can run it.

    Args:
        http: sends the requests.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    async def open(self, request: Request) -> Response:
        """Send a request and return when the head of its answer is here."""
        return self._http.open(request)

    async def read(self, response: Response) -> bytes | None:
        """Return the next bytes, or None at the end."""
        return next(response.chunks, None)

    async def drain(self, response: Response) -> bytes:
        """Return the whole body."""
        return response.read()

    async def close(self, response: Response) -> None:
        """Close the connection unless the body was read whole."""
        response.close()

    async def run(self, action: Callable[[str], bool], refused: str) -> bool:
        """Renew credentials after a signature was refused."""
        return action(refused)

    async def wait(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)  # noqa: ASYNC251 - blocking is what it is for


class Awaiting(_Ways[AsyncResponse]):
    """Lets other tasks go on while it waits; the async twin of `Blocking`.

    Args:
        http: sends the requests.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    async def open(self, request: Request) -> AsyncResponse:
        """Send a request and return when the head of its answer is here."""
        return await self._http.aopen(request)

    async def read(self, response: AsyncResponse) -> bytes | None:
        """Return the next bytes, or None at the end."""
        return await anext(response.chunks, None)

    async def drain(self, response: AsyncResponse) -> bytes:
        """Return the whole body."""
        return await response.aread()

    async def close(self, response: AsyncResponse) -> None:
        """Close the connection unless the body was read whole."""
        await response.aclose()

    async def run(self, action: Callable[[str], bool], refused: str) -> bool:
        """Renew credentials after a signature was refused."""
        return await asyncio.to_thread(action, refused)

    async def wait(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Hands(Generic[_R]):
    """Carries out the steps of one call, and holds the response that is open.

    Args:
        ways: how things are done.
        credentials: renewed when the exchange asks for it.
        tell: listens to what happens.
    """

    def __init__(
        self, ways: _Ways[_R], credentials: Credentials, tell: Tell | None
    ) -> None:
        self._ways: _Ways[_R] = ways
        self._credentials = credentials
        self._tell = tell
        self._response: _R | None = None

    async def carry_out(self, steps: Generator[Step, Any, Answer]) -> tuple[Answer, _R]:
        """Do one step after the other; return the answer and its open response.

        Raises:
            OcinbError: there is no answer; says why, and who signed if that matters.
        """
        outcome: Any = None
        try:
            while True:
                outcome = await self._try(steps.send(outcome))
        except StopIteration as end:
            return end.value, self._opened()
        except BaseException as error:
            self._credentials.explain(error)
            await self._close()
            raise

    async def _try(self, step: Step) -> Any:
        try:
            return await self._do(step)
        except OcinbError as error:
            return error

    async def _do(self, step: Step) -> Any:
        match step:
            case Send(request):
                await self._close()
                self._response = await self._ways.open(request)
                return self._response
            case Read():
                response = self._opened()
                return await self._ways.read(response) or response.trailers()
            case Drain():
                return await self._ways.drain(self._opened())
            case Refresh():
                refused = self._opened().authorization
                return await self._ways.run(self._credentials.refresh, refused)
            case Wait(seconds):
                await self._ways.wait(seconds)
            case Told(notice):
                listening = self._tell and self._tell(notice)
                if listening:
                    await listening
        return None

    def _opened(self) -> _R:
        if self._response is None:
            msg = "nothing was sent yet"
            raise ValueError(msg)
        return self._response

    async def _close(self) -> None:
        if self._response is not None:
            await self._ways.close(self._response)


def at_once(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: _T = end.value
        return result
    coroutine.close()
    msg = "only an event loop can wait for this"
    raise RuntimeError(msg)
