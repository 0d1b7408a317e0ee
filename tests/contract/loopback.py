"""A service on loopback that stands for one of Oracle's, while it is entered."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

__all__ = ["Loopback"]


class Loopback:
    """Answers on a free port of 127.0.0.1, each connection on a thread of its own.

    Args:
        handler: answers the requests; it finds this service in its `service`.
    """

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        made = type("Handler", (handler,), {"service": self})
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), made)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
