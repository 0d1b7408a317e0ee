"""How a trial becomes a request of a model, and what names the request for ever."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

import orjson
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import message_chunk_to_message, messages_to_dict
from langchain_core.runnables.base import RunnableBinding

from ocinb.chat_models.deployment import ChatOCIModelDeployment
from ocinb.chat_models.lane import Bodies, Lane, Timed, is_plain
from ocinb.chat_models.prepared import to_bytes
from ocinb.chat_models.timeouts import timeouts_of
from ocinb.errors import AnswerError, ParameterError, TimedOut
from ocinb.sweep.pacing.rate import ORACLE_PER_S
from ocinb.sweep.space.plan import messages_of, params_of
from ocinb.wire.endpoint import is_loopback, parse_endpoint

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from langchain_core.messages import AIMessageChunk, BaseMessage

    from ocinb.sweep.values import Trial

__all__ = ["Line", "Question", "Target", "question_of", "target_of"]

KEY_VERSION: Final = b"ocinb-trial-1"
KEY_BYTES: Final = 16

_FORMS: Final = 10_000
"""Settings whose parameters are kept prepared."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked in one request.

    Attributes:
        key: 16 bytes, BLAKE2b of endpoint, model, messages, every parameter that is
            sent, tools and repeat; the same in every process and year.
        messages: what is sent.
        params: sampling parameters of this request.
        seed: what is sent; None if none is.
    """

    key: bytes
    messages: Sequence[BaseMessage] = field(repr=False)
    params: Mapping[str, Any] = field(repr=False)
    seed: int | None = None


class Line(Protocol):
    """Asks one question at a time."""

    async def ask(self, question: Question) -> Timed:
        """Return the answer and its times; an error is the model's own."""
        ...

    async def aclose(self) -> None:
        """Close the connection."""
        ...


class Target(Protocol):
    """A model that is asked.

    Attributes:
        endpoint: where, for the record; empty if that is not known.
        name: of the model.
        most_per_s: requests a second that it is known to take.
    """

    endpoint: str
    name: str
    most_per_s: float | None

    def question(
        self,
        messages: Sequence[BaseMessage],
        params: Mapping[str, Any],
        *,
        seed: int | None = None,
        repeat: int = 0,
    ) -> Question:
        """Return a question with its key.

        Raises:
            ParameterError: it cannot be sent.
        """
        ...

    def line(self) -> Line:
        """Return a line of one's own."""
        ...


def question_of(target: Target, trial: Trial) -> Question:
    """Return what a trial asks."""
    return target.question(
        messages_of(trial), params_of(trial), seed=trial.seed, repeat=trial.repeat
    )


def target_of(model: Any, *, stream: bool, timeout: Any = None) -> Target:
    """Return how a chat model is asked.

    Parameters that were bound to it (`bind`, `bind_tools`) are sent with each request.
    One of ocinb's is asked over connections of the sweep's own, without chunks and
    callbacks; any other, and a subclass that reads answers in its own way, as LangChain
    asks it. Both give the same answers.

    Raises:
        ParameterError: it is no chat model.
    """
    bound: Any = model
    given: dict[str, Any] = {}
    while isinstance(bound, RunnableBinding):
        given = {**bound.kwargs, **given}
        bound = bound.bound
    if not isinstance(bound, BaseChatModel):
        msg = f"model must be a LangChain chat model (got {type(model).__name__})"
        raise ParameterError(msg)
    kind: Any = OwnModel if is_plain(bound) else AnyModel
    if isinstance(bound, ChatOCIModelDeployment):
        # the sweep tries again itself, at its own pace
        bound = bound.model_copy(update={"max_retries": 0})
    made: Target = kind(bound, given, stream=stream, timeout=timeout)
    return made


class OwnModel(Target):
    """One of ocinb's models, asked without LangChain in between.

    Args:
        model: is asked.
        given: parameters bound to it.
        stream: whether answers are streamed.
        timeout: as the model's own.
    """

    def __init__(
        self,
        model: ChatOCIModelDeployment,
        given: Mapping[str, Any],
        *,
        stream: bool,
        timeout: Any,
    ) -> None:
        place = parse_endpoint(model.endpoint)
        self.endpoint = place.predict_url
        self.name = model.model
        host = urlsplit(place.predict_url).hostname or ""
        self.most_per_s = None if is_loopback(host) else ORACLE_PER_S
        self._place = f"{place.predict_url}\n{place.route}".encode()
        self._model = model
        self._given = given
        self._stream = stream
        self._timeout = timeout
        self._forms: dict[tuple[bool, bytes], Bodies] = {}

    def question(
        self,
        messages: Sequence[BaseMessage],
        params: Mapping[str, Any],
        *,
        seed: int | None = None,
        repeat: int = 0,
    ) -> Question:
        """Return a question with its key."""
        body = self._form(params, stream=False).body(messages, seed)
        return Question(_key(self._place, body, repeat), messages, params, seed)

    def body(self, question: Question) -> bytes:
        """Return the bytes that are sent."""
        form = self._form(question.params, stream=self._stream)
        return to_bytes(form.body(question.messages, question.seed))

    def line(self) -> Line:
        """Return a line of one's own."""
        lane = Lane(self._model, stream=self._stream, timeout=self._timeout)
        return _OwnLine(self, lane)

    def _form(self, params: Mapping[str, Any], *, stream: bool) -> Bodies:
        place = stream, orjson.dumps(params)
        form = self._forms.get(place)
        if form is None:
            if len(self._forms) >= _FORMS:
                self._forms.clear()
            form = Bodies(self._model, {**self._given, **params}, stream=stream)
            self._forms[place] = form
        return form


class _OwnLine(Line):
    def __init__(self, target: OwnModel, lane: Lane) -> None:
        self._target = target
        self._lane = lane

    async def ask(self, question: Question) -> Timed:
        return await self._lane.ask(self._target.body(question))

    async def aclose(self) -> None:
        await self._lane.aclose()


class AnyModel(Target, Line):
    """Any chat model, asked through LangChain; its calls need no line of their own.

    Args:
        model: is asked.
        given: parameters bound to it.
        stream: whether answers are streamed.
        timeout: seconds that an answer may take; None is as long as the model lets it.

    Raises:
        ParameterError: the time-out is no number above 0.
    """

    most_per_s = ORACLE_PER_S

    def __init__(
        self,
        model: BaseChatModel,
        given: Mapping[str, Any],
        *,
        stream: bool,
        timeout: Any,
    ) -> None:
        self.endpoint = str(getattr(model, "endpoint", "") or "")
        named = getattr(model, "model_name", None) or getattr(model, "model", None)
        self.name = str(named or type(model).__name__)
        self._model = model
        self._given = given
        self._stream = stream
        times = timeouts_of(timeout, stream=False)
        self._timeout_s = None if timeout is None else times.total_s

    def question(
        self,
        messages: Sequence[BaseMessage],
        params: Mapping[str, Any],
        *,
        seed: int | None = None,
        repeat: int = 0,
    ) -> Question:
        """Return a question with its key."""
        own = self._model._get_llm_string(**{**self._given, **params})  # noqa: SLF001 - what LangChain's own cache names a call by
        body = {"messages": messages_to_dict(messages), "seed": seed}
        return Question(_key(own.encode(), body, repeat), messages, params, seed)

    def line(self) -> Line:
        """Return a line of one's own."""
        return self

    async def ask(self, question: Question) -> Timed:
        """Return the answer and its times."""
        params = {**self._given, **question.params}
        if question.seed is not None:
            params["seed"] = question.seed
        try:
            return await asyncio.wait_for(
                self._asked(question.messages, params), self._timeout_s
            )
        except asyncio.TimeoutError as error:
            if self._timeout_s is None:
                raise  # the model's own
            msg = f"no whole answer within the time-out of {self._timeout_s:g} s"
            raise TimedOut(msg, phase="answer") from error

    async def _asked(
        self, messages: Sequence[BaseMessage], params: Mapping[str, Any]
    ) -> Timed:
        begun_s = time.monotonic()
        if not self._stream:
            whole: Any = await self._model.ainvoke(list(messages), **params)
            return Timed(whole, begun_s, None, None, time.monotonic(), 0)
        merged: Any = None
        first_s = last_s = None
        events = 0
        async with aclosing(self._chunks(messages, params)) as chunks:
            async for chunk in chunks:
                merged = chunk if merged is None else merged + chunk
                if _has_content(chunk):
                    events += 1
                    last_s = time.monotonic()
                    first_s = first_s or last_s
        if merged is None:
            msg = "the model returned no chunk"
            raise AnswerError(msg, phase="stream")
        message: Any = message_chunk_to_message(merged)
        return Timed(message, begun_s, first_s, last_s, time.monotonic(), events)

    async def _chunks(
        self, messages: Sequence[BaseMessage], params: Mapping[str, Any]
    ) -> AsyncGenerator[AIMessageChunk]:
        async for chunk in self._model.astream(list(messages), **params):
            yield chunk

    async def aclose(self) -> None:
        """Do nothing: the model's connections are its own."""


def _has_content(chunk: AIMessageChunk) -> bool:
    extras = chunk.additional_kwargs
    return bool(
        chunk.content or chunk.tool_call_chunks or extras.get("reasoning_content")
    )


def _key(place: bytes, body: Mapping[str, Any], repeat: int) -> bytes:
    digest = blake2b(KEY_VERSION, digest_size=KEY_BYTES)
    options = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY
    try:
        said = orjson.dumps(body, option=options)
    except TypeError:
        to_bytes(body)  # says what cannot be sent, and where
        raise
    for part in (place, said, str(repeat).encode()):
        digest.update(b"\0%d\0" % len(part))
        digest.update(part)
    return digest.digest()
