"""A run without a consumer: begun, listened to, waited for, and stopped."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage

from ocinb.conversation import Conversation, Run, ToolRequest, Turn
from ocinb.errors import ConfigurationError, StreamFailed

if TYPE_CHECKING:
    from collections.abc import Callable

SOON_S = 5


@pytest.fixture
def run(reciting: Any) -> Callable[..., Run]:
    def make(*steps: Any) -> Run:
        model = reciting(answers=[list(steps)])
        return Run(Turn("hello"), model, [HumanMessage("hello")])

    return make


def text_of(heard: list[Any]) -> str:
    return "".join(str(i.text) for i in heard if isinstance(i, AIMessageChunk))


def test_a_run_that_was_begun_ends_by_itself(run: Any):
    begun = run("Once", " upon").begin()
    turn = begun.result(SOON_S)
    assert (turn.text, turn.status) == ("Once upon", "done")
    assert (begun.done, begun.text, begun.turn) == (True, "Once upon", turn)


def test_waiting_begins_a_run(run: Any):
    assert run("A").result(SOON_S).text == "A"


async def test_a_run_can_be_awaited(run: Any):
    assert (await run("A")).text == "A"


async def test_awaiting_raises_the_models_error(run: Any):
    with pytest.raises(StreamFailed):
        await run("A", StreamFailed("broken"))


async def test_who_gives_up_waiting_does_not_stop_the_run(run: Any):
    slow = run("A", 0.2, "B")
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(_waited(slow), 0.05)
    assert (await slow).text == "AB"


async def _waited(run: Run) -> Turn:
    return await run


def test_a_run_that_takes_too_long_goes_on(run: Any):
    slow = run("A", 0.2, "B")
    with pytest.raises(TimeoutError, match=r"within 0\.05 s; it goes on"):
        slow.result(0.05)
    assert slow.result(SOON_S).text == "AB"


def test_waiting_raises_the_models_error(run: Any):
    failing = run("A", StreamFailed("broken"))
    with pytest.raises(StreamFailed):
        failing.result(SOON_S)
    assert failing.turn.status == "failed"


def test_a_listener_hears_each_item_and_the_turn_at_the_end(run: Any):
    heard: list[Any] = []
    threads: set[str] = set()
    ended = threading.Event()

    def listener(told: Any) -> None:
        heard.append(told)
        threads.add(threading.current_thread().name)
        if isinstance(told, Turn):
            ended.set()

    listening = run("Once", " upon")
    listening.listen(listener)
    turn = listening.begin().result(SOON_S)
    assert ended.wait(SOON_S)
    assert text_of(heard) == "Once upon"
    assert heard[-1] == turn
    assert threads == {"ocinb-shared"}


def test_a_listener_hears_what_another_consumes(run: Any):
    heard: list[Any] = []
    shared = run("a", "b")
    shared.listen(heard.append)
    list(shared.chunks())
    end = time.monotonic() + SOON_S
    while not (heard and isinstance(heard[-1], Turn)) and time.monotonic() < end:
        time.sleep(0.001)
    assert text_of(heard) == "ab"


def test_a_listener_that_comes_after_the_end_hears_it_at_once(run: Any):
    ended = run("a")
    turn = ended.result(SOON_S)
    heard: list[Any] = []
    ended.listen(heard.append)
    assert heard == [turn]


def test_a_listener_that_fails_does_not_disturb_the_run(
    run: Any, caplog: pytest.LogCaptureFixture
):
    def broken(_told: Any) -> None:
        msg = "a broken view"
        raise ValueError(msg)

    listening = run("a", 0.05, "b")
    listening.listen(broken)
    assert listening.result(SOON_S).text == "ab"
    assert "a broken view" in caplog.text


def test_a_run_is_iterated_over_once(run: Any):
    consumed = run("a")
    list(consumed.chunks())
    for again in (consumed.begin, lambda: list(consumed.chunks())):
        with pytest.raises(RuntimeError, match="once"):
            again()


def test_a_second_consumer_does_not_disturb_the_first(run: Any):
    consumed = run("a", 0.05, "b")
    with closing(consumed.chunks()) as chunks:
        next(chunks)
        with pytest.raises(RuntimeError, match="once"):
            next(consumed.chunks())
        list(chunks)
    assert consumed.turn.text == "ab"


@pytest.mark.parametrize("consume", ["begin", "chunks", "achunks"])
def test_stop_ends_an_answer_quickly_whoever_consumes_it(run: Any, consume: str):
    stopping: Run = run("Once", 30)
    stopped_s: list[float] = []

    def stop() -> None:
        stopped_s.append(time.monotonic())
        stopping.stop()

    heard = threading.Event()
    stopping.listen(lambda _: heard.set())
    threading.Thread(target=lambda: heard.wait(SOON_S) and stop()).start()
    if consume == "begin":
        stopping.begin().result(SOON_S)
    elif consume == "chunks":
        assert text_of(list(stopping.chunks())) == "Once"
    else:
        assert asyncio.run(_consumed(stopping)) == "Once"
    assert time.monotonic() - stopped_s[0] < 0.2
    assert (stopping.turn.status, stopping.text) == ("stopped", "Once")
    assert stopping.turn.error is None


async def _consumed(run: Run) -> str:
    return text_of([item async for item in run.achunks()])


async def test_stop_works_while_the_consumer_is_busy(run: Any):
    stopping = run("Once", 30)
    async for _ in stopping.achunks():
        began_s = time.monotonic()
        stopping.stop()
        await stopping
        assert time.monotonic() - began_s < 0.2
    assert stopping.turn.status == "stopped"


def test_a_run_that_was_stopped_before_it_began_sends_nothing(run: Any):
    never = run("a")
    never.stop()
    assert never.turn.status == "stopped"
    assert list(never.chunks()) == []
    assert never.result(SOON_S).text == ""


def test_stopping_what_has_ended_changes_nothing(run: Any):
    ended = run("a")
    turn = ended.result(SOON_S)
    ended.stop()
    assert ended.turn == turn


async def test_a_run_cannot_be_waited_for_on_its_own_loop(run: Any):
    own = run("a", 0.05, "b")
    async for _ in own.achunks():
        if not own.done:
            with pytest.raises(ConfigurationError, match="use `await`"):
                own.result()


def test_stop_while_a_request_waits(reciting: Any):
    def look() -> str:
        """Look."""
        return "seen"

    call = {"name": "look", "args": "{}", "id": "1", "index": 0}
    model = reciting(answers=[[AIMessageChunk(content="", tool_call_chunks=[call])]])
    run = Conversation(model, tools=[look]).start("a")
    waiting: list[ToolRequest] = []
    asked = threading.Event()

    def listener(told: Any) -> None:
        if isinstance(told, ToolRequest):
            waiting.append(told)
            asked.set()

    run.listen(listener)
    run.begin()
    assert asked.wait(SOON_S)
    run.stop()
    turn = run.result(SOON_S)
    assert turn.status == "stopped"
    assert str(turn.messages[-1].text) == "not run: stopped by the user"
    assert waiting[0].approve() is False


def test_stop_while_a_tool_runs(reciting: Any):
    go = threading.Event()

    def slow() -> str:
        """Wait."""
        go.wait(SOON_S)
        return "late"

    call = {"name": "slow", "args": "{}", "id": "1", "index": 0}
    model = reciting(answers=[[AIMessageChunk(content="", tool_call_chunks=[call])]])
    run = Conversation(model, tools=[slow], safe_tools=[slow]).start("a")
    running = threading.Event()
    run.listen(lambda told: running.set() if isinstance(told, ToolRequest) else None)
    run.begin()
    assert running.wait(SOON_S)
    time.sleep(0.05)
    began_s = time.monotonic()
    run.stop()
    turn = run.result(SOON_S)
    assert time.monotonic() - began_s < 0.2
    go.set()
    assert str(turn.messages[-1].text) == "stopped by the user while it ran"
    assert len(model.asked) == 1
