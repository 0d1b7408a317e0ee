"""Any OpenAI-compatible server behind the gateway: bodies pass through unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ocinb.errors import OcinbError
from ocinb.local.gateway.backend import Plain, Stream
from ocinb.local.vllm.refusal import Problem
from ocinb.wire.transport import Http, Request, Timeouts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ocinb.local.gateway.backend import Asked
    from ocinb.wire.transport import AsyncResponse

__all__ = ["RelayBackend"]

_PATIENT: Final = Timeouts(connect_s=10, idle_s=None, total_s=None)


class RelayBackend:
    """Hand requests on to another server.

    Args:
        url: its address, with or without the `/v1` at the end.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/").removesuffix("/v1")
        self._http = Http()

    async def answer(self, asked: Asked) -> Plain | Stream:
        """Send the request there and return what it says."""
        headers = {
            "content-type": asked.content_type,
            "accept": "*/*",
            "connection": "close",  # so that a stale one never fails a request
        }
        url = self._url + asked.route
        request = Request(url, headers, asked.body, _PATIENT, asked.method)
        try:
            return await self._relay(request)
        except OcinbError as error:
            message = f"{self._url} does not answer: {error.message}"
            problem = Problem(503, message, "ServiceUnavailableError")
            return Plain(problem.status, problem.body)

    async def _relay(self, request: Request) -> Plain | Stream:
        response = await self._http.aopen(request)
        content_type = response.headers.get("content-type", "application/json")
        if content_type.startswith("text/event-stream"):
            return Stream(b"", _bytes_of(response), content_type)
        try:
            return Plain(response.status, await response.aread(), content_type)
        finally:
            await response.aclose()


async def _bytes_of(response: AsyncResponse) -> AsyncGenerator[bytes, None]:
    try:
        async for raw in response.chunks:
            yield raw
    finally:
        await response.aclose()
