"""What a scripted deployment checks before it answers, and what it notes."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from ocinb.local.scripts.script import Script
from ocinb.local.scripts.server import ScriptedServer
from ocinb.local.scripts.steps import (
    Close,
    Delta,
    End,
    Endless,
    Headers,
    Reset,
    Wait,
)
from ocinb.wire.signing import RequestSigner, make_private_key, public_key_of
from tests.contract.scripted_serving import (
    OCID,
    OK,
    PREDICT,
    STREAM,
    ask,
    begin,
    serving,
    text_of,
)
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def key() -> bytes:
    return make_private_key()


class TestNotes:
    def test_a_request_is_kept(self) -> None:
        with serving(OK) as server:
            before = time.monotonic()
            ask(server, b'{"a": 1}', f"{PREDICT}?x=1", {"Route": "/v1/x"})
        (request,) = server.requests
        assert (request.method, request.target) == ("POST", f"{PREDICT}?x=1")
        assert request.headers["route"] == "/v1/x"
        assert request.json == {"a": 1}
        assert before <= request.arrived_s <= time.monotonic()

    @pytest.mark.parametrize(
        "script",
        [
            Script([Delta("a"), Wait(60)]),
            Script([Wait(60)]),
            Script([Endless(b"x" * 10_000)]),
        ],
        ids=["in a stream", "before the head", "while bytes flow"],
    )
    def test_a_client_that_hangs_up_is_seen_at_once(self, script: Script) -> None:
        with serving(script) as server:
            bare = begin(server)
            assert eventually(lambda: server.requests)
            time.sleep(0.05)
            closed = time.monotonic()
            bare.close()
            assert eventually(lambda: server.hangups)
            (seen,) = server.hangups
        assert closed <= seen < closed + 0.1

    def test_a_client_that_hangs_up_while_a_function_thinks_is_seen(self) -> None:
        go = threading.Event()
        with serving(lambda _: (go.wait(10), OK)[1]) as server:
            begin(server).close()
            assert eventually(lambda: server.hangups)
            go.set()

    @pytest.mark.parametrize(
        "script", [OK, Script([*OK.steps, End(), Wait(60)])], ids=["idle", "ended"]
    )
    def test_one_that_has_its_whole_answer_has_not_hung_up(
        self, script: Script
    ) -> None:
        with serving(script) as server:
            ask(server, STREAM)
            ask(server)
            time.sleep(0.05)
        assert server.hangups == ()

    @pytest.mark.parametrize("step", [Close(), Reset()])
    def test_a_break_by_the_server_is_no_hang_up(self, step: Close | Reset) -> None:
        with serving(Script([Delta("a"), step])) as server:
            with begin(server) as bare, suppress(ConnectionResetError):
                while bare.recv(65_536):
                    pass
            time.sleep(0.05)
        assert server.hangups == ()


class TestRequestIds:
    def test_each_answer_has_its_own(self) -> None:
        with serving([OK, Script.error(500)]) as server:
            ids = {ask(server)[0].getheader("opc-request-id") for _ in range(3)}
        assert len(ids) == 3
        assert None not in ids

    def test_a_refusal_has_one(self) -> None:
        with serving(OK) as server:
            assert ask(server, path="/nope")[0].getheader("opc-request-id")

    def test_it_begins_with_the_clients_own(self) -> None:
        with serving(OK) as server:
            response, _ = ask(server, headers={"opc-request-id": "MINE"})
        assert (response.getheader("opc-request-id") or "").startswith("MINE/")

    def test_a_script_can_name_it(self) -> None:
        script = Script([Headers({"opc-request-id": "fixed"}), *OK.steps])
        with serving(script) as server:
            assert ask(server)[0].getheader("opc-request-id") == "fixed"


class TestChecks:
    @pytest.mark.parametrize("route", ["predict", "predictWithResponseStream"])
    @pytest.mark.parametrize("more", ["", "/v1/chat/completions", "?a=b"])
    def test_every_path_of_a_deployment_is_served(self, route: str, more: str) -> None:
        with serving(OK) as server:
            assert ask(server, path=f"/{OCID}/{route}{more}")[0].status == 200

    @pytest.mark.parametrize(
        "path", ["/", f"/{OCID}", f"/{OCID}/predict/", "/ocid1.other/predict"]
    )
    def test_no_other_path_is(self, path: str) -> None:
        with serving(OK) as server:
            response, body = ask(server, path=path)
        assert response.status == 404
        assert json.loads(body)["code"] == "NotAuthorizedOrNotFound"
        assert len(server.refusals) == 1

    @pytest.mark.parametrize("host", ["attacker.invalid", "127.0.0.1", "localhost:1"])
    def test_another_host_is_refused(self, host: str) -> None:
        with serving(OK) as server:
            assert ask(server, headers={"Host": host})[0].status == 421

    def test_localhost_is_loopback(self) -> None:
        with serving(OK) as server:
            host = {"Host": f"localhost:{server.port}"}
            assert ask(server, headers=host)[0].status == 200

    def test_a_refusal_uses_up_no_script(self) -> None:
        with serving([Script.answer("one"), Script.answer("two")]) as server:
            ask(server, path="/nope")
            assert text_of(ask(server)[1]) == "one"
            assert len(server.requests) == 2

    def test_bytes_that_are_no_request_are_refused_and_end_the_connection(self) -> None:
        with serving(OK) as server:
            with socket.create_connection(("127.0.0.1", server.port)) as bare:
                bare.sendall(b"\x16\x03\x01 hello\r\n\r\n")
                received = b""
                while piece := bare.recv(65_536):
                    received += piece
            assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
            assert server.refusals == ("the request line is malformed",)
            assert server.requests == ()


class TestSignature:
    KEY_ID = "ocid1.tenancy.oc1..a/ocid1.user.oc1..b/00:11"

    @pytest.fixture
    def server(self, key: bytes) -> Iterator[ScriptedServer]:
        server = ScriptedServer(
            OK, key_id=self.KEY_ID, public_key=public_key_of(key), ocid=OCID
        )
        with server:
            yield server

    def signed(self, server: ScriptedServer, key: bytes, body: bytes) -> dict[str, str]:
        request = SimpleNamespace(
            method="POST", url=server.endpoint, path_url=PREDICT, headers={}, body=body
        )
        RequestSigner(self.KEY_ID, key)(request)
        headers: dict[str, str] = request.headers
        return headers

    def test_a_good_one_is_let_in(self, server: ScriptedServer, key: bytes) -> None:
        response, body = ask(server, headers=self.signed(server, key, b"{}"))
        assert (response.status, text_of(body)) == (200, "It works.")

    def test_none_at_all_is_refused(self, server: ScriptedServer) -> None:
        response, body = ask(server)
        assert response.status == 401
        assert json.loads(body)["code"] == "NotAuthenticated"
        assert len(server.requests) == len(server.refusals) == 1

    def test_one_with_another_key_is_refused(self, server: ScriptedServer) -> None:
        headers = self.signed(server, make_private_key(), b"{}")
        assert ask(server, headers=headers)[0].status == 401

    def test_one_for_another_body_is_refused(
        self, server: ScriptedServer, key: bytes
    ) -> None:
        assert ask(server, headers=self.signed(server, key, b"[]"))[0].status == 401
