"""Every named fault, as an HTTP client meets it on a real socket."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ocinb.local.scripts.faults import FAULTS, HALF, TEXT, fault
from ocinb.local.scripts.server import ScriptedServer
from ocinb.wire.sse import Decoder

if TYPE_CHECKING:
    from collections.abc import Iterator

OCID = "ocid1.datasciencemodeldeployment.oc1.local.test"
PATIENCE_S = 0.3
QUICK = {"big_line": 1, "drip": 0.001, "long": 50}

BREAKS: dict[str, type[httpx.TransportError]] = {
    "accept_close": httpx.RemoteProtocolError,
    "accept_rst": httpx.ReadError,
    "slow_headers": httpx.ReadTimeout,
    "garbage": httpx.RemoteProtocolError,
    "stall": httpx.ReadTimeout,
    "truncated_chunked": httpx.RemoteProtocolError,
    "truncated_length": httpx.RemoteProtocolError,
    "rst_mid": httpx.ReadError,
}
"""What ends an answer that does not end by itself."""

LEGAL = [
    f.name
    for f in FAULTS.values()
    if f.group in {"good", "sse"}
    and f.name not in {"endless_line", "gzip_bad", "json_for_stream", "big_line"}
]
"""Faults that are a stream which a good reader reads to its end."""


@contextmanager
def streaming(name: str) -> Iterator[httpx.Response]:
    """Ask for a stream, up to the first byte of its body."""
    scripts = fault(name, QUICK.get(name))
    server = ScriptedServer(scripts, key_id=None, public_key=b"", ocid=OCID)
    with server, httpx.Client(timeout=PATIENCE_S, trust_env=False) as client:
        asked = {"stream": True, "stream_options": {"include_usage": True}}
        with client.stream("POST", server.endpoint, json=asked) as response:
            yield response


def read(response: httpx.Response) -> Iterator[str]:
    """Read a stream and return its text, piece by piece."""
    decoder = Decoder()
    for piece in response.iter_bytes():
        yield from texts(decoder.feed(piece))
    yield from texts(decoder.close())


def texts(events: list[Any]) -> Iterator[str]:
    for event in events:
        if event.data.startswith(('{"id"', "{\n")) and event.data.endswith("}"):
            for choice in json.loads(event.data)["choices"]:
                yield choice["delta"].get("content") or ""


@pytest.mark.parametrize("name", LEGAL)
def test_a_legal_stream_is_read_to_its_end(name: str) -> None:
    with streaming(name) as response:
        text = "".join(read(response)).removesuffix(" and more")
    expected = FAULTS[name].text
    assert text == ("word " * 50 if expected is None else expected)


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_answer_ends_in_an_error_after_its_text(name: str) -> None:
    pieces: list[str] = []
    with pytest.raises(BREAKS[name]), streaming(name) as response:  # noqa: PT012 - the pieces before the error count
        for text in read(response):
            pieces.append(text)  # noqa: PERF402 - a list comprehension would lose them
    expected = HALF if FAULTS[name].group == "stream" else ""
    assert "".join(pieces) == expected


@pytest.mark.parametrize(
    "name",
    [
        f.name
        for f in FAULTS.values()
        if f.group == "stream" and f.name not in {*BREAKS, "error_first"}
    ],
)
def test_a_stream_with_a_fault_in_it_ends_cleanly_after_its_text(name: str) -> None:
    with streaming(name) as response:
        assert "".join(read(response)) == FAULTS[name].text


@pytest.mark.parametrize(
    "name", [f.name for f in FAULTS.values() if f.group in {"status", "redirect"}]
)
def test_an_answer_with_a_status_comes_whole(name: str) -> None:
    with streaming(name) as response:
        response.read()
    told = {
        "429": 429, "html": 502, "html200": 200, "empty": 200, "error_ansi": 400,
        "401_then_ok": 401, "redirect_loop": 308,
        "vllm_404": 404, "vllm_400": 400, "vllm_400_old": 400,
    }  # fmt: skip
    usual = 307 if FAULTS[name].group == "redirect" else name
    assert response.status_code == int(told.get(name, usual))


@pytest.mark.parametrize(
    "name", [f.name for f in FAULTS.values() if f.group in {"shape", "tools"}]
)
def test_an_answer_with_an_odd_shape_comes_whole(name: str) -> None:
    with streaming(name) as response:
        assert response.status_code == 200
        assert response.read()


def test_compressed_events_arrive_one_by_one() -> None:
    with streaming("gzip") as response:
        assert len([text for text in read(response) if text]) > 5


def test_bytes_that_only_claim_to_be_compressed_are_no_gzip() -> None:
    with streaming("gzip_bad") as response, pytest.raises(httpx.DecodingError):
        response.read()


def test_a_plain_completion_comes_where_a_stream_was_asked_for() -> None:
    with streaming("json_for_stream") as response:
        answer = json.loads(response.read())
    assert response.headers["content-type"] == "application/json"
    assert answer["choices"][0]["message"]["content"] == TEXT


def test_an_endless_line_goes_on_until_the_client_has_enough() -> None:
    with streaming("endless_line") as response:
        size = 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > 10_000_000:
                break
    assert size > 10_000_000


def test_a_big_line_comes_in_one_event() -> None:
    with streaming("big_line") as response:
        (text,) = (text for text in read(response) if text)
    assert text == "x" * 1_000_000


def test_a_huge_header_is_really_sent() -> None:
    with streaming("huge_header") as response:
        assert len(response.headers["x-huge"]) == 100_000


def test_a_second_attempt_is_let_in() -> None:
    scripts = fault("401_then_ok")
    with ScriptedServer(scripts, key_id=None, public_key=b"", ocid=OCID) as server:
        codes = [httpx.post(server.endpoint, json={}).status_code for _ in range(3)]
    assert codes == [401, 200, 200]
