"""The seconds until a request is sent again, counted down."""

from __future__ import annotations

import asyncio

import pytest

from ocinb.errors import ConnectionFailed, RateLimited
from ocinb.view.waits import Waits
from ocinb.wire.notices import Sent, Waiting

BUSY = RateLimited("too many requests", status=429)


class Shown:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.waits = Waits(self.say, lambda: self.lines.append("again"))

    def say(self, seconds: int, why: str) -> None:
        self.lines.append(f"{seconds} {why}")


def waiting(seconds: float, error: ConnectionFailed | RateLimited = BUSY) -> Waiting:
    return Waiting(at_s=0, attempt=1, seconds=seconds, error=error)


@pytest.fixture
def shown() -> Shown:
    return Shown()


async def test_a_wait_is_shown_with_its_reason(shown: Shown):
    shown.waits.hear(waiting(0.5))

    assert shown.lines == ["1 too many requests (status 429)"]


async def test_an_error_without_a_status_is_shown_without_one(shown: Shown):
    shown.waits.hear(waiting(0.5, ConnectionFailed("cannot connect")))

    assert shown.lines == ["1 cannot connect"]


async def test_the_seconds_are_counted_down(shown: Shown):
    shown.waits.hear(waiting(1.05))
    await asyncio.sleep(1.02)
    shown.waits.stop()

    assert [line.split()[0] for line in shown.lines] == ["2", "1"]


async def test_the_next_request_ends_the_count(shown: Shown):
    shown.waits.hear(waiting(30))
    shown.waits.hear(Sent(at_s=30, attempt=2, url="https://u"))

    assert shown.lines[1:] == ["again"]
    assert shown.waits._timer is None


async def test_the_first_request_is_nothing_new(shown: Shown):
    shown.waits.hear(Sent(at_s=0, attempt=1, url="https://u"))

    assert shown.lines == []


async def test_an_end_ends_the_count(shown: Shown):
    shown.waits.hear(waiting(30))
    shown.waits.stop()
    shown.waits.stop()

    assert shown.waits._timer is None
