"""What users of the documented class override, overridden here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from ocinb.errors import AnswerError, ParameterError
from ocinb.wire.exchange import Answer
from ocinb.wire.reader import StreamReader
from tests.unit.chat_models.recorder import (
    ENDPOINT,
    Recorder,
    body_of,
    bytes_of,
    completion,
    make,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Custom(Recorder):
    """Speaks another protocol: prompt in, text out."""

    def _construct_json_body(self, messages: list[Any], params: Any) -> dict[str, Any]:
        return {"prompt": messages[-1].content, "params": params, "messages": []}

    def _headers(self, *, is_async: bool = False, body: Any = None) -> dict[str, str]:
        return {**super()._headers(is_async, body), "X-Size": str(len(body or b""))}

    def _process_response(self, response_json: Any) -> ChatResult:
        message = AIMessage(response_json["choices"][0]["message"]["content"].upper())
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _process_stream_response(
        self, response_json: Any, default_chunk_cls: Any = AIMessageChunk
    ) -> ChatGenerationChunk:
        text = response_json["choices"][0]["delta"]["content"].upper()
        return ChatGenerationChunk(message=default_chunk_cls(content=text))


class Failing(Recorder):
    """Cannot read what it is given."""

    def _process_response(self, response_json: Any) -> ChatResult:
        raise ValueError(response_json["id"])


def custom(**fields: Any) -> Custom:
    return Custom(**{"endpoint": ENDPOINT, **fields})


class Streamed:
    """A streamed answer without a connection."""

    def __init__(self, *texts: str) -> None:
        self.answer = Answer({}, reader=StreamReader(), request_id="A/B/C")
        self.texts = texts

    def __iter__(self) -> Iterator[Any]:
        for text in self.texts:
            yield {"choices": [{"index": 0, "delta": {"content": text}}]}

    def close(self) -> None:
        self.texts = ()


def test_the_body_is_what_construct_json_body_makes():
    sent = body_of(custom(top_p=0.5))

    assert sent["prompt"] == "hello"
    assert sent["params"]["top_p"] == 0.5


def test_headers_are_what_headers_makes_of_the_body():
    prepared = custom().prepare("hello")

    assert prepared.headers["x-size"] == str(len(prepared.body))
    assert prepared.headers["content-type"] == "application/json"


def test_headers_that_signing_sets_are_refused_here_too():
    class Signing(Custom):
        def _headers(self, *, is_async: bool = False, body: Any = None) -> Any:
            del is_async, body
            return {"Authorization": "mine"}

    with pytest.raises(ParameterError, match="Authorization is set by signing"):
        Signing(endpoint=ENDPOINT).prepare("hello")


def test_an_answer_is_what_process_response_makes():
    assert custom().invoke("hello").text == "HI"


def test_the_request_id_is_added_to_it():
    message = custom().invoke("hello")

    assert message.response_metadata["opc_request_id"] == "A/B/C"


def test_a_chunk_is_what_process_stream_response_makes(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(
        Custom, "completion_with_retry", lambda *_, **__: Streamed("a", "b")
    )

    assert [chunk.text for chunk in custom().stream("hello")] == ["A", "B", ""]


def test_an_override_that_fails_is_told_as_the_cause():
    with pytest.raises(AnswerError) as caught:
        Failing(endpoint=ENDPOINT).invoke("hello")

    assert isinstance(caught.value.__cause__, ValueError)


def test_completion_with_retry_takes_a_dict_or_bytes():
    class Asked(Recorder):
        def completion_with_retry(self, run_manager: Any = None, **kwargs: Any) -> Any:
            return super().completion_with_retry(run_manager, **kwargs)

    Recorder.bodies.clear()
    answer = Asked(endpoint=ENDPOINT).completion_with_retry(data={"a": 1})

    assert answer.whole == completion()
    assert Recorder.bodies == [{"a": 1}]


def test_chunks_of_a_whole_answer_are_read_by_process_response_itself():
    result = make()._process_response(completion("hi"))  # type: ignore[arg-type]  # plain JSON

    assert result.generations[0].text == "hi"
    assert result.llm_output == {"model_name": "odsc-llm", "token_usage": {}}


def test_process_response_refuses_another_shape():
    with pytest.raises(AnswerError, match="unexpected shape"):
        make()._process_response([1])  # type: ignore[arg-type]  # what must not work


def test_process_stream_response_reads_one_event():
    made = make()._process_stream_response(
        {"choices": [{"index": 0, "delta": {"content": "hi"}}]}
    )

    assert made.text == "hi"


def test_bytes_are_the_same_whether_a_prompt_is_text_or_a_message():
    model = custom()

    assert (
        bytes_of(model)
        == json.dumps(
            {
                "prompt": "hello",
                "params": {"model": "odsc-llm", "temperature": 0.2, "max_tokens": 256},
                "messages": [],
            },
            separators=(",", ":"),
        ).encode()
    )
    assert model.prepare([HumanMessage("hello")]) == model.prepare("hello")
