"""One model used from threads, loops and processes: connections, and whose they are."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.local import LocalDeployment, ReceivedRequest, Script, Wait
from tests.contract.stage import Stage
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

SAYS = Script.answer("one two three")
WITHIN_S = 60


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture(scope="module")
def echo() -> Iterator[ChatOCIModelDeploymentVLLM]:
    """A model that says its prompt, slowly enough for answers to overlap."""

    def answer(request: ReceivedRequest) -> Script:
        said = Script.answer(request.json["messages"][-1]["content"], delay_s=0.002)
        return Script([Wait(0.01), *said.steps])

    with LocalDeployment(script=answer) as deployment:
        yield ChatOCIModelDeploymentVLLM(
            endpoint=deployment.endpoint, auth=deployment.auth
        )


class TestReuse:
    def test_five_calls_of_any_kind_need_one_connection(self, stage: Stage):
        with stage.playing(SAYS) as model:
            for _ in range(3):
                assert model.invoke("hello").text == "one two three"
            for _ in range(2):
                assert len(list(model.stream("hello"))) > 3

            assert len(stage.requests) == 5
            assert stage.connections == 1

    async def test_five_async_calls_of_any_kind_need_one_connection(self, stage: Stage):
        with stage.playing(SAYS) as model:
            for _ in range(3):
                await model.ainvoke("hello")
            for _ in range(2):
                assert len([chunk async for chunk in model.astream("hello")]) > 3

            assert stage.connections == 1

    def test_copies_share_connections(self, stage: Stage):
        with stage.playing(SAYS) as model:
            for each in (model, model.bind(top_k=5), model.model_copy()):
                each.invoke("hello")

            assert stage.connections == 1

    def test_a_refused_request_keeps_its_connection(self, stage: Stage):
        busy = Script.error(503, headers={"retry-after": "0"}, message="busy")
        with stage.playing(busy, busy, SAYS) as model:
            assert model.invoke("hello").text == "one two three"

            assert len(stage.requests) == 3
            assert stage.connections == 1


class TestThreads:
    @pytest.mark.parametrize("how", ["invoke", "stream"])
    def test_sixteen_threads_share_a_model_and_their_texts_are_not_mixed(
        self, how: str, echo: ChatOCIModelDeploymentVLLM
    ):
        def ask(number: int) -> str:
            prompt = f"this is question number {number} of many"
            if how == "invoke":
                return echo.invoke(prompt).text
            return "".join(chunk.text for chunk in echo.stream(prompt))

        with ThreadPoolExecutor(16) as pool:
            texts = list(pool.map(ask, range(64)))

        assert texts == [f"this is question number {n} of many" for n in range(64)]

    def test_a_batch_keeps_its_order(self, echo: ChatOCIModelDeploymentVLLM):
        prompts = [f"question {n}" for n in range(20)]

        assert [m.text for m in echo.batch(prompts)] == prompts

    async def test_an_async_batch_keeps_its_order(
        self, echo: ChatOCIModelDeploymentVLLM
    ):
        prompts = [f"question {n}" for n in range(20)]

        assert [m.text for m in await echo.abatch(prompts)] == prompts

    def test_no_thread_is_left_behind(self, stage: Stage):
        before = set(threading.enumerate())
        with stage.playing(SAYS) as model:
            model.invoke("hello")
            list(model.stream("hello"))
            asyncio.run(model.ainvoke("hello"))

        assert eventually(lambda: set(threading.enumerate()) <= before)


class TestLoops:
    async def test_a_running_loop_takes_sync_and_async_calls(self, stage: Stage):
        with stage.playing(SAYS) as model:
            assert (await model.ainvoke("hello")).text == "one two three"
            assert model.invoke("hello").text == "one two three"
            assert "".join(c.text for c in model.stream("hello")) == "one two three"
            assert (await model.ainvoke("hello")).text == "one two three"

    def test_each_loop_has_connections_of_its_own(self, stage: Stage):
        async def twice(model: Any) -> None:
            await model.ainvoke("hello")
            await model.ainvoke("hello")

        with stage.playing(SAYS) as model:
            for _ in range(3):
                asyncio.run(twice(model))

            assert stage.connections == 3

    def test_loops_in_threads_share_a_model(self, echo: ChatOCIModelDeploymentVLLM):
        async def ask(number: int) -> list[str]:
            prompts = [f"{number} {n}" for n in range(4)]
            return [m.text for m in await asyncio.gather(*map(echo.ainvoke, prompts))]

        with ThreadPoolExecutor(4) as pool:
            texts = list(pool.map(lambda n: asyncio.run(ask(n)), range(8)))

        assert texts == [[f"{n} {i}" for i in range(4)] for n in range(8)]


FORK = """
    import os
    from ocinb.chat_models import ChatOCIModelDeploymentVLLM
    from ocinb.local import LocalDeployment, Script

    with LocalDeployment(script=Script.answer("one two three")) as deployment:
        model = ChatOCIModelDeploymentVLLM(
            endpoint=deployment.endpoint, auth=deployment.auth
        )
        model.invoke("hello")
        readable, writable = os.pipe()
        child = os.fork()
        if child == 0:
            text = model.invoke("hello").text + "|" + model.invoke("hello").text
            os.write(writable, text.encode())
            del model
            os._exit(0)
        os.waitpid(child, 0)
        print(os.read(readable, 1000).decode())
        print(model.invoke("hello").text)
        print(deployment.connections, [r.connection for r in deployment.requests])
"""


def test_a_forked_child_has_connections_of_its_own():
    done = subprocess.run(  # noqa: S603 - our own script
        [
            sys.executable,
            "-W",
            "ignore::DeprecationWarning",
            "-c",
            textwrap.dedent(FORK),
        ],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "one two three|one two three",
        "one two three",
        "2 [1, 2, 2, 1]",
    ]


class TestNothingSticks:
    def test_streaming_once_does_not_turn_streaming_on(self, stage: Stage):
        with stage.playing(SAYS) as model:
            list(model.stream("hello"))
            model.invoke("hello")

            assert model.streaming is False
            assert "stream" not in stage.requests[1].json
            assert stage.requests[1].path.endswith("/predict")

    def test_a_model_that_streams_does_so_for_invoke_too(self, stage: Stage):
        with stage.playing(SAYS, streaming=True) as model:
            message = model.invoke("hello")

            assert message.text == "one two three"
            assert message.usage_metadata is not None
            assert stage.requests[0].json["stream"] is True

    async def test_a_call_leaves_no_signature_in_the_headers_of_the_model(
        self, stage: Stage
    ):
        with stage.playing(SAYS, default_headers={"X-Team": "a"}) as model:
            await model.ainvoke("hello")
            model.invoke("hello")

            assert model.default_headers == {"X-Team": "a"}
            first, second = (r.headers["authorization"] for r in stage.requests)
            assert first.startswith("Signature ")
            assert second.startswith("Signature ")

    def test_every_attempt_has_a_signature_and_a_date_of_its_own(self, stage: Stage):
        busy = Script.error(503, headers={"retry-after": "1"}, message="busy")
        with stage.playing(busy, SAYS) as model:
            model.invoke("hello")
            first, second = stage.requests

        assert first.headers["date"] != second.headers["date"]
        assert first.headers["authorization"] != second.headers["authorization"]
        assert first.body == second.body
