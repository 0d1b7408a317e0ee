"""Any OpenAI-compatible server behind Oracle's wire."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.local import LocalDeployment
from tests.contract.local_client import CHAT, HELLO, Client, data_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENT = b'data: {"n": 1}\n\n'


class Answers(BaseHTTPRequestHandler):
    """A small server in OpenAI's way; the request's `do` says what it answers."""

    server: Upstream

    def do_GET(self) -> None:
        self._whole(200, {"path": self.path})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        self.server.bodies.append(raw)
        asked = json.loads(raw)
        if asked.get("do") == "cut":
            self._head(200, {"content-length": "100"})
            self.wfile.write(b"{")
        elif asked.get("stream"):
            self._stream(int(asked.get("events", 2)))
        else:
            self._whole(asked.get("status", 200), {"path": self.path, **asked})

    def _stream(self, events: int) -> None:
        self._head(200, {"content-type": "text/event-stream"})
        try:
            for _ in range(events):
                self.wfile.write(EVENT)
                time.sleep(0.02)
        except OSError:
            self.server.hung_up.set()

    def _whole(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self._head(status, {"content-length": str(len(body)), "x-inner": "1"})
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Upstream(ThreadingHTTPServer):
    """The server, with what it received."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.bodies: list[bytes] = []
        self.hung_up = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def client(upstream: Upstream) -> Iterator[Client]:
    with LocalDeployment(upstream=f"{upstream.url}/v1/") as deployment:
        yield Client(deployment)


def test_bodies_pass_through_unchanged(client: Client, upstream: Upstream):
    body = b'{"model":  "llama3.2", "foo": [1,2]}'
    got = client.send(body)

    assert upstream.bodies[-1] == body
    assert got.json == {"path": CHAT, "model": "llama3.2", "foo": [1, 2]}


def test_its_errors_pass_through(client: Client):
    assert client.send({**HELLO, "status": 418}).status == 418


def test_its_models_are_listed(client: Client):
    got = client.send(method="GET", route="/v1/models")

    assert got.json == {"path": "/v1/models"}


def test_its_streams_pass_through(client: Client):
    got = client.send({"stream": True}, url=client.endpoint + "WithResponseStream")

    assert (got.status, got.body) == (200, 2 * EVENT)
    assert got.headers["content-type"] == "text/event-stream"


def test_a_client_that_hangs_up_is_passed_on(client: Client, upstream: Upstream):
    asked = {"stream": True, "events": 500}
    connection, response = client.open(
        asked, url=client.endpoint + "WithResponseStream"
    )
    with connection:
        assert next(data_lines(response))
        response.close()

    assert upstream.hung_up.wait(1)


def test_its_other_paths_are_not_served(client: Client, upstream: Upstream):
    before = len(upstream.bodies)

    assert client.send(HELLO, route="/api/pull").status == 404
    assert len(upstream.bodies) == before


def test_requests_must_be_signed_here_too(client: Client, upstream: Upstream):
    before = len(upstream.bodies)

    assert client.send(HELLO, signed=False).status == 401
    assert len(upstream.bodies) == before


def test_an_answer_cut_short_is_told(client: Client):
    got = client.send({"do": "cut"})

    assert got.status == 503
    assert "does not answer" in got.json["error"]["message"]


def test_a_server_that_is_not_there_is_named():
    with LocalDeployment(upstream="http://127.0.0.1:1") as deployment:
        got = Client(deployment).send(HELLO)

    assert (got.status, got.json["error"]["type"]) == (503, "ServiceUnavailableError")
    assert "http://127.0.0.1:1 does not answer" in got.json["error"]["message"]
