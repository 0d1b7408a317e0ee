"""How many requests may be open: more while answers come promptly."""

from __future__ import annotations

import math
from typing import Any

from ocinb.sweep.pacing import Limit


def answer(limit: Any, wait_s: Any, times: Any, now: Any = 0.0):
    for _ in range(times):
        limit.opened(limit.at_once)
        limit.answered(wait_s, now)


def test_it_grows_while_answers_come_as_promptly_as_the_first():
    limit = Limit()
    first = limit.at_once

    answer(limit, 0.1, 100)

    assert limit.at_once >= 4 * first


def test_it_stays_where_answers_begin_later():
    limit = Limit()
    answer(limit, 0.1, 8)
    reached = limit.at_once

    answer(limit, 0.45, 200)

    assert limit.at_once == reached


def test_it_shrinks_where_answers_begin_much_later():
    limit = Limit()
    answer(limit, 0.1, 40)
    reached = limit.at_once

    answer(limit, 0.5, 200)

    assert limit.at_once < reached


def test_waits_of_a_tenth_of_a_second_are_no_reason_to_hold_back():
    limit = Limit()
    answer(limit, 0.05, 8)
    reached = limit.at_once

    answer(limit, 0.2, 200)

    assert limit.at_once > reached


def test_what_was_asked_before_a_change_tells_nothing_of_the_limit_of_now():
    limit = Limit()
    answer(limit, 0.1, 4, now=5.0)
    reached = limit.at_once

    for _ in range(100):
        limit.opened(reached)
        limit.answered(0.1, 6.0, started=4.9)
    kept = limit.at_once
    answer(limit, 0.1, 100, now=6.0)

    assert kept == reached < limit.at_once


def test_it_grows_with_care_once_it_was_too_high():
    limit = Limit()
    answer(limit, 0.1, 40)
    answer(limit, 5.0, limit.at_once)
    shrunk = limit.at_once

    answer(limit, 0.1, max(4, shrunk // 2))

    assert shrunk < limit.at_once <= math.ceil(1.25 * shrunk)


def test_it_never_falls_below_one():
    limit = Limit()
    answer(limit, 0.1, 8)

    answer(limit, 9.0, 2000)

    assert limit.at_once == 1


def test_it_does_not_grow_where_it_was_not_reached():
    limit = Limit()
    first = limit.at_once

    for _ in range(100):
        limit.opened(1)
        limit.answered(0.1, 0.0)

    assert limit.at_once == first


def test_it_does_not_grow_while_the_service_is_in_trouble():
    limit = Limit()
    first = limit.at_once
    limit.pause_growth(10.0)

    answer(limit, 0.1, 100, now=9.9)
    kept = limit.at_once
    answer(limit, 0.1, 100, now=10.0)

    assert kept == first < limit.at_once


def test_one_that_the_user_set_stays():
    limit = Limit(3)

    answer(limit, 0.1, 100)
    answer(limit, 9.0, 100)

    assert limit.at_once == 3


def test_it_has_an_end():
    limit = Limit(most=20)

    answer(limit, 0.1, 1000)

    assert limit.at_once == 20
