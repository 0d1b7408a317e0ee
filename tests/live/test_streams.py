"""What a real server streams, and what becomes of a stream that nobody reads on."""

from __future__ import annotations

import asyncio
import time
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.contract.waiting import eventually
from tests.live.asking import PROMPT, Ask, made, tokens

if TYPE_CHECKING:
    from ocinb import ChatOCIModelDeploymentVLLM

LONG = "Write a very long story about the sea."


def test_a_stream_says_what_an_answer_in_one_says(ask: Ask) -> None:
    streamed, whole = ask.stream(), ask()

    assert streamed.text == whole.text
    assert streamed.usage_metadata == whole.usage_metadata
    for name in ("finish_reason", "model_name"):
        assert streamed.response_metadata[name] == whole.response_metadata[name]


def test_log_probabilities_come_in_a_stream_too(ask: Ask) -> None:
    asked = {"logprobs": True, "top_logprobs": 3}
    streamed, whole = tokens(ask.stream(**asked)), tokens(ask(**asked))

    assert [token["token"] for token in streamed] == [t["token"] for t in whole]
    assert {len(token["top_logprobs"]) for token in streamed} == {3}


def test_two_streamed_answers_are_kept_apart(ask: Ask) -> None:
    asked = {"n": 2, "temperature": 1.0, "seed": 5, "max_tokens": 8}
    message = ask.stream(**asked)

    streamed = [block["text"] for block in message.content_blocks]
    assert streamed == [answer.text for answer in ask.all(**asked)]
    assert made(message) == 16


def test_usage_on_every_event_is_not_added_up(ask: Ask) -> None:
    asked = ask.stream(stream_options={"continuous_usage_stats": True})

    assert asked.usage_metadata == ask().usage_metadata


@pytest.fixture
def is_idle(upstream: str) -> IsIdle:
    return IsIdle(upstream)


class IsIdle:
    """Asks vLLM's metrics whether anything is being generated."""

    def __init__(self, upstream: str) -> None:
        self._url = f"{upstream}/metrics"

    def __call__(self) -> bool:
        lines = httpx.get(self._url).text.splitlines()
        name = "vllm:num_requests_running"
        counts = [line.split()[-1] for line in lines if line.startswith(name)]
        assert counts
        return not any(map(float, counts))


def _endless(ask: Ask) -> ChatOCIModelDeploymentVLLM:
    return ask.model(max_tokens=1500, ignore_eos=True)


def test_a_stream_that_is_closed_stops_the_server(ask: Ask, is_idle: IsIdle) -> None:
    stream = _endless(ask).stream(LONG)
    assert sum(bool(next(stream).text) for _ in range(8)) > 4
    assert not is_idle()
    stream.close()

    assert eventually(is_idle, within_s=3)


def test_a_task_that_is_cancelled_stops_the_server(ask: Ask, is_idle: IsIdle) -> None:
    async def read_a_second() -> None:
        async for _ in _endless(ask).astream(LONG):
            pass

    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(read_a_second(), 2))

    assert eventually(is_idle, within_s=3)


def test_an_answer_in_one_that_nobody_waits_for_stops_the_server(
    ask: Ask, is_idle: IsIdle
) -> None:
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(_endless(ask).ainvoke(LONG), 2))

    assert eventually(is_idle, within_s=3)
    assert time.monotonic() - begun < 10


def test_a_conversation_of_parts_reads_as_their_lines(ask: Ask) -> None:
    parts = [{"type": "text", "text": part} for part in PROMPT.split(" ", 1)]
    model = ask.model(return_prompt_text=True)

    message = model.invoke([("user", parts)])
    assert "Name\nthe planets." in message.response_metadata["prompt_text"]


def test_every_character_of_a_long_stream_is_kept(ask: Ask) -> None:
    message = reduce(add, ask.model(max_tokens=200).stream(LONG))

    assert made(message) > 50
    assert message.text == ask.model(max_tokens=200).invoke(LONG).text
