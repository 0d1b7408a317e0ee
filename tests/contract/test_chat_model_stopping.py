"""Stopping an answer: the server sees the hang-up within a second."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import textwrap
import time
from contextlib import aclosing, closing, suppress
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.background import Loop
from ocinb.local import Delta, Endless, Script, Wait
from tests.contract.stage import Stage
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDLESS = Script([Delta("one "), Delta("two "), Wait(600), Delta("three")])
BUSY = Script.error(503, headers={"retry-after": "60"}, message="busy")
SILENT = Script([Wait(600), Delta("one")])
WITHIN_S = 60


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


async def until(condition: Callable[[], object]) -> None:
    assert await asyncio.to_thread(eventually, condition)


async def hangs_up(stage: Stage) -> bool:
    return await asyncio.to_thread(eventually, lambda: stage.hangups, 1)


class TestSync:
    def test_closing_a_stream(self, stage: Stage):
        with stage.playing(ENDLESS) as model:
            with closing(model.stream("hello")) as stream:
                next(stream)

            assert eventually(lambda: stage.hangups, within_s=1)

    def test_leaving_the_loop(self, stage: Stage):
        with stage.playing(ENDLESS) as model:
            for chunk in model.stream("hello"):
                if chunk.text:
                    break

            assert eventually(lambda: stage.hangups, within_s=1)

    def test_forgetting_a_stream(self, stage: Stage):
        with stage.playing(ENDLESS) as model:
            stream = model.stream("hello")
            next(stream)
            del stream
            gc.collect()

            assert eventually(lambda: stage.hangups, within_s=1)

    def test_an_error_of_whoever_reads(self, stage: Stage):
        with stage.playing(ENDLESS) as model:
            with suppress(ZeroDivisionError):
                for _ in model.stream("hello"):
                    _ = 1 / 0

            assert eventually(lambda: stage.hangups, within_s=1)

    def test_a_server_that_goes_on_after_done_is_left(self, stage: Stage):
        said = Script.answer("fine").steps
        with stage.playing(Script([*said, Endless(b": more\n\n")])) as model:
            assert "".join(chunk.text for chunk in model.stream("hello")) == "fine"

            assert eventually(lambda: stage.hangups, within_s=1)

    def test_the_next_request_is_not_disturbed(self, stage: Stage):
        with stage.playing(ENDLESS, Script.answer("fine")) as model:
            with closing(model.stream("hello")) as stream:
                next(stream)

            assert model.invoke("hello").text == "fine"


class TestAsync:
    async def test_cancelling_the_task_of_a_stream(self, stage: Stage):
        said: list[str] = []

        async def read(model: Any) -> None:
            async for chunk in model.astream("hello"):
                said.append(chunk.text)  # noqa: PERF401 - what came before counts

        with stage.playing(ENDLESS) as model:
            task = asyncio.create_task(read(model))
            await until(lambda: "two " in said)
            start = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            assert time.monotonic() - start < 1
            assert await hangs_up(stage)
        assert "".join(said) == "one two "

    async def test_cancelling_an_answer(self, stage: Stage):
        with stage.playing(SILENT) as model:
            task = asyncio.create_task(model.ainvoke("hello"))
            await until(lambda: stage.requests)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            assert await hangs_up(stage)

    async def test_closing_a_stream(self, stage: Stage):
        with stage.playing(ENDLESS) as model:
            async with aclosing(model.astream("hello")) as stream:
                await anext(stream)

            assert await hangs_up(stage)

    async def test_a_server_that_goes_on_after_done_is_left(self, stage: Stage):
        said = Script.answer("fine").steps
        with stage.playing(Script([*said, Endless(b": more\n\n")])) as model:
            texts = [chunk.text async for chunk in model.astream("hello")]

            assert "".join(texts) == "fine"
            assert await hangs_up(stage)

    async def test_leaving_the_loop(self, stage: Stage):
        with stage.playing(ENDLESS) as model:
            async for chunk in model.astream("hello"):
                if chunk.text:
                    break

            assert await hangs_up(stage)

    async def test_a_time_limit_of_the_caller(self, stage: Stage):
        with stage.playing(ENDLESS) as model:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(model.ainvoke("hello", stream=True), 0.3)

            assert await hangs_up(stage)

    async def test_cancelling_the_wait_before_a_retry(self, stage: Stage):
        with stage.playing(BUSY) as model:
            task = asyncio.create_task(model.ainvoke("hello"))
            await until(lambda: stage.requests)
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            assert len(stage.requests) == 1


class TestAnotherThread:
    """A stream on a loop of its own, stopped from the thread that waits for it."""

    def test_cancelling_its_future(self, stage: Stage):
        said: list[str] = []

        async def read(model: Any) -> None:
            async for chunk in model.astream("hello"):
                said.append(chunk.text)  # noqa: PERF401 - what came before counts

        with stage.playing(ENDLESS) as model, Loop("test") as loop:
            reading = loop.run(read(model))
            assert eventually(lambda: "two " in said)
            reading.cancel()

            assert eventually(lambda: stage.hangups, within_s=1)
        assert "".join(said) == "one two "

    def test_leaving_the_loop_that_shows_it(self, stage: Stage):
        with stage.playing(ENDLESS) as model, Loop("test") as loop:
            with closing(loop.iterate(model.astream("hello"))) as chunks:
                next(chunks)

            assert eventually(lambda: stage.hangups, within_s=1)


INTERRUPTED = """
    import os, signal, threading, time
    from ocinb.chat_models import ChatOCIModelDeploymentVLLM
    from ocinb.local import Delta, LocalDeployment, Script, Wait

    script = Script([Delta("one "), Delta("two "), Wait(600), Delta("three")])
    with LocalDeployment(script=script) as deployment:
        model = ChatOCIModelDeploymentVLLM(
            endpoint=deployment.endpoint, auth=deployment.auth
        )
        said = []
        threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            for chunk in model.stream("hello"):
                said.append(chunk.text)
        except KeyboardInterrupt:
            start = time.monotonic()
            while not deployment.hangups and time.monotonic() - start < 1:
                time.sleep(0.01)
            print("".join(said), len(deployment.hangups))
"""


def test_an_interrupt_from_the_keyboard_hangs_up_and_keeps_what_was_said():
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", textwrap.dedent(INTERRUPTED)],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )

    assert done.stderr == ""
    assert done.stdout == "one two  1\n"
