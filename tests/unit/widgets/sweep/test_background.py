"""Work in the background: the newest wish of a name is done, and nobody waits."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from ocinb.widgets.sweep.background import Background
from ocinb.widgets.sweep.watcher import Watcher

if TYPE_CHECKING:
    import pytest

WITHIN_S = 10


def test_of_several_wishes_with_one_name_the_newest_is_done() -> None:
    background, gate, done = Background(), threading.Event(), []
    begun = threading.Event()

    def first() -> None:
        begun.set()
        gate.wait(WITHIN_S)

    background.wish("gate", first)
    assert begun.wait(WITHIN_S)
    for number in range(5):
        background.wish("number", lambda number=number: done.append(number))
    background.wish("other", lambda: done.append("other"))
    assert done == []
    gate.set()
    assert background.wait(WITHIN_S)
    assert done == [4, "other"]


def test_what_was_not_begun_can_be_forgotten() -> None:
    background, gate, done = Background(), threading.Event(), []
    begun = threading.Event()
    background.wish("gate", lambda: (begun.set(), gate.wait(WITHIN_S)))
    assert begun.wait(WITHIN_S)
    background.wish("number", lambda: done.append(1))
    background.forget()
    gate.set()
    assert background.wait(WITHIN_S)
    assert done == []


def test_a_mistake_is_logged_and_the_next_wish_is_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    background, done = Background(), threading.Event()
    logged = threading.Event()
    handler = logging.Handler()
    handler.emit = lambda _: logged.set()  # type: ignore[method-assign]  # a handler of one line
    logging.getLogger("ocinb.widgets.sweep.background").addHandler(handler)
    background.wish("wrong", lambda: 1 / 0)
    assert logged.wait(WITHIN_S)
    logging.getLogger("ocinb.widgets.sweep.background").removeHandler(handler)
    background.wish("right", done.set)
    assert done.wait(WITHIN_S)
    assert "could not be drawn" in caplog.text


def test_a_watcher_looks_until_it_is_told_that_it_is_over() -> None:
    seen: list[int] = []
    over = threading.Event()

    def look() -> bool:
        seen.append(len(seen))
        if len(seen) == 2:
            over.set()
        return len(seen) == 2

    watcher = Watcher(look)
    watcher.start()
    watcher.start()
    assert over.wait(WITHIN_S)
    watcher.start()
    assert len(seen) >= 2


def test_a_watcher_that_was_stopped_can_look_again() -> None:
    looks = threading.Semaphore(0)
    watcher = Watcher(lambda: bool(looks.release()))
    watcher.start()
    assert looks.acquire(timeout=WITHIN_S)
    watcher.stop()
    watcher.start()
    assert looks.acquire(timeout=WITHIN_S)
    watcher.stop()
