"""A forward proxy on loopback that joins every tunnel to one server of the test's."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Tunnel:
    """Answers `CONNECT` for any host, and then carries bytes to the server.

    Attributes:
        asked: the first line of each request.
        port: where it listens.
    """

    def __init__(self, server_port: int, refusal: bytes = b"") -> None:
        self.asked: list[str] = []
        self._server_port = server_port
        self._refusal = refusal
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def _serve(self) -> None:
        with suppress(OSError):  # the listener is closed at the end
            while True:
                client, _ = self._listening.accept()
                thread = threading.Thread(target=self._join, args=(client,))
                self._threads.append(thread)
                thread.start()

    def _join(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(5)
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            self.asked.append(head.split(b"\r\n")[0].decode())
            if self._refusal:
                client.sendall(self._refusal)
                return
            address = ("127.0.0.1", self._server_port)
            with socket.create_connection(address, timeout=5) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_carry, args=(server, client))
                back.start()
                _carry(client, server)
                back.join(5)

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def tunnel(server_port: int, refusal: bytes = b"") -> Iterator[Tunnel]:
    """Run a proxy for the length of a block."""
    running = Tunnel(server_port, refusal)
    try:
        yield running
    finally:
        running.close()
