"""What callbacks are told of a call: attempts, waits, opc-request-id, event times."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler

from ocinb.chat_models import WireLog
from ocinb.errors import RateLimited, ServerError
from ocinb.local import Delta, Headers, Reset, Script
from ocinb.local.scripts.faults import fault
from ocinb.wire.notices import Answered, Arrived, Sent, Waiting
from tests.contract.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenacity import RetryCallState

SAYS = Script.answer("one two three", delay_s=0.03)
AT_ONCE = Headers({"retry-after": "0"})
BUSY = Script([*fault("503")[0].steps, AT_ONCE])
LATER = Script([*fault("429", 60)[0].steps])
WAYS = ["invoke", "ainvoke", "stream", "astream"]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


def ask(model: Any, how: str, *callbacks: Any) -> None:
    config = {"callbacks": list(callbacks)}

    async def aask() -> None:
        if how == "ainvoke":
            await model.ainvoke("hello", config)
        else:
            _ = [chunk async for chunk in model.astream("hello", config)]

    if how == "invoke":
        model.invoke("hello", config)
    elif how == "stream":
        _ = list(model.stream("hello", config))
    else:
        asyncio.run(aask())


@pytest.mark.parametrize("how", WAYS)
class TestEveryWayOfAsking:
    def test_the_request_and_its_answer_are_noted(self, how: str, stage: Stage):
        log = WireLog()
        with stage.playing(SAYS) as model:
            ask(model, how, log)

        sent, answered = log.last.notices[:2]
        assert isinstance(sent, Sent)
        assert isinstance(answered, Answered)
        assert sent.url.startswith(stage.endpoint.removesuffix("/predict"))
        assert answered.status == 200
        assert answered.headers["content-type"]
        assert log.last.request_id == answered.request_id != ""
        assert 0 <= sent.at_s <= answered.at_s < 5

    def test_a_retry_is_noted_with_its_wait_and_its_reason(
        self, how: str, stage: Stage
    ):
        log = WireLog()
        with stage.playing(BUSY, SAYS) as model:
            ask(model, how, log)

        (wait,) = log.last.waits
        assert log.last.attempts == 2
        assert wait.attempt == 1
        assert wait.seconds == 0
        assert type(wait.error) is ServerError
        assert wait.error.request_id
        assert log.last.answer is not None
        assert log.last.answer.status == 200

    def test_every_callback_is_told_of_a_retry_in_langchains_way(
        self, how: str, stage: Stage
    ):
        class Counts(BaseCallbackHandler):
            def __init__(self) -> None:
                self.states: list[RetryCallState] = []

            def on_retry(self, retry_state: RetryCallState, **_: Any) -> None:
                self.states.append(retry_state)

        counts = Counts()
        with stage.playing(BUSY, BUSY, SAYS) as model:
            ask(model, how, counts)

        assert [state.attempt_number for state in counts.states] == [1, 2]
        outcome = counts.states[0].outcome
        assert outcome is not None
        assert type(outcome.exception()) is ServerError

    def test_a_failure_leaves_what_happened_in_the_log(self, how: str, stage: Stage):
        log = WireLog()
        with (
            stage.playing(BUSY, max_retries=2) as model,
            pytest.raises(ServerError) as caught,
        ):
            ask(model, how, log)

        assert log.last.attempts == caught.value.attempts == 3
        assert len(log.last.waits) == 2
        assert log.last.request_id == caught.value.request_id


@pytest.mark.parametrize("how", ["stream", "astream"])
class TestStreams:
    def test_each_event_has_its_time(self, how: str, stage: Stage):
        log = WireLog()
        with stage.playing(SAYS) as model:
            ask(model, how, log)

        times = [at_s for at_s, _ in log.last.events]
        payloads = [payload for _, payload in log.last.events]
        deltas = [p["choices"][0]["delta"] for p in payloads if p["choices"]]
        assert "".join(d.get("content") or "" for d in deltas) == "one two three"
        assert payloads[-1]["usage"]
        assert times == sorted(times)
        assert times[-1] - times[0] > 0.08

    def test_what_came_before_a_break_is_noted(self, how: str, stage: Stage):
        log = WireLog()
        with (
            stage.playing(Script([Delta("half"), Reset()])) as model,
            pytest.raises(Exception, match="broke"),
        ):
            ask(model, how, log)

        assert log.last.events[-1][1]["choices"][0]["delta"]["content"] == "half"
        assert log.last.attempts == 1


class TestFaces:
    async def test_a_wait_is_told_before_it_begins_and_ends_with_its_task(
        self, stage: Stage
    ):
        told: asyncio.Queue[Any] = asyncio.Queue()
        log = WireLog(tell=told.put_nowait)
        with stage.playing(LATER) as model:
            config: Any = {"callbacks": [log]}
            task = asyncio.create_task(model.ainvoke("hello", config))
            wait = None
            while not isinstance(wait, Waiting):
                wait = await asyncio.wait_for(told.get(), 5)
            assert wait.seconds == 60
            assert type(wait.error) is RateLimited

            start = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            assert time.monotonic() - start < 0.5
            assert len(stage.requests) == 1

    def test_a_log_reads_as_a_table(self, stage: Stage):
        log = WireLog()
        with stage.playing(BUSY, SAYS) as model:
            ask(model, "stream", log)

        lines = str(log).splitlines()
        assert "request 1 to http://127.0.0.1" in lines[0]
        assert "status 503, opc-request-id " in lines[1]
        assert "waiting 0.0 s: the deployment failed" in lines[2]
        assert "first event" in lines[-2]
        assert "events" in lines[-1]

    def test_calls_of_a_batch_are_kept_apart(self, stage: Stage):
        log = WireLog()
        with stage.playing(SAYS) as model:
            model.batch(["a", "b", "c"], {"callbacks": [log]})

        assert len(log.calls) == 3
        assert len({call.run_id for call in log.calls}) == 3
        assert all(call.attempts == 1 for call in log.calls)

    def test_no_header_that_signs_is_in_the_log(self, stage: Stage):
        log = WireLog()
        with stage.playing(SAYS) as model:
            ask(model, "stream", log)

        assert "signature" not in f"{log} {log.last} {log.last.notices}".lower()

    def test_a_listener_that_fails_does_not_break_the_answer(
        self, stage: Stage, caplog: pytest.LogCaptureFixture
    ):
        def broken(_: object) -> None:
            msg = "a face that is gone"
            raise RuntimeError(msg)

        with stage.playing(SAYS) as model:
            ask(model, "stream", WireLog(tell=broken))

        assert "a face that is gone" in caplog.text

    async def test_an_async_callback_is_awaited(self, stage: Stage):
        class Slow(AsyncCallbackHandler):
            retries = 0

            async def on_retry(self, *_: Any, **__: Any) -> None:
                await asyncio.sleep(0.01)
                self.retries += 1

        slow = Slow()
        with stage.playing(BUSY, SAYS) as model:
            await model.ainvoke("hello", {"callbacks": [slow]})
            await model._client.aclose()

        assert slow.retries == 1

    def test_nothing_is_noted_for_nobody(self, stage: Stage):
        with stage.playing(SAYS) as model:
            stream = model.completion_with_retry(data={"messages": []}, stream=True)

            assert stream._tell is None
            assert not any(isinstance(payload, Arrived) for payload in stream)
