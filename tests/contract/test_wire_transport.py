"""HTTP on real sockets: reuse, the ways in which no answer comes, time-outs, TLS."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ocinb.errors import (
    AnswerError,
    ConnectionFailed,
    EndpointError,
    HostNotFound,
    StreamTruncated,
    TimedOut,
)
from ocinb.local import Body, Close, Delta, Headers, Script, Status, Wait
from ocinb.wire.request import Request
from ocinb.wire.transport import Http
from tests.contract.asking import WAYS, failed, opened_and_read, request
from tests.contract.listeners import closed_port, full_listener
from tests.contract.scripted_serving import serving
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.local.scripts.server import ScriptedServer

JSON = {"content-type": "application/json"}
STREAM = b'{"stream": true}'
SAYS = Script.answer("one two three")
PIECES = Script([Delta("one"), Wait(0.05), Delta("two"), Wait(0.05), Delta("three")])
STALLS = Script([Delta("one"), Wait(60), Delta("two")])
SILENT = Script([Wait(60), Delta("one")])


def of(
    server: ScriptedServer, body: bytes = b"{}", **timeouts: float | None
) -> Request:
    return request(server.endpoint, body, **timeouts)


@pytest.fixture(params=WAYS)
def read(request: pytest.FixtureRequest) -> Callable[[Request], bytes]:
    return WAYS[request.param]


class TestAnswers:
    def test_status_reason_headers_and_body_come_back(self):
        told = Script([Status(418, "Teapot"), Headers({"X-Odd": "a"}), Body(b"tea")])
        with serving(told) as server, closing(Http()) as http:
            response = http.open(of(server))

            assert (response.status, response.reason) == (418, "Teapot")
            assert response.headers["x-odd"] == "a"
            assert response.read() == b"tea"

    def test_the_request_goes_as_it_was_given(self, read: Callable[[Request], bytes]):
        with serving(SAYS) as server:
            url = f"{server.endpoint}?a=%20b&c=d%2Fe"
            read(Request(url, {**JSON, "x-name": "Grüße"}, b'{"a": 1}'))
            received = server.requests[0]

        assert received.target.endswith("/predict?a=%20b&c=d%2Fe")
        assert received.body == b'{"a": 1}'
        assert received.headers["content-length"] == "8"
        assert received.headers["x-name"] == "Grüße"
        assert received.headers["content-type"] == "application/json"
        assert "authorization" not in received.headers

    def test_pieces_are_seen_as_they_arrive(self):
        with serving(PIECES) as server, closing(Http()) as http:
            response = http.open(of(server, STREAM))
            times = [
                time.monotonic() for piece in response.chunks if b"content" in piece
            ]

        assert times[-1] - times[0] > 0.08

    async def test_pieces_are_seen_as_they_arrive_in_async_code_too(self):
        http = Http()
        with serving(PIECES) as server:
            response = await http.aopen(of(server, STREAM))
            times = [time.monotonic() async for _ in response.chunks]
            await http.aclose()

        assert times[-1] - times[0] > 0.08

    def test_no_redirect_is_followed(self, read: Callable[[Request], bytes]):
        with serving(SAYS) as other:
            moved = Script([Status(307), Headers({"location": other.endpoint})])
            with serving(moved) as server:
                read(of(server))

                assert len(server.requests) == 1
            assert other.connections == 0


class TestReuse:
    def test_five_calls_need_one_connection(self):
        with serving(SAYS) as server, closing(Http()) as http:
            for _ in range(5):
                http.open(of(server)).read()

            assert server.connections == 1

    async def test_five_calls_of_one_loop_need_one_connection(self):
        http = Http()
        with serving(SAYS) as server:
            for _ in range(5):
                await (await http.aopen(of(server))).aread()
            await http.aclose()

            assert server.connections == 1

    def test_each_loop_has_its_own(self):
        http = Http()

        async def twice(server: ScriptedServer) -> None:
            for _ in range(2):
                await (await http.aopen(of(server))).aread()

        with serving(SAYS) as server:
            for _ in range(3):
                asyncio.run(twice(server))

            assert server.connections == 3

    def test_sync_and_async_calls_do_not_share_one(self):
        http = Http()

        async def both(server: ScriptedServer) -> None:
            http.open(of(server)).read()
            await (await http.aopen(of(server))).aread()
            http.open(of(server)).read()

        with serving(SAYS) as server, closing(http):
            asyncio.run(both(server))

            assert server.connections == 2

    def test_a_body_that_is_not_read_whole_closes_its_connection(self):
        with serving(STALLS) as server, closing(Http()) as http:
            response = http.open(of(server, STREAM))
            next(response.chunks)
            response.close()

            assert eventually(lambda: server.hangups, within_s=1)

    async def test_an_async_body_that_is_not_read_whole_closes_its_connection(self):
        http = Http()
        with serving(STALLS) as server:
            response = await http.aopen(of(server, STREAM))
            await anext(response.chunks)
            await response.aclose()

            assert await asyncio.to_thread(eventually, lambda: server.hangups, 1)
            await http.aclose()

    def test_what_is_forgotten_closes_its_connections(self):
        with serving(STALLS) as server:
            http = Http()
            response = http.open(of(server, STREAM))
            next(response.chunks)
            del http, response

            assert eventually(lambda: server.hangups, within_s=1)

    async def test_closing_twice_does_nothing(self):
        http = Http()
        http.close()
        http.close()
        await http.aclose()
        await http.aclose()


class TestNoConnection:
    def test_a_closed_port_is_named(self, read: Callable[[Request], bytes]):
        port = closed_port()
        error = failed(read, request(f"http://127.0.0.1:{port}/x/predict"))

        assert type(error) is ConnectionFailed
        assert str(error) == (
            f"cannot connect to 127.0.0.1:{port} (refused) (phase connect)"
        )

    def test_an_unknown_host_is_named_with_what_to_check(
        self, read: Callable[[Request], bytes]
    ):
        error = failed(read, request("https://no-such-host.invalid/x/predict"))

        assert type(error) is HostNotFound
        assert str(error) == (
            "host name no-such-host.invalid not found (phase connect) "
            "- check the region in the endpoint"
        )

    @pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..b", "xn--a"])
    def test_a_host_name_that_cannot_be_is_refused(
        self, host: str, read: Callable[[Request], bytes]
    ):
        error = failed(read, request(f"https://{host}/x/predict"))

        assert type(error) in {EndpointError, HostNotFound}

    def test_a_listener_that_takes_nobody_in_runs_into_the_connect_time_out(
        self, read: Callable[[Request], bytes]
    ):
        with full_listener() as port:
            url = f"http://127.0.0.1:{port}/x/predict"
            error = failed(read, request(url, connect_s=0.2))

        assert type(error) is TimedOut
        assert error.phase == "connect"
        assert error.message == (
            f"no connection to 127.0.0.1:{port} within the connect time-out of 0.2 s"
        )


class TestTimeOuts:
    def test_no_answer_at_all_runs_into_the_idle_time_out(
        self, read: Callable[[Request], bytes]
    ):
        with serving(SILENT) as server:
            error = failed(read, of(server, idle_s=0.2))

        assert type(error) is TimedOut
        assert error.phase == "headers"
        assert "no byte of an answer came within the idle time-out of 0.2 s" in str(
            error
        )

    def test_a_pause_in_the_answer_runs_into_the_idle_time_out(
        self, read: Callable[[Request], bytes]
    ):
        with serving(STALLS) as server:
            error = failed(read, of(server, STREAM, idle_s=0.2))

        assert type(error) is TimedOut
        assert error.phase == "stream"
        assert "more of the answer came within the idle time-out of 0.2 s" in str(error)

    def test_a_pause_longer_than_the_total_runs_into_the_total_time_out(
        self, read: Callable[[Request], bytes]
    ):
        with serving(STALLS) as server:
            error = failed(read, of(server, STREAM, idle_s=60, total_s=0.2))

        assert type(error) is TimedOut
        assert "took longer than the total time-out of 0.2 s" in str(error)

    def test_a_drip_runs_into_the_total_time_out_and_not_into_the_idle_one(
        self, read: Callable[[Request], bytes]
    ):
        drip = Script.answer("word " * 100, tokens=100, delay_s=0.02)
        with serving(drip) as server:
            asked = of(server, STREAM, idle_s=5, total_s=0.3)
            with pytest.raises(TimedOut) as caught:
                read(asked)

        assert caught.value.phase == "stream"
        assert "took longer than the total time-out of 0.3 s" in str(caught.value)

    def test_the_total_counts_from_the_request_on(self):
        late = Script([Wait(0.25), *Script.answer("a b c d", delay_s=0.05).steps])
        with serving(late) as server, pytest.raises(TimedOut, match="total"):
            opened_and_read(of(server, STREAM, idle_s=5, total_s=0.35))

    def test_a_drip_within_its_time_outs_is_read_to_its_end(
        self, read: Callable[[Request], bytes]
    ):
        drip = Script.answer("word " * 10, tokens=10, delay_s=0.02)
        with serving(drip) as server:
            assert b"[DONE]" in read(of(server, STREAM, idle_s=2, total_s=10))

    def test_waiting_for_a_free_connection_is_named(self):
        with serving(STALLS) as server, closing(Http(connections=1)) as http:
            first = http.open(of(server, STREAM))
            with pytest.raises(TimedOut) as caught:
                http.open(of(server, connect_s=0.2))
            first.close()

        assert "no free connection" in str(caught.value)
        assert "fewer requests at once" in caught.value.hint


class TestBroken:
    def test_a_body_shorter_than_announced_is_truncated(
        self, read: Callable[[Request], bytes]
    ):
        short = Script([Headers({"content-length": "50"}), Body(b"abc"), Close()])
        with serving(short) as server:
            error = failed(read, of(server))

        assert type(error) is StreamTruncated

    def test_a_body_over_the_limit_is_refused_and_the_server_let_go(
        self, read: Callable[[Request], bytes]
    ):
        megabyte = Body(b"x" * 1_000_000)
        with serving(Script([Headers({"a": "b"}), *[megabyte] * 100])) as server:
            with pytest.raises(AnswerError, match="longer than 67108864 bytes"):
                read(of(server))

            assert eventually(lambda: server.hangups, within_s=2)
