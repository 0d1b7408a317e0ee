"""Talking to llama.cpp's server over loopback: count, check, generate."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ocinb.errors import OcinbError
from ocinb.local.gateway.pool import TokenPool
from ocinb.local.vllm.constraint import SENTINEL, probe_of
from ocinb.local.vllm.piece import read_chunk, read_whole
from ocinb.local.vllm.refusal import Invalid, Problem, bad_request
from ocinb.wire.sse import Decoder
from ocinb.wire.transport import Http, Request, Timeouts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping

    from ocinb.local.gateway.llama import LlamaServer
    from ocinb.local.vllm.piece import Piece
    from ocinb.wire.transport import AsyncResponse

__all__ = ["Engine", "Job"]


class Job(NamedTuple):
    """One answer that llama.cpp's server shall generate.

    Attributes:
        path: at its HTTP interface.
        body: of the request.
        prompt_tokens: tokens of the prompt.
        limit: tokens to generate at most.
    """

    path: str
    body: dict[str, Any]
    prompt_tokens: int
    limit: int


CHAT: Final = "/v1/chat/completions"
COMPLETIONS: Final = "/v1/completions"

_AT_ONCE: Final = 32
_SET_ASIDE_TOKENS: Final = 64
"""For trying grammars, which does not wait for room."""

_PROBES_KEPT: Final = 256
_OWN_ERROR: Final = 500
_PATIENT: Final = Timeouts(connect_s=5, idle_s=None, total_s=None)


class Engine:
    """llama.cpp's server, seen through its HTTP interface.

    Args:
        server: where it listens; kept, since it ends when nobody holds it.
    """

    def __init__(self, server: LlamaServer) -> None:
        self._server = server
        self._headers = {
            "authorization": f"Bearer {server.key}",
            "content-type": "application/json",
            # It drops kept-alive connections unasked, and a new one is cheap here.
            "connection": "close",
        }
        self._http = Http(connections=2 * _AT_ONCE)
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._pool = TokenPool(server.tokens - _SET_ASIDE_TOKENS)
        self._compiles: dict[str, bool] = {}

    async def model(self) -> Mapping[str, Any]:
        """Return what the server says of its model: vocabulary, context, size."""
        answer = await self._ask("/v1/models", None)
        meta: Mapping[str, Any] = answer["data"][0]["meta"]
        return meta

    async def count_chat(self, prompt: Mapping[str, Any]) -> int:
        """Return how many tokens the prompt of a chat request has.

        Raises:
            Invalid: the chat template does not take these messages.
        """
        try:
            answer = await self._ask(f"{CHAT}/input_tokens", prompt)
        except Invalid as refused:
            if refused.problem.status != _OWN_ERROR:
                raise
            # Messages it cannot read are the request's fault, not the server's.
            raise bad_request(refused.problem.message) from refused
        return int(answer["input_tokens"])

    async def count_text(self, text: str) -> int:
        """Return how many tokens a text has as a prompt."""
        asked = {"content": text, "add_special": True, "parse_special": True}
        return len((await self._ask("/tokenize", asked))["tokens"])

    async def compiles(self, grammar: str) -> bool:
        """Tell whether a grammar can be followed; llama.cpp ignores it otherwise."""
        probe = probe_of(grammar)
        if probe is None:
            return True
        if grammar not in self._compiles:
            asked = {"prompt": "a", "n_predict": 1, "temperature": 0, "grammar": probe}
            said = (await self._ask("/completion", asked))["content"]
            if len(self._compiles) >= _PROBES_KEPT:
                self._compiles.pop(next(iter(self._compiles)))
            self._compiles[grammar] = said.startswith(SENTINEL[0])
        return self._compiles[grammar]

    async def whole(self, job: Job) -> Piece:
        """Generate an answer and return it when it is complete."""
        async with self._room_for(job):
            return read_whole(await self._ask(job.path, job.body))

    async def stream(self, job: Job) -> AsyncGenerator[Piece, None]:
        """Generate an answer and yield its pieces as they come.

        Ending the iteration early makes the server stop generating.
        """
        async with self._room_for(job), self._open(job.path, job.body) as response:
            decoder = Decoder()
            async for raw in response.chunks:
                for event in decoder.feed(raw):
                    if event.data == "[DONE]":
                        continue
                    piece = read_chunk(_checked(json.loads(event.data), 200))
                    if piece is not None and not piece.is_empty:
                        yield piece

    @asynccontextmanager
    async def _room_for(self, job: Job) -> AsyncIterator[None]:
        tokens = job.prompt_tokens + job.limit
        async with self._slots, self._pool.room_for(tokens):
            yield

    async def _ask(self, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        async with self._open(path, body) as response:
            answer: dict[str, Any] = json.loads(await response.aread())
            return answer

    @asynccontextmanager
    async def _open(
        self, path: str, body: Mapping[str, Any] | None
    ) -> AsyncIterator[AsyncResponse]:
        request = Request(
            self._server.url + path,
            self._headers,
            b"" if body is None else json.dumps(body).encode(),
            _PATIENT,
            "GET" if body is None else "POST",
        )
        try:
            response = await self._http.aopen(request)
        except OcinbError as error:
            raise _not_answering(error) from error
        try:
            if response.status != 200:  # noqa: PLR2004 - HTTP's OK
                _checked(json.loads(await response.aread()), response.status)
            yield response
        except OcinbError as error:
            raise _not_answering(error) from error
        finally:
            await response.aclose()


def _checked(payload: dict[str, Any], status: int) -> dict[str, Any]:
    """Return the payload, or say its error the way vLLM would."""
    error = payload.get("error")
    if error is None:
        return payload
    message = str(error.get("message", error))
    code = int(error.get("code") or status)
    if code < _OWN_ERROR:
        raise bad_request(message)
    raise Invalid(Problem(code, message, "InternalServerError"))


def _not_answering(error: OcinbError) -> Invalid:
    message = f"the model behind the local deployment does not answer: {error.message}"
    return Invalid(Problem(503, message, "ServiceUnavailableError"))
