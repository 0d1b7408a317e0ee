"""HTTP over kept-alive connections; the only file that knows httpx."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import weakref
from typing import TYPE_CHECKING, Any, Protocol, cast

import httpx

from ocinb.errors import (
    AnswerError,
    ConnectionFailed,
    EndpointError,
    HostNotFound,
    OcinbError,
    StreamTruncated,
    TimedOut,
    TlsError,
    one_line,
)
from ocinb.wire.deadline import Deadline
from ocinb.wire.request import Request, Timeouts
from ocinb.wire.whole import Whole

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterable,
        AsyncIterator,
        Generator,
        Iterable,
        Iterator,
        Mapping,
    )

    from ocinb.errors import Phase

__all__ = ["AsyncResponse", "Http", "Request", "Response", "SignsRequests", "Timeouts"]


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


class _Head:
    """What has arrived when an answer begins, the same for both kinds of reading."""

    def __init__(
        self, inner: httpx.Response, request: Request, deadline: Deadline
    ) -> None:
        self.status = inner.status_code
        self.reason = inner.reason_phrase
        self.headers: Mapping[str, str] = inner.headers
        self._inner = inner
        self._request = request
        self._deadline = deadline

    @property
    def authorization(self) -> str:
        """The signature that the request carried."""
        return str(self._inner.request.headers.get("authorization", ""))


class Response(_Head):
    """An answer whose head has arrived and whose body is read bit by bit.

    Attributes:
        status: HTTP status code.
        reason: its phrase.
        headers: names in lower case.
        chunks: the body as it arrives, decoded where it was compressed.
    """

    def __init__(
        self, inner: httpx.Response, request: Request, deadline: Deadline
    ) -> None:
        super().__init__(inner, request, deadline)
        self.chunks: Iterator[bytes] = self._read_chunks()

    def _read_chunks(self) -> Iterator[bytes]:
        try:
            for raw in self._bytes():
                self._deadline.check()
                yield raw
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _explain(error, self._request, "stream") from error

    def _bytes(self) -> Iterable[bytes]:
        if "content-encoding" in self._inner.headers:
            return self._inner.iter_bytes()
        return cast("httpx.SyncByteStream", self._inner.stream)

    def read(self) -> bytes:
        """Read what is left of the body, then free the connection."""
        whole = Whole()
        for raw in self.chunks:
            whole.add(raw)
        self._inner.close()
        return whole.joined()

    def close(self) -> None:
        """Stop reading; closes the connection if the body was not read whole."""
        self._inner.close()


class AsyncResponse(_Head):
    """The async twin of `Response`."""

    def __init__(
        self, inner: httpx.Response, request: Request, deadline: Deadline
    ) -> None:
        super().__init__(inner, request, deadline)
        self.chunks: AsyncIterator[bytes] = self._read_chunks()

    async def _read_chunks(self) -> AsyncIterator[bytes]:
        try:
            async for raw in self._bytes():
                self._deadline.check()
                yield raw
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _explain(error, self._request, "stream") from error

    def _bytes(self) -> AsyncIterable[bytes]:
        if "content-encoding" in self._inner.headers:
            return self._inner.aiter_bytes()
        return cast("httpx.AsyncByteStream", self._inner.stream)

    async def aread(self) -> bytes:
        """Read what is left of the body, then free the connection."""
        whole = Whole()
        async for raw in self.chunks:
            whole.add(raw)
        await self._inner.aclose()
        return whole.joined()

    async def aclose(self) -> None:
        """Stop reading; closes the connection if the body was not read whole."""
        await self._inner.aclose()


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
        self._limits = httpx.Limits(
            max_connections=connections, max_keepalive_connections=connections
        )
        self._tls: ssl.SSLContext | None = None
        self._clients: dict[int, httpx.Client] = {}
        weakref.finalize(self, _close_own, self._clients)
        self._async_clients: weakref.WeakKeyDictionary[
            asyncio.AbstractEventLoop, tuple[int, httpx.AsyncClient, Any]
        ] = weakref.WeakKeyDictionary()

    def open(self, request: Request) -> Response:
        """Send a request and return when the head of its answer is here.

        Raises:
            ConnectionFailed: no answer came; the subclass says why.
            EndpointError: the URL cannot be used.
        """
        deadline = Deadline(request.timeouts)
        try:
            client = self._client()
            built = client.build_request(**_arguments(request))
            return Response(client.send(built, stream=True), request, deadline)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise _explain(error, request, "headers") from error

    async def aopen(self, request: Request) -> AsyncResponse:
        """Send a request; the async twin of `open`."""
        deadline = Deadline(request.timeouts)
        try:
            client = await self._async_client()
            built = client.build_request(**_arguments(request))
            inner = await client.send(built, stream=True)
            return AsyncResponse(inner, request, deadline)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise _explain(error, request, "headers") from error

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
            made = httpx.Client(**self._options())
            client = self._clients.setdefault(os.getpid(), made)
        return client

    async def _async_client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        entry = self._async_clients.get(loop)
        if entry is None or entry[0] != os.getpid():
            made = httpx.AsyncClient(**self._options())
            lifetime = _close_with_loop(made)
            entry = (os.getpid(), made, lifetime)
            self._async_clients[loop] = entry
            await anext(lifetime)
        return entry[1]

    def _options(self) -> dict[str, Any]:
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
        return {
            "auth": self._auth,
            "verify": self._tls,
            "limits": self._limits,
            "follow_redirects": False,
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


def _arguments(request: Request) -> dict[str, Any]:
    timeouts = request.timeouts
    return {
        "method": request.method,
        "url": request.url,
        "headers": _as_bytes(request.headers),
        "content": request.body,
        "timeout": httpx.Timeout(
            timeouts.read_s, connect=timeouts.connect_s, pool=timeouts.connect_s
        ),
    }


def _as_bytes(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Encode headers as HTTP does; httpx alone would refuse what is not ASCII."""
    return [(k.encode("ascii"), v.encode("latin-1")) for k, v in headers.items()]


def _explain(error: Exception, request: Request, phase: Phase) -> OcinbError:
    """Turn an error of httpx into one of ours, said in the user's terms."""
    is_sent = not isinstance(error, (httpx.InvalidURL, UnicodeError))  # a host name
    url = httpx.URL(request.url) if is_sent else None
    place = f"{url.host}:{url.port or {'http': 80}.get(url.scheme, 443)}" if url else ""
    explained = _explained(error, request.timeouts, place, phase)
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        phase = "connect"
    explained.add(endpoint=request.url, phase=phase)
    return explained


def _explained(
    error: Exception, timeouts: Timeouts, place: str, phase: Phase
) -> OcinbError:
    what = next(filter(None, map(str, _causes(error))), type(error).__name__)
    match error:
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | UnicodeError():
            return EndpointError(f"the endpoint is not a usable URL: {what}")
        case httpx.TimeoutException():
            return _timed_out(error, timeouts, place, phase)
        case httpx.ConnectError() | httpx.ProxyError():
            return _not_connected(error, place)
        case httpx.DecodingError():
            return AnswerError("the answer says it is compressed but cannot be decoded")
        case httpx.ProtocolError() if "disconnected" not in what:
            return _not_http(what, place, phase)
    kind = StreamTruncated if phase == "stream" else ConnectionFailed
    return kind(f"the connection to {place} broke: {what}")


def _not_http(what: str, place: str, phase: Phase) -> OcinbError:
    if phase == "stream":  # fewer bytes came than the server had announced
        return StreamTruncated(f"the answer from {place} broke off: {what}")
    return AnswerError(f"{place} did not answer in HTTP: {one_line(what, 200)}")


def _timed_out(
    error: httpx.TimeoutException, timeouts: Timeouts, place: str, phase: Phase
) -> TimedOut:
    connect = f"{timeouts.connect_s} s"
    if isinstance(error, httpx.ConnectTimeout):
        return TimedOut(
            f"no connection to {place} within the connect time-out of {connect}"
        )
    if isinstance(error, httpx.PoolTimeout):
        return TimedOut(
            f"no free connection to {place} within the connect time-out of {connect}",
            hint="send fewer requests at once",
        )
    total = timeouts.idle_s is None or timeouts.read_s != timeouts.idle_s
    name = "total" if total else "idle"
    what = "more of the answer" if phase == "stream" else "an answer"
    return TimedOut(
        f"no byte of {what} came within the {name} time-out of {timeouts.read_s} s",
        hint="raise timeout, or lower max_tokens",
    )


def _not_connected(error: Exception, place: str) -> OcinbError:
    if isinstance(error, httpx.ProxyError):
        return ConnectionFailed(
            f"the proxy refused the connection to {place}: {error}",
            hint="check HTTPS_PROXY and NO_PROXY",
        )
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or cause
            return TlsError(f"no secure connection to {place}: {reason}")
        if isinstance(cause, socket.gaierror):
            return HostNotFound(f"host name {place.rpartition(':')[0]} not found")
        if isinstance(cause, ConnectionRefusedError):
            return ConnectionFailed(f"cannot connect to {place} (refused)")
    return ConnectionFailed(f"cannot connect to {place}: {error}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it was made from, the members of groups too."""
    while error is not None:
        yield error
        for member in getattr(error, "exceptions", ()):  # an ExceptionGroup
            yield from _causes(member)
        error = error.__cause__ or error.__context__
