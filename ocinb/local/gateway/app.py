"""Oracle's wire on loopback: an ASGI application in front of a model server."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ocinb.local.gateway.admission import (
    Head,
    OciError,
    Passed,
    check_head,
    check_signature,
    find_route,
)
from ocinb.local.gateway.backend import Asked, Plain, Stream
from ocinb.local.gateway.listing import told_of
from ocinb.local.vllm.refusal import Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from ocinb.local.gateway.admission import Door
    from ocinb.local.gateway.backend import Backend

    Receive = Callable[[], Awaitable[Mapping[str, Any]]]
    Send = Callable[[Mapping[str, Any]], Awaitable[None]]

__all__ = ["Gateway"]

_METHODS: Final = {
    "/v1/chat/completions": "POST",
    "/v1/completions": "POST",
    "/v1/models": "GET",
    "/health": "GET",
    "/ping": "GET",
}
"""What a model server can be asked, and how."""

_DRAINED_BYTES: Final = 64 * 1024 * 1024
"""Bytes of a refused body that are read before the answer."""

Result = TypeVar("Result")


class _HungUp(Exception):
    """The client closed its connection."""


class Gateway:
    """Check requests as Oracle does, ask the model server, and send its answer.

    Args:
        backend: the model server.
        door: whose requests are let through.
        request_limit_s: seconds that an answer on `/predict` may take.
    """

    def __init__(
        self, backend: Backend, door: Door, request_limit_s: float = 60.0
    ) -> None:
        self._backend = backend
        self._door = door
        self._limit_s = request_limit_s

    async def __call__(
        self, scope: Mapping[str, Any], receive: Receive, send: Send
    ) -> None:
        """Serve one request; the ASGI interface."""
        head = _head_of(scope)
        reply = _Reply(send, head)
        try:
            refused = check_head(head, self._door)
            body = await _read_body(receive, keep=refused is None)
            refused = refused or check_signature(head, body, self._door, time.time())
            if refused is not None:
                await reply.refuse(refused)
                return
            await _until_hung_up(self._serve(head, body, reply), receive)
        except _HungUp:
            return

    async def _serve(self, head: Head, body: bytes, reply: _Reply) -> None:
        passed = told_of(head, self._door) or find_route(head, self._door)
        answer = (
            await self._ask(passed, head, body)
            if isinstance(passed, Passed)
            else passed
        )
        if isinstance(answer, OciError):
            await reply.refuse(answer)
        elif isinstance(answer, Stream):
            await reply.stream(answer)
        else:
            await reply.plain(answer.status, answer.body, answer.content_type)

    async def _ask(
        self, passed: Passed, head: Head, body: bytes
    ) -> Plain | Stream | OciError:
        method = _METHODS.get(passed.route)
        if method != head.method:
            status, what = (
                (404, "Not Found") if method is None else (405, "Method Not Allowed")
            )
            return Plain(status, Problem(status, what, type="").body)
        content_type = head.get("content-type")
        asked = Asked(head.method, passed.route, content_type, body)
        if passed.streams:
            return _only_streams(await self._backend.answer(asked), passed)
        try:
            return await asyncio.wait_for(self._whole(asked), self._limit_s)
        except asyncio.TimeoutError:
            message = (
                f"the model server did not answer within {self._limit_s:g} s: ask for "
                "fewer tokens or for a stream"
            )
            return OciError(504, "GatewayTimeout", message)

    async def _whole(self, asked: Asked) -> Plain:
        """Return an answer in one, be it a stream: `/predict` does not stream."""
        answer = await self._backend.answer(asked)
        if isinstance(answer, Plain):
            return answer
        async with aclosing(answer.rest) as rest:
            parts = [answer.first, *[part async for part in rest]]
        return Plain(200, b"".join(parts), answer.content_type)


def _only_streams(answer: Plain | Stream, passed: Passed) -> Plain | Stream | OciError:
    if passed.only_streams and isinstance(answer, Plain) and answer.status == 200:  # noqa: PLR2004 - HTTP's OK
        message = "unexpected non-streaming response from the deployment"
        return OciError(409, "IncorrectState", message)
    return answer


class _Reply:
    """Sends one answer, with the headers that all answers have."""

    def __init__(self, send: Send, head: Head) -> None:
        self._send = send
        request_id = "/".join(token_hex(16).upper() for _ in range(3))
        asked = head.get("opc-request-id")
        self._request_id = f"{asked}/{request_id[-65:]}" if asked else request_id

    async def refuse(self, error: OciError) -> None:
        await self.plain(error.status, error.body, "application/json")

    async def plain(self, status: int, body: bytes, content_type: str) -> None:
        await self._start(status, content_type, {"content-length": str(len(body))})
        await self._send({"type": "http.response.body", "body": body})

    async def stream(self, answer: Stream) -> None:
        async with aclosing(answer.rest) as rest:
            await self._start(200, answer.content_type, {"cache-control": "no-cache"})
            await self._more(answer.first)
            async for part in rest:
                await self._more(part)
        await self._send({"type": "http.response.body", "body": b""})

    async def _more(self, part: bytes) -> None:
        message = {"type": "http.response.body", "body": part, "more_body": True}
        await self._send(message)

    async def _start(
        self, status: int, content_type: str, more: dict[str, str]
    ) -> None:
        headers = {
            "content-type": content_type,
            "opc-request-id": self._request_id,
            **more,
        }
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        message = {"type": "http.response.start", "status": status, "headers": lines}
        await self._send(message)


def _head_of(scope: Mapping[str, Any]) -> Head:
    target = scope["raw_path"] + (b"?" if scope["query_string"] else b"")
    target += scope["query_string"]
    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]]
    return Head(scope["method"], target.decode("latin-1"), headers)


async def _read_body(receive: Receive, *, keep: bool) -> bytes:
    """Read the body; a refused one is read too, so that the client sees the answer."""
    parts: list[bytes] = []
    size = 0
    while size <= _DRAINED_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _HungUp
        size += len(message.get("body", b""))
        if keep:
            parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(parts)


async def _until_hung_up(work: Coroutine[Any, Any, Result], receive: Receive) -> Result:
    """Do the work, but end it at once when the client closes its connection."""
    working = asyncio.ensure_future(work)
    listening = asyncio.ensure_future(receive())
    try:
        await asyncio.wait({working, listening}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise _HungUp
        return working.result()
    finally:
        listening.cancel()
        working.cancel()
        await asyncio.gather(working, listening, return_exceptions=True)
