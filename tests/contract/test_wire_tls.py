"""TLS: what is trusted, and what is refused before a byte of the request is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import OcinbError, TlsError
from tests.contract.asking import WAYS, failed, request
from tests.contract.listeners import Authority, TlsServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ocinb.wire.request import Request


@pytest.fixture(params=WAYS)
def read(request: pytest.FixtureRequest) -> Callable[[Request], bytes]:
    return WAYS[request.param]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def serve() -> Iterator[Callable[[Any], TlsServer]]:
    servers: list[TlsServer] = []

    def serve_(context: Any) -> TlsServer:
        servers.append(TlsServer(context))
        return servers[-1]

    yield serve_
    for server in servers:
        server.close()


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    return authority.path


class TestTls:
    def url(self, server: TlsServer) -> str:
        return f"https://127.0.0.1:{server.port}/x/predict"

    def check(self, error: OcinbError, server: TlsServer, reason: str) -> None:
        assert type(error) is TlsError
        assert error.message.startswith("no secure connection to 127.0.0.1:")
        assert reason in error.message
        assert error.phase == "connect"
        assert "SSL_CERT_FILE" in error.hint
        assert server.received == b""

    @pytest.mark.usefixtures("trusted")
    def test_an_authority_in_ssl_cert_file_is_trusted(
        self, authority: Authority, serve: Any, read: Callable[[Request], bytes]
    ):
        server = serve(authority.server_context())

        assert read(request(self.url(server))) == b"{}"
        assert server.received.startswith(b"POST /x/predict HTTP/1.1\r\n")

    def test_an_authority_that_nobody_knows_is_refused(
        self, authority: Authority, serve: Any, read: Callable[[Request], bytes]
    ):
        server = serve(authority.server_context())
        error = failed(read, request(self.url(server)))

        self.check(error, server, "issuer")

    @pytest.mark.usefixtures("trusted")
    def test_an_expired_certificate_is_refused(
        self, authority: Authority, serve: Any, read: Callable[[Request], bytes]
    ):
        server = serve(authority.server_context(days=-1))
        error = failed(read, request(self.url(server)))

        self.check(error, server, "certificate has expired")

    @pytest.mark.usefixtures("trusted")
    def test_a_certificate_of_another_host_is_refused(
        self, authority: Authority, serve: Any, read: Callable[[Request], bytes]
    ):
        server = serve(authority.server_context(host="127.0.0.2"))
        error = failed(read, request(self.url(server)))

        self.check(error, server, "IP address mismatch")

    def test_a_plain_server_behind_https_is_refused(
        self, serve: Any, read: Callable[[Request], bytes]
    ):
        server = serve(None)
        error = failed(read, request(self.url(server)))

        assert type(error) is TlsError
        assert (
            "WRONG_VERSION_NUMBER" in error.message or "record layer" in error.message
        )
        assert error.phase == "connect"
        assert b"predict" not in server.received
