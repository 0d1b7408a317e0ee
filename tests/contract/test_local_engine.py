"""How the gateway's side of llama.cpp takes a server that fails."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.local.gateway.backend import Asked, LlamaBackend, Plain, Stream
from ocinb.local.gateway.engine import CHAT, Engine
from ocinb.local.gateway.llama import LlamaServer
from ocinb.local.vllm.refusal import Invalid
from ocinb.local.vllm.rules import ModelFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

FACTS = ModelFacts("odsc-llm", 100, 1000)
TOKEN = {"choices": [{"delta": {"content": "a"}}], "timings": {"predicted_n": 1}}
ROLE = {"choices": [{"delta": {"role": "assistant", "content": None}}]}
ERROR = {"error": {"code": 500, "message": "out of memory", "type": "server_error"}}


class Llama(ThreadingHTTPServer):
    """A server that answers each path with a status and bytes that a test sets."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[dict[str, Any]] = []
        self.missing_in_streams = 0
        self.says(f"{CHAT}/input_tokens", 200, {"input_tokens": 5})

    def says(self, path: str, status: int, *payloads: dict[str, Any]) -> None:
        self.answers[path] = (
            status,
            b"".join(json.dumps(p).encode() for p in payloads),
        )

    def streams(self, *payloads: dict[str, Any]) -> None:
        events = [b"data: " + json.dumps(p).encode() + b"\n\n" for p in payloads]
        self.answers[CHAT] = (200, b"".join(events))


class _Answers(BaseHTTPRequestHandler):
    server: Llama

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(json.loads(raw))
        status, body = self.server.answers[self.path]
        self.send_response(status)
        missing = self.server.missing_in_streams if self.path == CHAT else 0
        self.send_header("content-length", str(len(body) + missing))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def llama() -> Iterator[Llama]:
    with Llama() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def engine_of(port: int) -> Engine:
    return Engine(LlamaServer(f"http://127.0.0.1:{port}", "key", "1", 1000, None))


async def ask(llama: Llama, **fields: Any) -> Plain | Stream:
    backend = LlamaBackend(engine_of(llama.server_port), FACTS, "engine")
    body = {"messages": [{"role": "user", "content": "hi"}], **fields}
    return await backend.answer(
        Asked("POST", CHAT, "application/json", json.dumps(body).encode())
    )


async def error_of(llama: Llama, **fields: Any) -> tuple[int, dict[str, Any]]:
    answer = await ask(llama, **fields)
    assert isinstance(answer, Plain)
    error: dict[str, Any] = json.loads(answer.body)["error"]
    return answer.status, error


async def events_of(llama: Llama) -> list[Any]:
    answer = await ask(llama, stream=True)
    assert isinstance(answer, Stream)
    raw = answer.first + b"".join([part async for part in answer.rest])
    lines = raw.decode().split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-2]]


async def test_its_refusal_is_told_as_vllm_tells_its_own(llama: Llama):
    llama.says(CHAT, 400, {"error": {"code": 400, "message": "bad grammar"}})
    status, error = await error_of(llama)

    assert status == 400
    assert (error["type"], error["message"]) == ("BadRequestError", "bad grammar")


async def test_its_own_fault_is_an_internal_error(llama: Llama):
    llama.says(CHAT, 500, ERROR)
    status, error = await error_of(llama)

    assert (status, error["type"]) == (500, "InternalServerError")


async def test_messages_it_stumbles_over_are_the_requests_fault(llama: Llama):
    llama.says(f"{CHAT}/input_tokens", 500, ERROR)

    assert (await error_of(llama))[0] == 400


async def test_while_it_loads_nothing_is_available(llama: Llama):
    loading = {"error": {"code": 503, "message": "Loading model"}}
    llama.says(f"{CHAT}/input_tokens", 503, loading)

    assert (await error_of(llama))[0] == 503


@pytest.mark.parametrize("stream", [False, True])
async def test_an_error_before_the_first_token_has_its_status(
    llama: Llama, stream: object
):
    llama.says(CHAT, 400, {"error": {"code": 400, "message": "no"}})

    assert (await error_of(llama, stream=stream))[0] == 400


async def test_an_error_in_the_stream_is_an_event_of_it(llama: Llama):
    llama.streams(ROLE, TOKEN, ERROR)
    events = await events_of(llama)

    assert events[1]["choices"][0]["delta"] == {"content": "a"}
    assert events[-1]["error"]["message"] == "out of memory"


async def test_a_stream_that_only_fails_is_no_stream(llama: Llama):
    llama.streams(ROLE, ERROR)

    assert (await error_of(llama, stream=True))[0] == 500


async def test_a_stream_that_breaks_off_ends_with_an_error(llama: Llama):
    llama.streams(ROLE, TOKEN)
    llama.missing_in_streams = 10
    events = await events_of(llama)

    assert events[1]["choices"][0]["delta"] == {"content": "a"}
    assert "does not answer" in events[-1]["error"]["message"]


async def test_a_server_that_is_gone_is_told(llama: Llama):
    llama.says(CHAT, 200)
    engine = engine_of(1)

    with pytest.raises(Invalid, match="does not answer") as caught:
        await engine.count_text("x")
    assert caught.value.problem.status == 503


async def test_each_grammar_is_tried_once(llama: Llama):
    llama.says("/completion", 200, {"content": "@"})
    engine = engine_of(llama.server_port)
    grammar = '%llguidance {}\nstart: "a"'

    assert [await engine.compiles(grammar) for _ in range(3)] == [True] * 3
    assert len(llama.asked) == 1


async def test_old_grammars_are_forgotten(llama: Llama):
    llama.says("/completion", 200, {"content": "x"})
    engine = engine_of(llama.server_port)
    for number in range(258):
        assert not await engine.compiles(f'%llguidance {{}}\nstart: "{number}"')

    assert len(engine._compiles) == 256
