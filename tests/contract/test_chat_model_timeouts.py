"""Three time-outs, each named with its value: to connect, between bytes, in all."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.errors import TimedOut
from ocinb.local import Delta, Script, Wait
from tests.contract.listeners import full_listener
from tests.contract.stage import Stage
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SILENT = Script([Wait(60), Delta("late")])
STALLS = Script([Delta("one "), Delta("two "), Wait(60), Delta("late")])
DRIPS = Script.answer("word " * 200, tokens=200, delay_s=0.05)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


async def _aread(model: Any) -> None:
    async for _ in model.astream("hello"):
        pass


STREAMS: dict[str, Callable[[Any], object]] = {
    "stream": lambda model: list(model.stream("hello")),
    "astream": lambda model: asyncio.run(_aread(model)),
}
WAYS: dict[str, Callable[[Any], object]] = {
    **STREAMS,
    "invoke": lambda model: model.invoke("hello"),
    "ainvoke": lambda model: asyncio.run(model.ainvoke("hello")),
}


def timed_out(model: Any, ask: Callable[[Any], object], within_s: float) -> TimedOut:
    start = time.monotonic()
    with pytest.raises(TimedOut) as caught:
        ask(model)
    assert time.monotonic() - start < within_s
    assert str(caught.value).isprintable()
    return caught.value


@pytest.mark.parametrize("way", WAYS)
def test_a_host_that_takes_no_connection(way: str, stage: Stage):
    timeout = {"connect": 0.2, "idle": 30, "total": 30}
    with full_listener() as port:
        model = ChatOCIModelDeploymentVLLM(
            endpoint=f"http://127.0.0.1:{port}/x/predict",
            auth=stage.auth,
            timeout=timeout,
            max_retries=0,
        )
        error = timed_out(model, WAYS[way], 5)

    assert f"127.0.0.1:{port} within the connect time-out of 0.2 s" in str(error)
    assert error.phase == "connect"


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_says_nothing(way: str, stage: Stage):
    timeout = {"idle": 0.3, "total": None}
    with stage.playing(SILENT, timeout=timeout, max_retries=0) as model:
        error = timed_out(model, WAYS[way], 5)

        assert "no byte of an answer came within the idle time-out of 0.3 s" in str(
            error
        )
        assert error.phase == "headers"
        assert eventually(lambda: stage.hangups, within_s=1)


@pytest.mark.parametrize("way", STREAMS)
def test_an_answer_that_pauses(way: str, stage: Stage):
    with stage.playing(STALLS, timeout={"idle": 0.3}) as model:
        error = timed_out(model, STREAMS[way], 5)

        assert "more of the answer came within the idle time-out of 0.3 s" in str(error)
        assert error.phase == "stream"
        assert error.partial_text == "one two "
        assert error.request_id
        assert len(stage.requests) == error.attempts == 1
        assert eventually(lambda: stage.hangups, within_s=1)


@pytest.mark.parametrize("script", [STALLS, DRIPS], ids=["pause", "drip"])
@pytest.mark.parametrize("way", STREAMS)
def test_a_stream_that_takes_too_long_in_all(way: str, script: Script, stage: Stage):
    with stage.playing(script, timeout={"idle": 30, "total": 0.4}) as model:
        error = timed_out(model, STREAMS[way], 5)

        assert "the total time-out of 0.4 s" in str(error)
        assert error.phase == "stream"
        assert error.partial_text.startswith(("one two ", "word "))
        assert eventually(lambda: stage.hangups, within_s=1)


@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
def test_a_whole_answer_that_takes_too_long(way: str, stage: Stage):
    with stage.playing(SILENT, timeout=0.3, max_retries=0) as model:
        error = timed_out(model, WAYS[way], 5)

        assert "the total time-out of 0.3 s" in str(error)
        assert eventually(lambda: stage.hangups, within_s=1)


@pytest.mark.parametrize("way", STREAMS)
def test_a_drip_never_times_out_while_tokens_come(way: str, stage: Stage):
    drip = Script.answer("word " * 20, tokens=20, delay_s=0.05)
    with stage.playing(drip, timeout=0.4) as model:
        start = time.monotonic()
        STREAMS[way](model)

        assert time.monotonic() - start > 2 * 0.4
        assert len(stage.requests) == 1


def test_a_time_out_before_any_byte_is_tried_again(stage: Stage):
    again = {"timeout": {"idle": 0.3, "total": None}, "max_retries": 1}
    with stage.playing(SILENT, Script.answer("fine"), **again) as model:
        assert "".join(chunk.text for chunk in model.stream("hello")) == "fine"

        assert len(stage.requests) == 2
        assert eventually(lambda: len(stage.hangups) == 1, within_s=1)
