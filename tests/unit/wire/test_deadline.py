"""How long the next byte may take, and when an exchange is over."""

from __future__ import annotations

import pytest

from ocinb.wire.deadline import Deadline
from ocinb.wire.request import Timeouts


def deadline(**timeouts: float | None) -> Deadline:
    return Deadline(Timeouts(**timeouts))


def test_without_a_total_time_out_it_never_runs_out():
    endless = deadline(idle_s=7, total_s=None)

    assert not endless.is_over
    assert endless.wait_s() == 7


def test_without_any_time_out_the_next_byte_may_take_for_ever():
    assert deadline(idle_s=None, total_s=None).wait_s() is None


def test_a_wait_is_no_longer_than_the_idle_time_out():
    assert deadline(idle_s=7, total_s=1000).wait_s() == 7


def test_a_wait_is_no_longer_than_what_is_left_of_the_total():
    assert deadline(idle_s=60, total_s=5).wait_s() == pytest.approx(5, abs=0.5)
    assert deadline(idle_s=None, total_s=5).wait_s() == pytest.approx(5, abs=0.5)


def test_when_the_total_has_run_out_there_is_no_wait():
    late = deadline(idle_s=60, total_s=-0.5)

    assert late.is_over
    assert late.wait_s() == 0


def test_an_exchange_in_a_hurry_ends_soon():
    hurried = deadline(idle_s=60, total_s=None)
    hurried.hurry(2)

    assert hurried.wait_s() == pytest.approx(2, abs=0.5)


def test_a_hurry_never_gives_more_time():
    hurried = deadline(idle_s=60, total_s=2)
    hurried.hurry(30)

    assert hurried.wait_s() == pytest.approx(2, abs=0.5)
