"""An answer whose head has arrived, read bit by bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ocinb.wire.transport.breakage import explained
from ocinb.wire.transport.sockets import trailers_in
from ocinb.wire.whole import Whole

if TYPE_CHECKING:
    from collections.abc import (
        AsyncIterable,
        AsyncIterator,
        Iterable,
        Iterator,
        Mapping,
    )

    import httpx

    from ocinb.wire.deadline import Deadline
    from ocinb.wire.request import Request

__all__ = ["AsyncResponse", "Response"]


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
    def written_s(self) -> float:
        """When the request's first byte was about to be written, signed (monotonic)."""
        return float(self._inner.request.extensions["written_s"])

    @property
    def authorization(self) -> str:
        """The signature that the request carried."""
        return str(self._inner.request.headers.get("authorization", ""))

    def trailers(self) -> Mapping[str, str]:
        """Return what followed a body that was read to its end, names in lower case."""
        if self._inner.headers.get("transfer-encoding", "").lower() != "chunked":
            return {}
        return trailers_in(self._inner.extensions["network_stream"].memory.end())

    def hurry(self, seconds: float) -> None:
        """Wait so many seconds at most for what is left of the body."""
        self._deadline.hurry(seconds)


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
        with explained(self._request, "stream", self._deadline):
            yield from self._bytes()

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
        with explained(self._request, "stream", self._deadline):
            async for raw in self._bytes():
                yield raw

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
