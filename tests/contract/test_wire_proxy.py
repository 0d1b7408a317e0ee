"""Requests that go through a proxy, and proxies that do not let them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ocinb.errors import ConnectionFailed, HostNotFound, TlsError
from ocinb.local import Script
from tests.contract.asking import WAYS, failed, request
from tests.contract.listeners import Authority, TlsServer, closed_port
from tests.contract.scripted_serving import serving
from tests.contract.tunnel import tunnel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ocinb.wire.request import Request

HOST = "deployment.example"
URL = f"https://{HOST}/x/predict"
REFUSAL = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"


@pytest.fixture(params=WAYS)
def read(request: pytest.FixtureRequest) -> Callable[[Request], bytes]:
    return WAYS[request.param]


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("form", ["http://127.0.0.1:{}", "127.0.0.1:{}"])
def test_a_request_goes_through_the_proxy_of_the_environment(
    form: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[Request], bytes],
):
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    server = TlsServer(authority.server_context(host=HOST))
    with tunnel(server.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", form.format(proxy.port))

        assert read(request(URL)) == b"{}"
        assert proxy.asked == [f"CONNECT {HOST}:443 HTTP/1.1"]
    server.close()


def test_a_certificate_that_does_not_fit_is_refused_behind_a_proxy_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Request], bytes]
):
    authority = Authority(tmp_path)
    server = TlsServer(authority.server_context(host=HOST))
    with tunnel(server.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        error = failed(read, request(URL))
    server.close()

    assert type(error) is TlsError
    assert f"{HOST}:443 through the proxy 127.0.0.1:{proxy.port}" in error.message
    assert server.received == b""


def test_a_proxy_that_is_down_is_named_and_not_the_endpoint(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[Request], bytes]
):
    port = closed_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:hidden@127.0.0.1:{port}")
    error = failed(read, request(URL))

    assert type(error) is ConnectionFailed
    assert error.message.startswith(f"cannot connect to the proxy 127.0.0.1:{port}, ")
    assert error.phase == "connect"
    assert error.hint == "check HTTPS_PROXY and NO_PROXY"
    assert "hidden" not in str(error)


def test_a_proxy_that_wants_a_password_says_so(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[Request], bytes]
):
    with tunnel(0, REFUSAL) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        error = failed(read, request(URL))

    assert type(error) is ConnectionFailed
    assert f"the proxy 127.0.0.1:{proxy.port} refused" in error.message
    assert "407" in error.message


def test_a_host_in_no_proxy_is_asked_directly(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[Request], bytes]
):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("NO_PROXY", "other.example,.invalid")
    error = failed(read, request("https://no-such-host.invalid/x/predict"))

    assert type(error) is HostNotFound


def test_a_server_on_this_machine_is_never_asked_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[Request], bytes]
):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    with serving(Script.answer("near")) as server:
        assert b"near" in read(request(server.endpoint))
