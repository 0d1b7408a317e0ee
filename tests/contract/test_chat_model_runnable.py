"""Every way of LangChain to ask a model, over real HTTP."""

from __future__ import annotations

import asyncio
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompt_values import StringPromptValue
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import (
    ConfigurableField,
    RunnableParallel,
    RunnablePassthrough,
)

from ocinb.errors import OcinbError, RateLimited
from ocinb.local import Script
from tests.contract.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

TEXT = "one two three"
SAYS = Script.answer(TEXT)
BUSY = Script.error(429, code="TooManyRequests", message="busy")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


def prompts(model: Any) -> Any:
    return (
        ChatPromptTemplate.from_messages([("user", "{x}")]) | model | StrOutputParser()
    )


async def _gathered(stream: Any) -> list[Any]:
    return [item async for item in stream]


async def _one(item: Any) -> AsyncIterator[Any]:
    yield item


def _events(model: Any, version: str = "v2") -> str:
    events = asyncio.run(_gathered(model.astream_events("hello", version=version)))
    kinds = [event["event"] for event in events]
    assert kinds[0] == "on_chat_model_start"
    assert kinds[-1] == "on_chat_model_end"
    chunks = [
        e["data"]["chunk"] for e in events if e["event"] == "on_chat_model_stream"
    ]
    return "".join(chunk.text for chunk in chunks)


def _content_events(model: Any) -> str:
    return _texts(model.stream_events("hello", version="v3"))


def _acontent_events(model: Any) -> str:
    async def gathered() -> list[Any]:
        return await _gathered(await model.astream_events("hello", version="v3"))

    return _texts(asyncio.run(gathered()))


def _texts(events: Iterable[Any]) -> str:
    deltas = [e["delta"] for e in events if e["event"] == "content-block-delta"]
    return "".join(delta.get("text", "") for delta in deltas)


def _log(model: Any) -> str:
    log = asyncio.run(_gathered(model.astream_log("hello")))
    return str(sum(log[1:], log[0]).state["final_output"].text)


def _listened(model: Any) -> str:
    ended: list[Any] = []
    model.with_listeners(on_start=ended.append, on_end=ended.append).invoke("hello")
    start, end = ended
    assert start.id == end.id
    return str(end.outputs["generations"][0][0]["text"])


def _alistened(model: Any) -> str:
    ended: list[Any] = []

    async def note(run: Any) -> None:
        await asyncio.sleep(0)
        ended.append(run)

    listening = model.with_alisteners(on_start=note, on_end=note)
    message = asyncio.run(listening.ainvoke("hello"))
    assert len(ended) == 2
    return str(message.text)


WAYS: dict[str, Callable[[Any], str]] = {
    "invoke": lambda m: m.invoke("hello").text,
    "ainvoke": lambda m: asyncio.run(m.ainvoke("hello")).text,
    "stream": lambda m: "".join(chunk.text for chunk in m.stream("hello")),
    "astream": lambda m: "".join(
        chunk.text for chunk in asyncio.run(_gathered(m.astream("hello")))
    ),
    "batch": lambda m: m.batch(["hello"])[0].text,
    "abatch": lambda m: asyncio.run(m.abatch(["hello"]))[0].text,
    "batch_as_completed": lambda m: next(m.batch_as_completed(["hello"]))[1].text,
    "abatch_as_completed": lambda m: (
        asyncio.run(_gathered(m.abatch_as_completed(["hello"])))[0][1].text
    ),
    "astream_events": _events,
    "transform": lambda m: "".join(c.text for c in m.transform(iter(["hello"]))),
    "generate": lambda m: m.generate([[HumanMessage("hello")]]).generations[0][0].text,
    "agenerate": lambda m: (
        asyncio.run(m.agenerate([[HumanMessage("hello")]])).generations[0][0].text
    ),
    "bind": lambda m: m.bind(top_k=5).invoke("hello").text,
    "with_config": lambda m: m.with_config(tags=["a"]).invoke("hello").text,
    "with_retry": lambda m: m.with_retry().invoke("hello").text,
    "with_fallbacks": lambda m: m.with_fallbacks([m]).invoke("hello").text,
    "configurable_fields": lambda m: (
        m.configurable_fields(temperature=ConfigurableField(id="t"))
        .invoke("hello", {"configurable": {"t": 0.9}})
        .text
    ),
    "chosen alternative": lambda m: (
        m.model_copy(update={"model": "other"})
        .configurable_alternatives(ConfigurableField(id="which"), this=m)
        .with_config(configurable={"which": "this"})
        .invoke("hello")
        .text
    ),
    "with_listeners": _listened,
    "with_alisteners": _alistened,
    "with_types": lambda m: m.with_types(input_type=str).invoke("hello").text,
    "astream_events v1": lambda m: _events(m, "v1"),
    "stream_events v3": _content_events,
    "astream_events v3": _acontent_events,
    "astream_log": _log,
    "atransform": lambda m: "".join(
        c.text for c in asyncio.run(_gathered(m.atransform(_one("hello"))))
    ),
    "generate_prompt": lambda m: (
        m.generate_prompt([StringPromptValue(text="hello")]).generations[0][0].text
    ),
    "agenerate_prompt": lambda m: (
        asyncio.run(m.agenerate_prompt([StringPromptValue(text="hello")]))
        .generations[0][0]
        .text
    ),
    "map": lambda m: m.map().invoke(["hello"])[0].text,
    "pipe": lambda m: m.pipe(StrOutputParser()).invoke("hello"),
    "assign": lambda m: (
        RunnablePassthrough.assign(answer=itemgetter("x") | m)
        .invoke({"x": "hello"})["answer"]
        .text
    ),
    "pick": lambda m: (
        RunnableParallel(answer=m, other=len).pick("answer").invoke("hello").text
    ),
    "as_tool": lambda m: (
        prompts(m).as_tool(name="ask", description="Ask.").invoke({"x": "hello"})
    ),
    "call": lambda m: m([HumanMessage("hello")]).text,
    "chain": lambda m: prompts(m).invoke({"x": "hello"}),
    "streamed chain": lambda m: "".join(prompts(m).stream({"x": "hello"})),
}


@pytest.mark.filterwarnings("ignore:astream_(log|events version=.v1.) is deprecated")
@pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning")
@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_ask_gets_the_answer(way: str, stage: Stage):
    with stage.playing(SAYS) as model:
        assert WAYS[way](model) == TEXT


class TestUsage:
    @pytest.mark.parametrize("streaming", [False, True])
    def test_it_is_counted_whether_streamed_or_not(
        self, *, streaming: bool, stage: Stage
    ):
        with stage.playing(SAYS, streaming=streaming) as model:
            usage = model.invoke("hello").usage_metadata

        assert usage == {"input_tokens": 12, "output_tokens": 3, "total_tokens": 15}

    def test_a_user_may_switch_it_off(self, stage: Stage):
        options = {"include_usage": False}
        with stage.playing(SAYS, stream_options=options) as model:
            chunks = list(model.stream("hello"))

        assert all(chunk.usage_metadata is None for chunk in chunks)


class Listener(BaseCallbackHandler):
    """Notes what LangChain tells a callback."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.errors: list[BaseException] = []
        self.ended: list[Any] = []

    def on_llm_new_token(self, token: str, **_: Any) -> None:
        self.tokens.append(token)

    def on_llm_error(self, error: BaseException, **_: Any) -> None:
        self.errors.append(error)

    def on_llm_end(self, response: Any, **_: Any) -> None:
        self.ended.append(response)


class TestCallbacks:
    def test_they_hear_each_token_and_the_end(self, stage: Stage):
        listener = Listener()
        with stage.playing(SAYS) as model:
            list(model.stream("hello", {"callbacks": [listener]}))

        assert "".join(listener.tokens) == TEXT
        assert len(listener.ended) == 1

    def test_they_hear_an_error_with_the_text_so_far(self, stage: Stage):
        cut = Script(SAYS.steps[:2])
        listener = Listener()
        with stage.playing(cut) as model, pytest.raises(OcinbError) as caught:
            list(model.stream("hello", {"callbacks": [listener]}))

        assert listener.errors == [caught.value]
        assert caught.value.partial_text == "one two"


class TestErrors:
    def test_a_batch_may_return_them_in_their_places(self, stage: Stage):
        with stage.playing(BUSY, max_retries=0) as model:
            results = model.batch(["a", "b"], return_exceptions=True)

        assert [type(result) for result in results] == [RateLimited] * 2

    def test_a_fallback_stands_in(self, stage: Stage):
        with stage.playing(BUSY, SAYS, max_retries=0) as model:
            assert model.with_fallbacks([model]).invoke("hello").text == TEXT

    def test_langchains_own_retry_counts_too(self, stage: Stage):
        with stage.playing(BUSY, SAYS, max_retries=0) as model:
            retrying = model.with_retry(
                retry_if_exception_type=(RateLimited,), wait_exponential_jitter=False
            )
            assert retrying.invoke("hello").text == TEXT

            assert len(stage.requests) == 2


class TestCache:
    def test_an_answer_is_asked_for_once(self, stage: Stage):
        with stage.playing(SAYS, cache=InMemoryCache()) as model:
            first, second = model.invoke("hello"), model.invoke("hello")

            assert first.text == second.text == TEXT
            assert len(stage.requests) == 1

    def test_another_temperature_is_another_question(self, stage: Stage):
        with stage.playing(SAYS, cache=InMemoryCache()) as model:
            model.invoke("hello")
            model.model_copy(update={"temperature": 0.9}).invoke("hello")
            model.bind(temperature=0.8).invoke("hello")
            model.invoke("hello", temperature=0.7)

            assert len(stage.requests) == 4


class TestCompletionWithRetry:
    def test_it_sends_a_body_and_returns_its_answer(self, stage: Stage):
        body = {"messages": [{"role": "user", "content": "hello"}], "model": "x"}
        with stage.playing(SAYS) as model:
            answer = model.completion_with_retry(data=body)

            assert stage.requests[0].json == body
        assert answer.whole["choices"][0]["message"]["content"] == TEXT

    def test_it_streams_where_that_is_asked_for(self, stage: Stage):
        body = {"messages": [], "stream": True}
        with stage.playing(SAYS) as model:
            payloads = list(model.completion_with_retry(data=body, stream=True))

        assert len(payloads) > 3

    async def test_its_async_twin_does_both(self, stage: Stage):
        with stage.playing(SAYS) as model:
            answer = await model.acompletion_with_retry(data={"messages": []})
            stream = await model.acompletion_with_retry(
                data={"messages": [], "stream": True}, stream=True
            )
            payloads = [payload async for payload in stream.payloads()]

        assert isinstance(answer.whole["choices"], list)
        assert len(payloads) > 3

    async def test_a_stream_that_is_not_read_can_be_closed(self, stage: Stage):
        with stage.playing(SAYS) as model:
            body = {"messages": [], "stream": True}
            model.completion_with_retry(data=body, stream=True).close()
            await (await model.acompletion_with_retry(data=body, stream=True)).aclose()

            assert model.invoke("hello").text == TEXT


def test_messages_of_an_answer_can_be_sent_back(stage: Stage):
    with stage.playing(SAYS) as model:
        answer = model.invoke("hello")
        model.invoke(
            [HumanMessage("hello"), answer, AIMessage("more"), ("user", "so?")]
        )

        roles = [m["role"] for m in stage.requests[1].json["messages"]]
    assert roles == ["user", "assistant", "assistant", "user"]
