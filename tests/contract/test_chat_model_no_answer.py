"""No connection at all: what is named, how often it is tried, and what leaks out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.errors import ConnectionFailed, HostNotFound, OcinbError, TlsError
from tests.contract.listeners import Authority, TlsServer, closed_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WAYS: dict[str, Callable[[Any], object]] = {
    "invoke": lambda model: model.invoke("a secret"),
    "stream": lambda model: list(model.stream("a secret")),
    "ainvoke": lambda model: asyncio.run(model.ainvoke("a secret")),
}


@pytest.fixture(params=WAYS)
def failed(request: pytest.FixtureRequest) -> Callable[..., OcinbError]:
    """Ask a place that gives no answer, and return the error."""

    def failed_(origin: str, **fields: Any) -> OcinbError:
        model = ChatOCIModelDeploymentVLLM(
            endpoint=f"{origin}/x/predict", auth=lambda signed: signed, **fields
        )
        with pytest.raises(OcinbError) as caught:
            WAYS[request.param](model)
        line = str(caught.value)
        assert line.isprintable()
        assert "secret" not in line
        assert caught.value.phase == "connect"
        assert caught.value.partial_text == ""
        return caught.value

    return failed_


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


def test_a_closed_port_is_named_and_tried_again(failed: Callable[..., OcinbError]):
    port = closed_port()
    error = failed(f"http://127.0.0.1:{port}", max_retries=1)

    assert type(error) is ConnectionFailed
    assert str(error).startswith(f"cannot connect to 127.0.0.1:{port} (refused)")
    assert error.attempts == 2


def test_an_unknown_host_is_asked_for_once(failed: Callable[..., OcinbError]):
    error = failed("https://no-such-host.invalid", max_retries=3)

    assert type(error) is HostNotFound
    assert "host name no-such-host.invalid not found" in str(error)
    assert str(error).endswith("- check the region in the endpoint")
    assert error.attempts == 1


class TestTls:
    CASES = {
        "self-signed": ({}, False, "issuer"),
        "expired": ({"days": -1}, True, "certificate has expired"),
        "wrong host": ({"host": "127.0.0.2"}, True, "IP address mismatch"),
    }
    """The certificate, whether its authority is trusted, and what the line says."""

    @pytest.mark.parametrize("case", CASES)
    def test_a_certificate_that_is_not_good_is_refused_once_and_nothing_is_sent(
        self,
        case: str,
        authority: Authority,
        serve: Callable[[Any], TlsServer],
        failed: Callable[..., OcinbError],
        monkeypatch: pytest.MonkeyPatch,
    ):
        certificate, trusted, reason = self.CASES[case]
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
        server = serve(authority.server_context(**certificate))
        error = failed(f"https://127.0.0.1:{server.port}", max_retries=3)

        assert type(error) is TlsError
        assert reason in str(error)
        assert "SSL_CERT_FILE" in error.hint
        assert error.attempts == server.accepted == 1
        assert server.received == b""

    def test_a_plain_server_behind_https_is_refused_once_and_nothing_is_sent(
        self, serve: Callable[[Any], TlsServer], failed: Callable[..., OcinbError]
    ):
        server = serve(None)
        error = failed(f"https://127.0.0.1:{server.port}", max_retries=3)

        assert type(error) is TlsError
        assert error.attempts == server.accepted == 1
        assert b"secret" not in server.received
        assert b"predict" not in server.received
