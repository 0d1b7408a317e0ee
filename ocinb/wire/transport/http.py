"""Send one request, signed, over connections that belong to this process and loop."""

from __future__ import annotations

import asyncio
import os
import weakref
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from ocinb.wire.deadline import Deadline
from ocinb.wire.transport.breakage import explained
from ocinb.wire.transport.pool import AsyncPool, Pool
from ocinb.wire.transport.response import AsyncResponse, Response
from ocinb.wire.transport.sockets import Patience

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Generator, Mapping

    from ocinb.wire.request import Request

__all__ = ["Http", "SignsRequests"]


class SignsRequests(Protocol):
    """What `Http` needs of credentials: new headers for the bytes to be sent."""

    def sign(
        self, method: str, url: str, target: str, headers: dict[str, str], body: bytes
    ) -> dict[str, str]:
        """Return every header of the signed request."""
        ...


class _Signing(httpx.Auth):
    """Sign each request just before it is sent, on a thread in async code."""

    requires_request_body = True

    def __init__(self, signs: SignsRequests) -> None:
        self._signs = signs

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        self._apply(request)
        yield request

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        await asyncio.to_thread(self._apply, request)
        yield request

    def _apply(self, request: httpx.Request) -> None:
        target = request.url.raw_path.decode("ascii")
        headers = {
            name.decode("ascii").lower(): value.decode("latin-1")
            for name, value in request.headers.raw
        }
        signed = self._signs.sign(
            request.method, str(request.url), target, headers, request.content
        )
        request.headers.update(_as_bytes(signed))


class Http:
    """Connections to one place: reused, never shared across processes or loops.

    A sync connection belongs to its process, an async one to its event loop and is
    closed when that loop ends. One object may be used from many threads.

    Args:
        auth: signs every request; None sends them unsigned.
        connections: the most connections open at once.
    """

    def __init__(
        self, auth: SignsRequests | None = None, *, connections: int = 100
    ) -> None:
        self._auth = _Signing(auth) if auth is not None else None
        self._connections = connections
        self._tls: ssl.SSLContext | None = None
        self._clients: dict[int, httpx.Client] = {}
        weakref.finalize(self, _close_own, self._clients)
        self._async_clients: weakref.WeakKeyDictionary[
            asyncio.AbstractEventLoop, tuple[int, httpx.AsyncClient, Any]
        ] = weakref.WeakKeyDictionary()

    def lane(self) -> Http:
        """Return one with a single connection of its own, and the same TLS context.

        A pool that many tasks share costs the more CPU time a request the larger it
        is; a connection of one's own always costs the same.
        """
        own = Http(connections=1)
        own._auth, own._tls = self._auth, self._context()
        return own

    def open(self, request: Request) -> Response:
        """Send a request and return when the head of its answer is here.

        Raises:
            ConnectionFailed: no answer came; the subclass says why.
            EndpointError: the URL cannot be used.
            AnswerError: what came is no HTTP.
        """
        deadline = Deadline(request.timeouts)
        with explained(request, "headers", deadline):
            client = self._client()
            inner = client.send(_built(client, request, deadline), stream=True)
        return Response(inner, request, deadline)

    async def aopen(self, request: Request) -> AsyncResponse:
        """Send a request; the async twin of `open`."""
        deadline = Deadline(request.timeouts)
        with explained(request, "headers", deadline):
            client = await self._async_client()
            inner = await client.send(_built(client, request, deadline), stream=True)
        return AsyncResponse(inner, request, deadline)

    def close(self) -> None:
        """Close this process's sync connections."""
        _close_own(self._clients)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        entry = self._async_clients.pop(asyncio.get_running_loop(), None)
        if entry is not None:
            await entry[2].aclose()

    def _client(self) -> httpx.Client:
        client = self._clients.get(os.getpid())
        if client is None:
            # setdefault, since two threads may meet here: one client wins.
            made = httpx.Client(transport=Pool(*self._made_with()), **self._options())
            client = self._clients.setdefault(os.getpid(), made)
        return client

    async def _async_client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        entry = self._async_clients.get(loop)
        if entry is None or entry[0] != os.getpid():
            pool = AsyncPool(*self._made_with())
            made = httpx.AsyncClient(transport=pool, **self._options())
            lifetime = _close_with_loop(made)
            entry = (os.getpid(), made, lifetime)
            self._async_clients[loop] = entry
            await anext(lifetime)
        return entry[1]

    def _made_with(self) -> tuple[ssl.SSLContext, int]:
        return self._context(), self._connections

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
        return self._tls

    def _options(self) -> dict[str, Any]:
        return {
            "auth": self._auth,
            "headers": {"user-agent": f"ocinb/{version('ocinb')}"},
            "follow_redirects": False,
            "trust_env": False,  # no password from .netrc; the pool asks for proxies
        }


def _close_own(clients: dict[int, httpx.Client]) -> None:
    """Close the connections of this process; a fork leaves its parent's alone."""
    client = clients.pop(os.getpid(), None)
    if client is not None:
        client.close()


async def _close_with_loop(client: httpx.AsyncClient) -> AsyncGenerator[None]:
    """Close a client when its loop shuts down: loops close their open generators."""
    try:
        yield
    finally:
        await client.aclose()


def _built(
    client: httpx.Client | httpx.AsyncClient, request: Request, deadline: Deadline
) -> httpx.Request:
    wait_s = Patience(deadline)
    connect_s = request.timeouts.connect_s
    waits = {"connect": connect_s, "pool": connect_s, "read": wait_s, "write": wait_s}
    return client.build_request(
        request.method,
        request.url,
        headers=_as_bytes(request.headers),
        content=request.body,
        extensions={"timeout": waits},
    )


def _as_bytes(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Encode headers as HTTP does; httpx alone would refuse what is not ASCII."""
    return [(k.encode("ascii"), v.encode("latin-1")) for k, v in headers.items()]
