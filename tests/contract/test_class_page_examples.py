"""The examples of the public class page, run as they stand there."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.callbacks.manager import adispatch_custom_event
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.output_parsers import StrOutputParser
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import (
    ConfigurableField,
    RunnableConfig,
    RunnableGenerator,
    RunnableLambda,
)
from pydantic import BaseModel, Field

from ocinb import ChatOCIModelDeployment, ChatOCIModelDeploymentVLLM
from ocinb.errors import ServerError
from ocinb.local import Delta, Done, Finish, Logprob, Script
from tests.contract.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = "Bonjour le monde!"
SAYS = Script.answer(TEXT)
MESSAGES = [
    ("system", "Translate the user sentence to French."),
    ("human", "Hello World!"),
]
JOKE = {"setup": "Why?", "punchline": "Because."}
DOWN = Script.error(500, message="down")


class Joke(BaseModel):
    """A joke."""

    setup: str = Field(description="The setup of the joke")
    punchline: str = Field(description="The punchline to the joke")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


class TestConstructor:
    def test_the_one_of_the_vllm_class(self, stage: Stage):
        with stage.playing(SAYS):
            chat = ChatOCIModelDeploymentVLLM(
                endpoint=stage.endpoint,
                auth=stage.auth,
                frequency_penalty=0.1,
                max_tokens=512,
                temperature=0.2,
                top_p=1.0,
            )
            assert chat.invoke(MESSAGES).content == TEXT

            body = stage.requests[0].json
        del body["messages"]
        assert body == {
            "model": "odsc-llm",
            "frequency_penalty": 0.1,
            "max_tokens": 512,
            "temperature": 0.2,
            "top_p": 1.0,
        }

    def test_the_one_of_the_smaller_class(self, stage: Stage):
        with stage.playing(SAYS):
            chat = ChatOCIModelDeployment(
                endpoint=stage.endpoint,
                auth=stage.auth,
                model="odsc-llm",
                streaming=True,
                max_retries=3,
                model_kwargs={"max_tokens": 512, "temperature": 0.2},
                default_headers={"route": "/v1/chat/completions"},
            )
            assert chat.invoke(MESSAGES).content == TEXT

            (request,) = stage.requests
        assert request.headers["route"] == "/v1/chat/completions"
        assert (request.json["stream"], request.json["max_tokens"]) == (True, 512)


class TestAnswers:
    def test_invoke_and_its_response_metadata(self, stage: Stage):
        with stage.playing(SAYS) as chat:
            message = chat.invoke(MESSAGES)

            sent = stage.requests[0].json["messages"]
        assert [part["role"] for part in sent] == ["system", "user"]
        assert message.content == TEXT
        metadata = message.response_metadata
        assert metadata["token_usage"]["total_tokens"] == 15
        assert metadata["model_name"] == "odsc-llm"
        assert metadata["finish_reason"] == "stop"
        assert "system_fingerprint" in metadata

    def test_stream(self, stage: Stage):
        with stage.playing(SAYS) as chat:
            chunks = list(chat.stream(MESSAGES))

        assert "".join(chunk.content for chunk in chunks) == TEXT
        ends = [chunk.response_metadata.get("finish_reason") for chunk in chunks]
        assert [end for end in ends if end] == ["stop"]

    async def test_async(self, stage: Stage):
        with stage.playing(SAYS) as chat:
            message = await chat.ainvoke(MESSAGES)
            chunks = [chunk async for chunk in chat.astream(MESSAGES)]

        assert message.content == TEXT
        assert "".join(chunk.content for chunk in chunks) == TEXT

    def test_structured_output(self, stage: Stage):
        with stage.playing(Script.answer(Joke(**JOKE).model_dump_json())) as chat:
            structured = chat.with_structured_output(Joke, method="json_mode")
            joke = structured.invoke(
                "Tell me a joke about cats, "
                "respond in JSON with `setup` and `punchline` keys"
            )

            wanted = stage.requests[0].json["response_format"]
        assert joke == Joke(**JOKE)
        assert wanted == {"type": "json_object"}

    def test_structured_output_with_the_raw_answer(self, stage: Stage):
        with stage.playing(Script.answer("no JSON")) as chat:
            found = chat.with_structured_output(
                Joke, method="json_mode", include_raw=True
            ).invoke("Tell me a joke.")

        assert set(found) == {"raw", "parsed", "parsing_error"}
        assert (found["raw"].content, found["parsed"]) == ("no JSON", None)
        assert isinstance(found["parsing_error"], ValueError)

    def test_tools(self, stage: Stage):
        with stage.playing(Script.tool_calls([("Joke", JOKE)])) as chat:
            message = chat.bind_tools([Joke], tool_choice="any").invoke("A joke!")

            body = stage.requests[0].json
        assert [tool["function"]["name"] for tool in body["tools"]] == ["Joke"]
        assert body["tool_choice"] == "required"
        assert [call["args"] for call in message.tool_calls] == [JOKE]

    def test_log_probabilities(self, stage: Stage):
        likely = Logprob("Bonjour", -0.1, (("Bonjour", -0.1), ("Salut", -2.5)))
        script = Script([Delta("Bonjour", logprobs=(likely,)), Finish("stop"), Done()])
        with stage.playing(script, logprobs=True, top_logprobs=2) as chat:
            whole = chat.invoke(MESSAGES).response_metadata["logprobs"]
            chunks = [chunk.response_metadata for chunk in chat.stream(MESSAGES)]

        streamed = [part["logprobs"] for part in chunks if "logprobs" in part]
        assert [token["token"] for token in whole["content"]] == ["Bonjour"]
        assert [part["content"] for part in streamed] == [whole["content"]]


class MyChatModel(ChatOCIModelDeployment):
    """Reads and writes in its own way."""

    def _construct_json_body(self, messages: Any, params: Any) -> dict[str, Any]:
        said = f"mine of {len(messages)}"
        return {"messages": [{"role": "user", "content": said}], **params}

    def _process_response(self, response_json: Any) -> ChatResult:
        text = response_json["choices"][0]["message"]["content"]
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text.upper()))])

    def _process_stream_response(
        self, response_json: Any, default_chunk_cls: Any = AIMessageChunk
    ) -> ChatGenerationChunk:
        choices = response_json["choices"] or [{"delta": {}}]
        text = choices[0]["delta"].get("content") or ""
        return ChatGenerationChunk(message=default_chunk_cls(content=text.upper()))

    def _headers(self, *, is_async: bool = False, body: Any = None) -> dict[str, str]:
        return {**super()._headers(is_async, body), "x-mine": str(is_async)}


class TestCustomizedUsage:
    def test_a_subclass_reads_and_writes_in_its_own_way(self, stage: Stage):
        with stage.playing(SAYS):
            chat = MyChatModel(endpoint=stage.endpoint, auth=stage.auth)
            assert chat.invoke("tell me a joke").content == TEXT.upper()
            assert "".join(c.text for c in chat.stream("x")) == TEXT.upper()
            assert asyncio.run(chat.ainvoke("x")).content == TEXT.upper()

            said = [request.json["messages"][0] for request in stage.requests]
            mine = [request.headers["x-mine"] for request in stage.requests]
        assert said == [{"role": "user", "content": "mine of 1"}] * 3
        assert mine[0] == "False"
        assert all(
            request.headers["authorization"].startswith("Signature ")
            for request in stage.requests
        )


class TestRunnable:
    def test_bind_a_stop_word(self, stage: Stage):
        with stage.playing(Script.answer("One two")) as llm:
            chain = llm.bind(stop=["three"]) | StrOutputParser()

            assert chain.invoke("Repeat: 'One two three four five.'") == "One two"
            assert stage.requests[0].json["stop"] == ["three"]

    def test_configurable_fields(self, stage: Stage):
        with stage.playing(SAYS, max_tokens=20) as chat:
            model = chat.configurable_fields(
                max_tokens=ConfigurableField(
                    id="output_token_number",
                    name="Max tokens in the output",
                    description="The maximum number of tokens in the output",
                )
            )
            model.invoke("tell me something about chess")
            model.with_config(configurable={"output_token_number": 200}).invoke("more")

            sent = [request.json["max_tokens"] for request in stage.requests]
        assert sent == [20, 200]

    def test_configurable_alternatives(self, stage: Stage):
        with stage.playing(SAYS, model="one") as chat:
            model = chat.configurable_alternatives(
                ConfigurableField(id="llm"),
                default_key="one",
                two=stage.model(model="two"),
                three=lambda: stage.model(model="three"),
            )
            model.invoke("which model are you?")
            for name in ("two", "three"):
                model.with_config(configurable={"llm": name}).invoke("and you?")

            asked = [request.json["model"] for request in stage.requests]
        assert asked == ["one", "two", "three"]

    def test_fallbacks(self, stage: Stage):
        def say(_input: Iterator[Any]) -> Iterator[str]:
            yield from "foo bar"

        with stage.playing(DOWN, max_retries=0) as chat:
            chain = chat.with_fallbacks([RunnableGenerator(say)])

            assert "".join(chain.stream("hello")) == "foo bar"

    def test_listeners_see_when_a_run_starts_and_ends(self, stage: Stage):
        times: list[Any] = []
        with stage.playing(SAYS) as chat:
            chat.with_listeners(
                on_start=lambda run: times.append(run.start_time),
                on_end=lambda run: times.append(run.end_time),
            ).invoke("hello")

        assert times == sorted(times)

    def test_async_listeners_do_not_hold_up_other_runs(self, stage: Stage):
        async def wait(_run: Any) -> None:
            await asyncio.sleep(0.2)

        async def three(listening: Any) -> float:
            start = time.monotonic()
            await asyncio.gather(*(listening.ainvoke("hello") for _ in range(3)))
            return time.monotonic() - start

        with stage.playing(SAYS) as chat:
            listening = chat.with_alisteners(on_start=wait, on_end=wait)

            assert 0.4 <= asyncio.run(three(listening)) < 1.1

    def test_retry(self, stage: Stage):
        with (
            stage.playing(DOWN, max_retries=0) as chat,
            pytest.raises(ServerError),
        ):
            chat.with_retry(
                stop_after_attempt=2,
                retry_if_exception_type=(ServerError,),
                wait_exponential_jitter=False,
            ).invoke("hello")

        assert len(stage.requests) == 2

    async def test_events_of_a_chain_with_one_of_its_own(self, stage: Stage):
        template = ChatPromptTemplate.from_messages(
            [("system", "You are Cat Agent 007"), ("human", "{question}")]
        ).with_config({"run_name": "my_template", "tags": ["my_template"]})

        async def slow_thing(question: str, config: RunnableConfig) -> dict[str, str]:
            await adispatch_custom_event("progress", {"step": 1}, config=config)
            return {"question": question}

        with stage.playing(SAYS) as chat:
            chain = RunnableLambda(slow_thing) | template | chat
            events = [e async for e in chain.astream_events("hello", version="v2")]

        seen = [(event["event"], event["name"]) for event in events]
        name = "ChatOCIModelDeploymentVLLM"
        assert ("on_custom_event", "progress") in seen
        assert ("on_prompt_end", "my_template") in seen
        assert seen.count(("on_chat_model_stream", name)) >= 4
        (end,) = [event for event in events if event["event"] == "on_chat_model_end"]
        assert end["data"]["output"].content == TEXT
        assert [m.type for m in end["data"]["input"]["messages"][0]] == [
            "system",
            "human",
        ]
