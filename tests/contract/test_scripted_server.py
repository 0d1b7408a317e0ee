"""A scripted deployment on a real socket: what it answers, when, and how it ends."""

from __future__ import annotations

import gc
import http.client
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ocinb.local.scripts.script import Script
from ocinb.local.scripts.server import ScriptedServer
from ocinb.local.scripts.steps import (
    Await,
    Close,
    Delta,
    End,
    Endless,
    Raw,
    Reset,
    Status,
    Wait,
)
from tests.contract.scripted_serving import (
    OCID,
    OK,
    PREDICT,
    STREAM,
    ask,
    begin,
    connected,
    serving,
    text_of,
)
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from ocinb.local.scripts.received import ReceivedRequest


class TestAnswering:
    def test_a_stream_for_who_asks_for_one(self) -> None:
        with serving(OK) as server:
            response, body = ask(server, STREAM)
        assert response.getheader("content-type") == "text/event-stream; charset=utf-8"
        assert body.startswith(b"data: {")
        assert body.endswith(b"data: [DONE]\n\n")

    def test_a_completion_for_who_does_not(self) -> None:
        with serving(OK) as server:
            response, body = ask(server)
        assert response.status == 200
        assert text_of(body) == "It works."

    def test_scripts_one_after_the_other_and_the_last_one_again(self) -> None:
        scripts = [Script.answer(text) for text in ("one", "two")]
        with serving(scripts) as server:
            assert [text_of(ask(server)[1]) for _ in range(3)] == ["one", "two", "two"]

    def test_no_scripts_are_refused(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            ScriptedServer([], key_id=None, public_key=b"", ocid=OCID)

    def test_what_a_function_makes_of_the_request(self) -> None:
        def echo(request: ReceivedRequest) -> Script:
            return Script.answer(request.json["say"])

        with serving(echo) as server:
            assert text_of(ask(server, b'{"say": "hello"}')[1]) == "hello"

    def test_a_function_that_waits_holds_up_nobody_else(self) -> None:
        go = threading.Event()

        def slow(request: ReceivedRequest) -> Script:
            if request.json:
                go.wait(10)
            return OK

        with serving(slow) as server, begin(server, b"[1]"):
            assert text_of(ask(server)[1]) == "It works."
            go.set()

    def test_an_error_of_a_function_is_a_500_and_is_kept(self) -> None:
        def broken(_: ReceivedRequest) -> Script:
            msg = "no such city"
            raise LookupError(msg)

        with serving(broken) as server:
            response, body = ask(server)
        assert response.status == 500
        assert json.loads(body)["message"] == "LookupError: no such city"
        assert [type(error) for error in server.failures] == [LookupError]

    def test_a_function_that_makes_no_script_is_a_500(self) -> None:
        def wrong(_: ReceivedRequest) -> Any:
            return "a text"

        with serving(wrong) as server:
            assert b"not a Script: 'a text'" in ask(server)[1]

    def test_a_step_that_cannot_be_sent_ends_the_connection_and_is_kept(self) -> None:
        with serving(Script.answer("\ud800")) as server:
            with pytest.raises(http.client.IncompleteRead):
                ask(server, STREAM)
            assert [type(e) for e in server.failures] == [UnicodeEncodeError]

    def test_every_chunk_of_a_long_answer(self) -> None:
        script = Script.answer("word " * 2000, tokens=2000)
        with serving(script) as server:
            _, body = ask(server, STREAM)
        assert body.count(b'"content":"word "') == 2000

    def test_all_of_an_answer_that_the_client_takes_slowly(self) -> None:
        script = Script([Delta("x" * 1_000_000)] * 10)
        with serving(script) as server, begin(server) as bare:
            assert eventually(lambda: server.requests)
            time.sleep(0.1)  # the socket's buffers are full long before
            received = bytearray()
            while not received.endswith(b"\r\n0\r\n\r\n"):
                received += bare.recv(1_000_000)
        assert received.count(b"x") >= 10_000_000

    def test_the_same_bytes_in_few_writes(self) -> None:
        text = "word " * 2000
        scripts = [Script.answer(text, tokens=2000, coalesce=c) for c in (False, True)]
        with serving(lambda _: scripts[0]) as server:
            one = ask(server, STREAM)[1].count(b"data:")
        with serving(lambda _: scripts[1]) as server:
            assert ask(server, STREAM)[1].count(b"data:") == one

    def test_many_at_once(self) -> None:
        with serving(Script.answer("a b c", delay_s=0.05)) as server:
            bares = [begin(server) for _ in range(50)]
            for bare in bares:
                received = b""
                while b"0\r\n\r\n" not in received:
                    received += bare.recv(65_536)
                bare.close()
            assert server.connections == 50


class TestTime:
    def test_tokens_arrive_while_the_answer_goes_on(self) -> None:
        script = Script([Delta("a"), Wait(60), Delta("b")])
        with serving(script) as server, begin(server) as bare:
            received = b""
            while b'"content":"a"' not in received:
                received += bare.recv(65_536)
            assert b'"content":"b"' not in received

    def test_waits_do_not_drift(self) -> None:
        script = Script.answer("x" * 200, tokens=200, delay_s=0.0025)
        with serving(script) as server:
            start = time.monotonic()
            ask(server, STREAM)
            took = time.monotonic() - start
        assert took >= 0.5
        assert took < 1  # 200 sleeps that each end 2.5 ms late would take longer

    def test_the_head_of_a_script_with_a_status_does_not_wait(self) -> None:
        script = Script([Status(200), Wait(60), Delta("late")])
        with serving(script) as server, begin(server) as bare:
            assert bare.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")


class TestConnections:
    def test_one_serves_many_requests(self) -> None:
        with serving(OK) as server, connected(server) as connection:
            for body in (b"{}", STREAM, b"{}"):
                connection.request("POST", PREDICT, body)
                connection.getresponse().read()
            assert server.connections == 1
            assert [r.connection for r in server.requests] == [1, 1, 1]

    def test_small_writes_are_not_held_back(self) -> None:
        with serving(OK) as server, connected(server) as connection:
            start = time.monotonic()
            for _ in range(50):
                connection.request("POST", PREDICT, b"{}")
                connection.getresponse().read()
        assert time.monotonic() - start < 1.5  # 50 delayed ACKs of 40 ms take longer

    def test_requests_sent_at_once_are_answered_in_turn(self) -> None:
        scripts = [Script.answer("first"), Script.answer("second")]
        with serving(scripts) as server, begin(server, b"{}") as bare:
            head = f"POST {PREDICT} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            bare.sendall(
                f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            received = b""
            while piece := bare.recv(65_536):
                received += piece
        assert received.index(b"first") < received.index(b"second")

    def test_it_closes_when_the_client_asks_for_it(self) -> None:
        with serving(OK) as server, connected(server) as connection:
            connection.request("POST", PREDICT, b"{}", {"Connection": "close"})
            response = connection.getresponse()
            assert response.getheader("connection") == "close"
            response.read()
            assert response.isclosed()

    def test_it_breaks_in_the_middle_of_the_chunks(self) -> None:
        with (
            serving(Script([Delta("half"), Close()])) as server,
            pytest.raises(http.client.IncompleteRead) as caught,
        ):
            ask(server, STREAM)
        assert b'"content":"half"' in caught.value.partial

    def test_it_breaks_in_the_middle_of_a_completion(self) -> None:
        with (
            serving(Script([Delta("half"), Close()])) as server,
            pytest.raises(http.client.IncompleteRead),
        ):
            ask(server)

    def test_it_is_reset(self) -> None:
        with (
            serving(Script([Reset()])) as server,
            pytest.raises(ConnectionResetError),
        ):
            ask(server)

    def test_it_closes_before_any_byte(self) -> None:
        with (
            serving(Script([Close()])) as server,
            pytest.raises(http.client.RemoteDisconnected),
        ):
            ask(server)

    def test_bytes_that_are_no_http_come_as_they_are(self) -> None:
        with serving(Script([Raw(b"\x00junk")])) as server, begin(server) as bare:
            assert bare.recv(100) == b"\x00junk"
            assert bare.recv(100) == b""

    def test_a_dropped_idle_one_is_replaced_by_a_pool(self) -> None:
        script = Script([*OK.steps, End(), Close()])
        with serving(script) as server, httpx.Client(trust_env=False) as client:
            for _ in range(2):
                assert client.post(server.endpoint, content=b"{}").status_code == 200
                time.sleep(0.05)
            assert server.connections == 2

    def test_one_can_drop_just_when_it_is_used_again(self) -> None:
        script = Script([*OK.steps, End(), Await(), Close()])
        with serving(script) as server, httpx.Client(trust_env=False) as client:
            assert client.post(server.endpoint, content=b"{}").status_code == 200
            with pytest.raises(httpx.RemoteProtocolError):
                client.post(server.endpoint, content=b"{}")
            assert len(server.requests) == 1

    def test_a_client_that_leaves_an_endless_answer_is_noted_and_not_written_to(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with serving(Script([Status(200), Endless(b"x" * 1000)])) as server:
            for count in range(1, 6):
                with begin(server) as bare:
                    bare.recv(1)

                assert eventually(lambda c=count: len(server.hangups) == c)
        assert not caplog.messages


class TestStopping:
    def test_it_ends_open_connections_and_its_thread_at_once(self) -> None:
        server = ScriptedServer(
            Script([Delta("a"), Wait(60)]), key_id=None, public_key=b"", ocid=OCID
        )
        server.start()
        before = threading.active_count()
        with begin(server) as busy, begin(server) as other:
            busy.recv(10)
            other.recv(10)
            start = time.monotonic()
            server.stop()
            assert time.monotonic() - start < 1
            assert threading.active_count() == before - 1
            while busy.recv(65_536):
                pass
        assert server.hangups == ()

    def test_it_does_not_wait_for_a_function_that_thinks(self) -> None:
        go = threading.Event()
        with serving(lambda _: (go.wait(10), OK)[1]) as server, begin(server):
            assert eventually(lambda: server.requests)
            start = time.monotonic()
            server.stop()
            assert time.monotonic() - start < 1
            go.set()

    def test_nobody_listens_any_more(self) -> None:
        with serving(OK) as server:
            pass
        with pytest.raises(ConnectionRefusedError):
            ask(server)

    def test_a_second_stop_does_nothing(self) -> None:
        with serving(OK) as server:
            server.stop()
        server.stop()
        assert server.port

    def test_it_can_start_again(self) -> None:
        server = ScriptedServer(OK, key_id=None, public_key=b"", ocid=OCID)
        for _ in range(2):
            with server:
                assert ask(server)[0].status == 200
        assert len(server.requests) == 2

    @pytest.mark.filterwarnings("error::ResourceWarning")
    def test_it_leaves_no_socket_open(self) -> None:
        with serving(Script([Wait(60)])) as server:
            bares = [begin(server) for _ in range(3)]
            assert eventually(lambda: len(server.requests) == 3)
        for bare in bares:
            bare.close()
        gc.collect()
