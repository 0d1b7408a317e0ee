"""One keep-alive HTTP/1.1 connection on which answers are played."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from typing import TYPE_CHECKING, Final, Protocol, cast

from ocinb.local.scripts.playback import Act, Pause
from ocinb.local.scripts.received import BadRequest, RequestReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ocinb.local.scripts.playback import Piece
    from ocinb.local.scripts.received import ReceivedRequest

__all__ = ["Connection", "Desk"]

_LINGER_NOT: Final = struct.pack("ii", 1, 0)
"""SO_LINGER of 0 seconds: closing sends a reset."""

_WRITES_AT_ONCE: Final = 16
"""Writes after which other connections, and a hang-up, get their turn."""


class Desk(Protocol):
    """What a connection reports to and asks for answers."""

    async def answer(self, request: ReceivedRequest) -> Iterable[Piece]:
        """Return what to play for a request."""

    def refuse(self, error: BadRequest) -> Iterable[Piece]:
        """Return what to play for bytes that are no request."""

    def opened(self, connection: Connection) -> int:
        """Take note of a new connection and return its number."""

    def closed(self, connection: Connection) -> None:
        """Take note that a connection has ended."""

    def hung_up(self, at_s: float) -> None:
        """Take note that a client closed while its answer was under way."""

    def failed(self, error: BaseException) -> None:
        """Take note of an error while an answer was made."""


class Connection(asyncio.Protocol):
    """Reads one request after the other and plays the answer to each.

    A client that stops sending (FIN) has hung up: half-closed connections are not
    served.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reader = RequestReader()
        self._came = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._is_underway = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to serve."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=0)
        # asyncio does this itself, but not for a socket made with protocol 0
        raw: socket.socket = transport.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = RequestReader(self._desk.opened(self))
        self._task = asyncio.get_running_loop().create_task(self._serve())
        self._task.add_done_callback(self._served)

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request."""
        self._reader.feed(data)
        self._came.set()

    def eof_received(self) -> None:
        """See the client hang up; the transport closes by itself."""
        self._note_hang_up()

    def connection_lost(self, exc: Exception | None) -> None:
        """See the connection end, from either side."""
        del exc  # a reset says no more than a close
        self._note_hang_up()
        self._task.cancel()
        self._desk.closed(self)

    def pause_writing(self) -> None:
        """Stop: the socket takes no more."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Go on: everything written so far has left."""
        self._writable.set()

    def abort(self) -> None:
        """End the connection now; this is not the client hanging up."""
        self._is_underway = False
        self._transport.abort()

    def _note_hang_up(self) -> None:
        if self._is_underway:
            self._desk.hung_up(time.monotonic())
        self._is_underway = False

    def _served(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._desk.failed(error)
            self.abort()

    async def _serve(self) -> None:
        while not self._transport.is_closing():
            try:
                request = await self._next_request()
            except BadRequest as error:
                await self._play(self._desk.refuse(error))
                self._transport.close()
                return
            self._is_underway = True
            await self._play(await self._desk.answer(request))
            self._is_underway = False

    async def _next_request(self) -> ReceivedRequest:
        while (request := self._reader.next(time.monotonic())) is None:
            self._came.clear()
            await self._came.wait()
        return request

    async def _play(self, pieces: Iterable[Piece]) -> None:
        start_s = time.monotonic()
        for number, piece in enumerate(pieces, 1):
            if isinstance(piece, bytes):
                if self._transport.is_closing():  # nobody is there to write to
                    self._note_hang_up()
                    return
                self._transport.write(piece)
                await self._writable.wait()
                if number % _WRITES_AT_ONCE == 0:
                    await asyncio.sleep(0)
            elif isinstance(piece, Pause):
                await asyncio.sleep(start_s + piece.at_s - time.monotonic())
            else:
                await self._act(piece)

    async def _act(self, act: Act) -> None:
        if act is Act.LISTEN:
            while self._reader.is_empty:
                self._came.clear()
                await self._came.wait()
            return
        self._is_underway = False
        if act is Act.RESET:
            raw: socket.socket = self._transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            self._transport.abort()
        elif act is Act.CLOSE:
            self._transport.close()
