"""Who answers on a scripted deployment: checks each request, picks its script, notes it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from secrets import token_hex
from typing import TYPE_CHECKING, Final, TypeAlias

from ocinb.local.scripts.completion import Asked
from ocinb.local.scripts.playback import play
from ocinb.local.scripts.received import ReceivedRequest
from ocinb.local.scripts.script import Script
from ocinb.wire.signing import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ocinb.local.scripts.connection import Connection
    from ocinb.local.scripts.playback import Piece
    from ocinb.local.scripts.received import BadRequest

__all__ = ["Answers", "FrontDesk"]

Answers: TypeAlias = Script | Sequence[Script] | Callable[[ReceivedRequest], Script]
"""What a scripted deployment answers: always the same, one after the other (the last
one again and again), or what a function says; the function runs in a thread."""

_ROUTES: Final = ("predict", "predictWithResponseStream")
_MORE: Final = ("", "/v1/chat/completions")
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


class FrontDesk:
    """Answers the requests of all connections, and notes what happens on them.

    Args:
        script: what to answer.
        key_id: the key id requests must be signed with; None checks no signature.
        public_key: the RSA key that goes with it, as PEM.
        ocid: the deployment's OCID, the first part of every path.

    Raises:
        ValueError: the sequence of scripts is empty.
    """

    def __init__(
        self, script: Answers, key_id: str | None, public_key: bytes, ocid: str
    ) -> None:
        if isinstance(script, Sequence) and not script:
            msg = "a scripted deployment needs at least one script"
            raise ValueError(msg)
        self._script = script
        self._key_id = key_id
        self._public_key = public_key
        self._paths = {f"/{ocid}/{route}{more}" for route in _ROUTES for more in _MORE}
        self._played = 0
        self.hosts: frozenset[str] = frozenset()
        self.open: set[Connection] = set()
        self.accepted = 0
        self.requests: list[ReceivedRequest] = []
        self.hangups: list[float] = []
        self.failures: list[BaseException] = []
        self.refusals: list[str] = []

    def sit_at(self, port: int) -> None:
        """Take requests for this port of loopback, and no other host."""
        self.hosts = frozenset(f"{name}:{port}" for name in _LOOPBACK)
        self._pool = ThreadPoolExecutor(thread_name_prefix="ocinb-script")

    def leave(self) -> None:
        """End every connection; a function that still runs is left alone."""
        for connection in tuple(self.open):
            connection.abort()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def opened(self, connection: Connection) -> int:
        """Take note of a new connection and return its number."""
        self.open.add(connection)
        self.accepted += 1
        return self.accepted

    def closed(self, connection: Connection) -> None:
        """Take note that a connection has ended."""
        self.open.discard(connection)

    def hung_up(self, at_s: float) -> None:
        """Take note that a client closed while its answer was under way."""
        self.hangups.append(at_s)

    def failed(self, error: BaseException) -> None:
        """Take note of an error while an answer was made."""
        self.failures.append(error)

    async def answer(self, request: ReceivedRequest) -> Iterable[Piece]:
        """Choose the script for a request."""
        self.requests.append(request)
        answer_id = f"chatcmpl-{len(self.requests):016x}"
        script = self._refusal_of(request) or await self._next_script(request)
        asked = Asked.of(request.body, answer_id, int(time.time()))
        return play(script, asked, _usual_headers(request.headers))

    def refuse(self, error: BadRequest) -> Iterable[Piece]:
        """Answer bytes that are no request."""
        script = self._refusal(error.status, "InvalidParameter", str(error))
        return play(script, Asked(), _usual_headers({}))

    def _refusal(self, status: int, code: str, reason: str) -> Script:
        self.refusals.append(reason)
        return Script.error(status, code=code, message=reason)

    def _refusal_of(self, request: ReceivedRequest) -> Script | None:
        host = request.headers.get("host", "")
        if host not in self.hosts:
            reason = f"the host header must name loopback, not {host!r}"
            return self._refusal(421, "InvalidParameter", reason)
        reason = self._signature_fault(request)
        if reason:
            return self._refusal(401, "NotAuthenticated", reason)
        if request.path not in self._paths:
            reason = "Authorization failed or requested resource not found."
            return self._refusal(404, "NotAuthorizedOrNotFound", reason)
        return None

    def _signature_fault(self, request: ReceivedRequest) -> str:
        if self._key_id is None:
            return ""
        refusal = verify(
            request.method,
            request.target,
            request.header_lines,
            request.body,
            self._public_key,
            self._key_id,
            time.time(),
        )
        return "" if refusal is None else refusal.reason

    async def _next_script(self, request: ReceivedRequest) -> Script:
        if callable(self._script):
            return await self._called(self._script, request)
        if isinstance(self._script, Script):
            return self._script
        self._played += 1
        return self._script[min(self._played, len(self._script)) - 1]

    async def _called(
        self, function: Callable[[ReceivedRequest], Script], request: ReceivedRequest
    ) -> Script:
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._pool, function, request)
        try:
            await asyncio.wait({future})
        finally:
            future.cancel()  # so that an abandoned one does not call a closed loop
        error = future.exception()
        if error is None and not isinstance(future.result(), Script):
            error = TypeError(f"not a Script: {future.result()!r}")
        if error is None:
            return future.result()
        self.failed(error)
        said = f"{type(error).__name__}: {error}"
        return Script.error(500, code="InternalServerError", message=said)


def _usual_headers(asked: Mapping[str, str]) -> dict[str, str]:
    """Make the headers every answer has, as Oracle's gateway sets them."""
    request_id = "/".join(token_hex(16).upper() for _ in range(3))
    if "opc-request-id" in asked:
        request_id = f"{asked['opc-request-id']}/{request_id[-65:]}"
    headers = {"date": formatdate(usegmt=True), "opc-request-id": request_id}
    if asked.get("connection", "").lower() == "close":
        headers["connection"] = "close"
    return headers
