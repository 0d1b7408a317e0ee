"""Connections that are kept alive, straight to a host or through its proxy."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from ocinb.wire.endpoint import is_loopback
from ocinb.wire.transport.sockets import AsyncSockets, Sockets

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
    from types import TracebackType

    from typing_extensions import Self

__all__ = ["AsyncPool", "Pool", "named_proxy", "proxy_for"]

KEPT_ALIVE_S: Final = 5.0
"""How long a connection that nobody uses is kept."""

_WRITING: Final = "http11.send_request_headers.started"
"""What httpcore calls the moment before it writes a request."""

_BROKEN: Final = (
    httpcore.ReadError,
    httpcore.RemoteProtocolError,
    httpcore.WriteError,
)


def proxy_for(url: httpx.URL) -> str | None:
    """Return the proxy that the environment asks for, read anew for each request.

    `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` count, and what the
    operating system is set to. Nothing on this machine is asked through a proxy.
    """
    if is_loopback(url.host) or proxy_bypass(url.host):
        return None
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def named_proxy(url: str) -> str:
    """Return host and port of the proxy that stands before a URL, or "".

    The password that its address may hold is left out.
    """
    parts = urlsplit(proxy_for(httpx.URL(url)) or "")
    return (
        f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
    )


class _Try:
    """One try to send a request; it ends quietly where another one is due.

    That is so if the connection broke that an earlier request had opened: servers
    close idle connections whenever they like. It notes in the request, as
    `written_s`, when its first byte was about to be written.
    """

    def __init__(self, request: httpx.Request) -> None:
        self._is_new = False
        self._request = request

    def note(self, name: str, _info: dict[str, Any]) -> None:
        """Hear from httpcore what it does."""
        if name == _WRITING:
            self._request.extensions["written_s"] = time.monotonic()
        self._is_new = self._is_new or name == "connection.connect_tcp.started"

    async def anote(self, name: str, info: dict[str, Any]) -> None:
        self.note(name, info)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        return isinstance(error, _BROKEN) and not self._is_new


def _plain(request: httpx.Request, trace: Any) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        ),
        headers=request.headers.raw,
        content=request.stream,
        extensions={**request.extensions, "trace": trace},
    )


def _response(
    inner: httpcore.Response, body: httpx.SyncByteStream | httpx.AsyncByteStream
) -> httpx.Response:
    return httpx.Response(
        inner.status, headers=inner.headers, stream=body, extensions=inner.extensions
    )


def _options(
    tls: ssl.SSLContext, connections: int, proxy: str | None
) -> dict[str, Any]:
    options = {
        "ssl_context": tls,
        "max_connections": connections,
        "max_keepalive_connections": connections,
        "keepalive_expiry": KEPT_ALIVE_S,
    }
    if proxy is None:
        return options
    parts = httpx.Proxy(proxy)
    plain = httpcore.Proxy(str(parts.url), parts.raw_auth, parts.headers.raw)
    return {**options, "proxy": plain}


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: httpcore.Response) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        return iter(cast("Iterable[bytes]", self._inner.stream))

    def close(self) -> None:
        self._inner.close()


class Pool(httpx.BaseTransport):
    """Sends requests over connections that are used again.

    A request whose kept-alive connection turns out to be gone is sent on another one.

    Args:
        tls: how to make connections secure.
        connections: the most connections open at once.
    """

    def __init__(self, tls: ssl.SSLContext, connections: int) -> None:
        self._made_with = (tls, connections)
        self._pools: dict[str | None, httpcore.ConnectionPool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; errors are httpcore's own."""
        pool = self._pool(proxy_for(request.url))
        while True:
            with _Try(request) as once:
                inner = pool.handle_request(_plain(request, once.note))
                return _response(inner, _Body(inner))

    def _pool(self, proxy: str | None) -> httpcore.ConnectionPool:
        pool = self._pools.get(proxy)
        if pool is None:  # two threads may meet here: one pool wins
            options = _options(*self._made_with, proxy)
            made = httpcore.ConnectionPool(**options, network_backend=Sockets())
            pool = self._pools.setdefault(proxy, made)
        return pool

    def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            pool.close()


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, inner: httpcore.Response) -> None:
        self._inner = inner

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(cast("AsyncIterable[bytes]", self._inner.stream))

    async def aclose(self) -> None:
        await self._inner.aclose()


class AsyncPool(httpx.AsyncBaseTransport):
    """The async twin of `Pool`."""

    def __init__(self, tls: ssl.SSLContext, connections: int) -> None:
        self._made_with = (tls, connections)
        self._pools: dict[str | None, httpcore.AsyncConnectionPool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; errors are httpcore's own."""
        pool = self._pool(proxy_for(request.url))
        while True:
            with _Try(request) as once:
                inner = await pool.handle_async_request(_plain(request, once.anote))
                return _response(inner, _AsyncBody(inner))

    def _pool(self, proxy: str | None) -> httpcore.AsyncConnectionPool:
        pool = self._pools.get(proxy)
        if pool is None:
            options = _options(*self._made_with, proxy)
            made = httpcore.AsyncConnectionPool(
                **options, network_backend=AsyncSockets()
            )
            pool = self._pools.setdefault(proxy, made)
        return pool

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()
