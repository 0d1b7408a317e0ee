"""A scripted deployment under test, and clients that talk to it."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ocinb.local.scripts.script import Script
from ocinb.local.scripts.server import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.local.scripts.server import Answers

OCID = "ocid1.datasciencemodeldeployment.oc1.local.test"
PREDICT = f"/{OCID}/predict"
OK = Script.answer("It works.")
STREAM = json.dumps({"stream": True}).encode()


@contextmanager
def serving(script: Answers) -> Iterator[ScriptedServer]:
    """Serve without checking signatures."""
    with ScriptedServer(script, key_id=None, public_key=b"", ocid=OCID) as server:
        yield server


@contextmanager
def connected(server: ScriptedServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def ask(
    server: ScriptedServer,
    body: bytes = b"{}",
    path: str = PREDICT,
    headers: dict[str, str] | None = None,
) -> tuple[http.client.HTTPResponse, bytes]:
    """Send one request on a connection of its own and read the whole answer."""
    with connected(server) as connection:
        connection.request("POST", path, body, headers or {})
        response = connection.getresponse()
        return response, response.read()


def text_of(body: bytes) -> str:
    text: str = json.loads(body)["choices"][0]["message"]["content"]
    return text


def begin(server: ScriptedServer, body: bytes = STREAM) -> socket.socket:
    """Send a request on a bare socket, and read nothing."""
    bare = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    head = f"POST {PREDICT} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    bare.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return bare
