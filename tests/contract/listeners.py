"""Listeners that are no HTTP server: closed, full, silent, or with a bad certificate."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
    b"connection: close\r\n\r\n{}"
)


def closed_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@contextmanager
def full_listener() -> Iterator[int]:
    """Yield a port whose queue is full: connections to it are never made."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        address = listening.getsockname()
        waiting = [socket.socket() for _ in range(8)]
        for client in waiting:
            client.setblocking(False)  # noqa: FBT003 - the only form there is
            client.connect_ex(address)
        yield address[1]
        for client in waiting:
            client.close()


class TlsServer:
    """Answers `{}` over TLS, or in plain HTTP, and keeps what it could read."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.received = b""
        self.accepted = 0
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):  # the listener is closed at the end
            while True:
                bare, _ = self._listening.accept()
                self.accepted += 1
                with bare, suppress(OSError):
                    self._talk(bare)

    def _talk(self, bare: socket.socket) -> None:
        bare.settimeout(5)
        if self._context is None:
            self.received += bare.recv(65_536)
            bare.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        with self._context.wrap_socket(bare, server_side=True) as secure:
            while not self.received.endswith(b"\r\n\r\n{}"):
                piece = secure.recv(65_536)
                if not piece:
                    return
                self.received += piece
            secure.sendall(ANSWER)

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
        self.path = folder / "authority.pem"
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        builder = self._builder(self._name, self._key, 1).add_extension(
            constraints, critical=True
        )
        certificate = builder.sign(self._key, hashes.SHA256())
        self.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def server_context(
        self, *, host: str = "127.0.0.1", days: int = 1
    ) -> ssl.SSLContext:
        """Make a certificate for a host, and the context of a server that shows it."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
        is_address = host.replace(".", "").isdecimal()
        address: x509.GeneralName = (
            x509.IPAddress(ipaddress.ip_address(host))
            if is_address
            else x509.DNSName(host)
        )
        certificate = (
            self._builder(name, key, days)
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        path = self._folder / f"server-{host}-{days}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _builder(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.timezone.utc)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=30))
            .not_valid_after(now + dt.timedelta(days=days))
        )
