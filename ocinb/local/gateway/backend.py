"""What stands behind the gateway: a model that is asked as vLLM would be."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from ocinb.local.gateway.engine import CHAT, COMPLETIONS, Job
from ocinb.local.vllm.answer import DONE, Envelope, Tally, as_event, encode
from ocinb.local.vllm.chat_answer import ChatAnswer
from ocinb.local.vllm.completion_answer import CompletionAnswer
from ocinb.local.vllm.constraint import constraint_of, json_grammar
from ocinb.local.vllm.merge import gathered, merged
from ocinb.local.vllm.piece import LastToken
from ocinb.local.vllm.refusal import Invalid, bad_request
from ocinb.local.vllm.request_body import ChatBody, CompletionBody, parse, read_json
from ocinb.local.vllm.rules import check, check_length, output_tokens
from ocinb.local.vllm.tool_choice import forced_call
from ocinb.local.vllm.translate import (
    chat_for_llama,
    completion_for_llama,
    prompt_for_llama,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from ocinb.local.gateway.engine import Engine
    from ocinb.local.vllm.answer import Answer
    from ocinb.local.vllm.piece import Piece
    from ocinb.local.vllm.request_body import SamplingBody
    from ocinb.local.vllm.rules import ModelFacts
    from ocinb.local.vllm.tool_choice import ForcedCall

__all__ = ["Asked", "Backend", "LlamaBackend", "Plain", "Stream"]

EVENT_STREAM: Final = "text/event-stream; charset=utf-8"
JSON: Final = "application/json"


@dataclass(frozen=True)
class Asked:
    """A request as the model server gets it from Oracle's gateway.

    Attributes:
        method: the HTTP verb.
        route: path at the model server.
        content_type: of the body.
        body: bytes of the body.
    """

    method: str
    route: str
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Plain:
    """A whole answer."""

    status: int
    body: bytes
    content_type: str = JSON


@dataclass(frozen=True)
class Stream:
    """An answer whose bytes come bit by bit, the first ones already here.

    Closing the generator ends the work behind it.
    """

    first: bytes
    rest: AsyncGenerator[bytes, None]
    content_type: str = EVENT_STREAM


class Backend(Protocol):
    """Answers requests as a model server does."""

    async def answer(self, asked: Asked) -> Plain | Stream:
        """Answer one request; cancelling it ends the work behind it."""
        ...


class LlamaBackend:
    """llama.cpp's server made to speak vLLM.

    Args:
        engine: the server.
        facts: of its model.
        fingerprint: what answers say made them.
    """

    def __init__(self, engine: Engine, facts: ModelFacts, fingerprint: str) -> None:
        self._engine = engine
        self._facts = facts
        self._fingerprint = fingerprint
        self._created = int(time.time())

    async def answer(self, asked: Asked) -> Plain | Stream:
        """Answer one request as vLLM does."""
        try:
            if asked.method == "GET":
                return Plain(200, encode(self._get(asked.route)))
            if asked.route == CHAT:
                return await self._chat(parse(self._json(asked), ChatBody))
            return await self._complete(parse(self._json(asked), CompletionBody))
        except Invalid as refused:
            return Plain(refused.problem.status, refused.problem.body)

    def _json(self, asked: Asked) -> dict[str, Any]:
        return read_json(asked.body, asked.content_type)

    def _get(self, route: str) -> dict[str, Any]:
        if route != "/v1/models":
            return {}
        model = {
            "id": self._facts.name,
            "object": "model",
            "created": self._created,
            "owned_by": "ocinb",
            "root": self._facts.name,
            "parent": None,
            "max_model_len": self._facts.context_length,
            "permission": [],
        }
        return {"object": "list", "data": [model]}

    async def _chat(self, body: ChatBody) -> Plain | Stream:
        check(body, self._facts)
        tokens = await self._engine.count_chat(prompt_for_llama(body))
        check_length(tokens, body, self._facts)
        forced = await self._forced(body)
        grammar = json_grammar(forced.schema) if forced else await self._grammar(body)
        limit = output_tokens(tokens, body, self._facts)
        context = self._facts.context_length
        jobs = []
        for choice in range(body.n or 1):
            made = chat_for_llama(
                body, choice=choice, limit=limit, context=context, grammar=grammar
            )
            jobs.append(Job(CHAT, made, tokens, limit))
        tally = Tally.for_request(body, tokens)
        answer = ChatAnswer(body, self._envelope("chatcmpl", body), tally, forced)
        return await self._run(body, answer, jobs)

    async def _complete(self, body: CompletionBody) -> Plain | Stream:
        check(body, self._facts)
        grammar = await self._grammar(body)
        jobs, total, context = [], 0, self._facts.context_length
        for prompt in body.prompts:
            tokens = await self._count(prompt)
            total += tokens
            check_length(tokens, body, self._facts)
            limit = output_tokens(tokens, body, self._facts)
            for choice in range(body.n or 1):
                made = completion_for_llama(
                    body,
                    prompt,
                    choice=choice,
                    limit=limit,
                    context=context,
                    grammar=grammar,
                )
                jobs.append(Job(COMPLETIONS, made, tokens, limit))
        tally = Tally.for_request(body, total)
        answer = CompletionAnswer(body, self._envelope("cmpl", body), tally)
        return await self._run(body, answer, jobs)

    async def _count(self, prompt: str | list[int]) -> int:
        if isinstance(prompt, str):
            return await self._engine.count_text(prompt)
        return len(prompt)

    def _envelope(self, kind: str, body: SamplingBody) -> Envelope:
        return Envelope.make(
            kind,
            body,
            created=time.time(),
            model=self._facts.name,
            engine=self._fingerprint,
        )

    async def _forced(self, body: ChatBody) -> ForcedCall | None:
        forced = forced_call(body)
        if forced is None or await self._engine.compiles(json_grammar(forced.schema)):
            return forced
        return forced_call(body, strict=False)

    async def _grammar(self, body: SamplingBody) -> str | None:
        grammar = constraint_of(body)
        if grammar is not None and not await self._engine.compiles(grammar):
            message = f"Grammar error: this cannot be compiled: {grammar[:300]}"
            raise bad_request(message)
        return grammar

    async def _run(
        self, body: SamplingBody, answer: Answer, jobs: Sequence[Job]
    ) -> Plain | Stream:
        if not body.stream:
            return Plain(200, encode(answer.whole(await self._pieces(body, jobs))))
        pieces_of = [self._engine.stream(job) for job in jobs]
        events = _events(answer, pieces_of, [job.limit for job in jobs])
        # An error before the first token still has a status of its own.
        return Stream(await anext(events), events)

    async def _pieces(self, body: SamplingBody, jobs: Sequence[Job]) -> list[Piece]:
        if body.seed is None:
            return await gathered([self._engine.whole(job) for job in jobs])
        # One after the other: computed together, their numbers differ from run to run.
        return [await self._engine.whole(job) for job in jobs]


async def _events(
    answer: Answer,
    streams: Sequence[AsyncGenerator[Piece, None]],
    limits: Sequence[int],
) -> AsyncGenerator[bytes, None]:
    last_tokens = [LastToken(limit) for limit in limits]
    opened = False
    try:
        async with aclosing(merged(streams)) as pieces:
            async for choice, piece in pieces:
                payloads = [] if opened else list(answer.opening())
                opened = True
                for ready in last_tokens[choice].feed(piece):
                    payloads += answer.chunks(choice, ready)
                for payload in payloads:
                    yield as_event(payload)
        for payload in answer.closing():
            yield as_event(payload)
    except Invalid as broken:
        if not opened:
            raise
        yield as_event(broken.problem.payload)
    yield DONE
