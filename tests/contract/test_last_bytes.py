"""What happens to a connection after an answer: kept, dropped by the server, or open."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import ConnectionFailed
from ocinb.local import Await, Close, End, Script, Wait
from ocinb.local.scripts.faults import fault
from tests.contract.stage import Stage
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

GONE_WHEN_USED_AGAIN = fault("stale_keepalive", 1)[0]
OPEN_FOR_EVER = Script([*Script.answer("all of it").steps, Wait(60)])


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


class TestABodyThatStaysOpen:
    def test_a_stream_ends_soon_after_its_last_event(self, stage: Stage):
        with stage.playing(OPEN_FOR_EVER) as model:
            start = time.monotonic()
            text = "".join(chunk.text for chunk in model.stream("hello"))

            assert text == "all of it"
            assert time.monotonic() - start < 2
            assert eventually(lambda: stage.hangups, within_s=1)

    async def test_an_async_stream_ends_soon_after_its_last_event(self, stage: Stage):
        with stage.playing(OPEN_FOR_EVER) as model:
            start = time.monotonic()
            async with aclosing(model.astream("hello")) as chunks:
                text = "".join([chunk.text async for chunk in chunks])

            assert text == "all of it"
            assert time.monotonic() - start < 2
            await model._client.aclose()

    def test_a_connection_whose_body_ends_a_little_later_is_used_again(
        self, stage: Stage
    ):
        later = Script([*Script.answer("a b").steps, Wait(0.1), End()])
        with stage.playing(later) as model:
            for _ in range(3):
                assert model.invoke("hello", stream=True).text == "a b"
                assert "".join(c.text for c in model.stream("hello")) == "a b"

            assert stage.connections == 1


class TestAConnectionThatIsGone:
    """The server dropped it while nobody used it; what it is asked next must work."""

    def test_the_next_request_is_sent_on_another_one_at_once(self, stage: Stage):
        with stage.playing(GONE_WHEN_USED_AGAIN, max_retries=0) as model:
            start = time.monotonic()
            texts = [model.invoke("hello").text for _ in range(4)]

            assert len(set(texts)) == 1
            assert time.monotonic() - start < 0.4  # the shortest wait is 0.5 s
            assert stage.connections == 4

    async def test_it_is_so_in_async_code(self, stage: Stage):
        with stage.playing(GONE_WHEN_USED_AGAIN, max_retries=0) as model:
            texts = [(await model.ainvoke("hello")).text for _ in range(4)]

            assert len(set(texts)) == 1
            assert stage.connections == 4
            await model._client.aclose()

    def test_many_connections_that_are_gone_at_once_do_no_harm(self, stage: Stage):
        with stage.playing(GONE_WHEN_USED_AGAIN, max_retries=0) as model:
            for _ in range(2):
                answers = model.batch(["hello"] * 8)
                assert len({answer.text for answer in answers}) == 1

    def test_a_new_connection_that_gives_nothing_is_a_failure(self, stage: Stage):
        first = Script([*Script.answer("one").steps, End(), Await(), Close()])
        with stage.playing(first, Script([Close()]), max_retries=0) as model:
            model.invoke("hello")
            with pytest.raises(ConnectionFailed) as caught:
                model.invoke("hello")

        assert caught.value.attempts == 1


def test_an_answer_that_asks_the_client_to_close_is_read_whole(stage: Stage):
    closing: Any = fault("stale_keepalive")[0]
    with stage.playing(closing) as model:

        async def twice() -> list[str]:
            texts = [(await model.ainvoke("hello")).text for _ in range(2)]
            await model._client.aclose()
            return texts

        assert len(set(asyncio.run(twice()))) == 1
