"""A deployment on loopback that answers from scripts."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Final

from ocinb.local.scripts.connection import Connection
from ocinb.local.scripts.desk import Answers, FrontDesk

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from ocinb.local.scripts.received import ReceivedRequest

__all__ = ["Answers", "ScriptedServer"]

_BACKLOG: Final = 1024
_STOP_TIMEOUT_S: Final = 5


class ScriptedServer:
    """Answer requests to one deployment from scripts, on a thread of its own.

    It checks what Oracle's gateway checks: the host, the signature, the path. What
    it refuses is among the `requests` too, with the reason in `refusals`.

    Args:
        script: what to answer.
        key_id: the key id requests must be signed with; None checks no signature.
        public_key: the RSA key that goes with it, as PEM.
        ocid: the deployment's OCID, the first part of every path.

    Raises:
        ValueError: the sequence of scripts is empty.
    """

    def __init__(
        self, script: Answers, *, key_id: str | None, public_key: bytes, ocid: str
    ) -> None:
        self._desk = FrontDesk(script, key_id, public_key, ocid)
        self._ocid = ocid
        self._port = 0
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """True between `start` and `stop`."""
        return self._thread is not None

    @property
    def port(self) -> int:
        """The port on 127.0.0.1, 0 before the start."""
        return self._port

    @property
    def endpoint(self) -> str:
        """The predict URL."""
        return f"http://127.0.0.1:{self._port}/{self._ocid}/predict"

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """Every request that could be read, in order of arrival."""
        return tuple(self._desk.requests)

    @property
    def hangups(self) -> tuple[float, ...]:
        """When clients hung up with an answer under way (`time.monotonic`)."""
        return tuple(self._desk.hangups)

    @property
    def connections(self) -> int:
        """How many connections were accepted."""
        return self._desk.accepted

    @property
    def failures(self) -> tuple[BaseException, ...]:
        """Errors raised while an answer was made: by the function, or by a step."""
        return tuple(self._desk.failures)

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why requests were refused before any script was asked."""
        return tuple(self._desk.refusals)

    def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        listening = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._port = listening.getsockname()[1]
        self._desk.sit_at(self._port)
        self._stopping = asyncio.Event()
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listening, ready)),
            name="ocinb-scripted-deployment",
            daemon=True,
        )
        self._thread.start()
        ready.wait()

    def stop(self) -> None:
        """End every connection and the thread; a second call does nothing."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            thread.join(_STOP_TIMEOUT_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    async def _serve(self, listening: socket.socket, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        server = await self._loop.create_server(
            lambda: Connection(self._desk), sock=listening, backlog=_BACKLOG
        )
        ready.set()
        await self._stopping.wait()
        server.close()
        self._desk.leave()
        await asyncio.sleep(0)  # the transports close their sockets in this turn
