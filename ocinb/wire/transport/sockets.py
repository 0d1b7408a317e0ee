"""Sockets under HTTP that keep to a deadline and remember how an answer ended.

httpx hides the trailers of an answer, and httpcore gives one read at a time its
time-out. Both leave the sockets to a network backend of the caller's: this one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from ocinb.wire.deadline import Deadline

__all__ = ["AsyncSockets", "Patience", "Sockets", "trailers_in"]

_KEPT: Final = 8192
"""Bytes at the end of what came in which trailers are looked for."""

_CUT_AT: Final = 16 * _KEPT
"""Bytes that are kept at most; cutting copies, so it is done rarely."""

_TRAILERS: Final = re.compile(
    rb"\r\n0+(?:;[^\r\n]*)?\r\n((?:[^\r\n:]+:[^\r\n]*\r\n)+)\r\n$"
)
"""The last chunk of a chunked body and what follows it (RFC 9112, section 7.1)."""


class Patience(float):
    """The time-out of each read of one exchange, which shrinks as its end comes near.

    It is a number to httpcore, which hands it on to the socket.
    """

    __slots__ = ("_deadline",)
    _deadline: Deadline

    def __new__(cls, deadline: Deadline) -> Patience:  # noqa: PYI034 - typing.Self is younger than Python 3.10
        """Make the time-out that obeys a deadline."""
        made = super().__new__(cls, deadline.wait_s() or 0.0)
        made._deadline = deadline
        return made

    def left_s(self) -> float | None:
        """Return the time-out of what begins now.

        Raises:
            httpcore.ReadTimeout: there is no time left.
        """
        wait_s = self._deadline.wait_s()
        if wait_s == 0:
            msg = "the total time-out ran out"
            raise httpcore.ReadTimeout(msg)
        return wait_s


def _left_s(timeout: float | None) -> float | None:
    return timeout.left_s() if isinstance(timeout, Patience) else timeout


def trailers_in(end: bytes) -> dict[str, str]:
    """Return the trailers behind a chunked body, names in lower case.

    Args:
        end: the last bytes of the answer as they came on the wire.
    """
    found = _TRAILERS.search(end)
    if found is None:
        return {}
    lines = found[1].decode("latin-1").splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


class _Memory(bytearray):
    """The last bytes that came on a connection."""

    def add(self, raw: bytes) -> None:
        """Remember what came, and forget what is too old."""
        self += raw
        if len(self) > _CUT_AT:
            del self[:-_KEPT]

    def end(self) -> bytes:
        """Return what came last."""
        return bytes(self[-_KEPT:])


class _Socket(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self.memory = _Memory()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        raw = self._inner.read(max_bytes, _left_s(timeout))
        self.memory.add(raw)
        return raw

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left_s(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Socket(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Sockets(httpcore.NetworkBackend):
    """Opens the sockets of sync connections."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a host within `timeout` seconds."""
        return _Socket(
            self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        )


class _AsyncSocket(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self.memory = _Memory()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        raw = await self._inner.read(max_bytes, _left_s(timeout))
        self.memory.add(raw)
        return raw

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, _left_s(timeout))

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _AsyncSocket(inner)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class AsyncSockets(httpcore.AsyncNetworkBackend):
    """Opens the sockets of async connections."""

    def __init__(self) -> None:
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a host within `timeout` seconds."""
        connect = self._inner.connect_tcp
        return _AsyncSocket(
            await connect(host, port, timeout, local_address, socket_options)
        )
