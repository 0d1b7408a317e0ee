"""Requests that are sent again, and the waits between them."""

from __future__ import annotations

from ocinb.errors import (
    ConnectionFailed,
    PolicyError,
    RateLimited,
    ServerError,
    TlsError,
)
from ocinb.wire.exchange import (
    Drain,
    Send,
    Wait,
)
from ocinb.wire.retry import RetryPolicy
from tests.unit.wire.course import (
    BUSY,
    GOOD,
    PREDICT,
    call_of,
    failed,
    oci,
    run,
)


class TestRetry:
    def test_a_passing_trouble_is_waited_out(self):
        course = run(BUSY, ConnectionFailed("refused", phase="connect"), GOOD)

        assert [type(step) for step in course.steps] == [
            *(Send, Drain, Wait),
            *(Send, Wait),
            *(Send, Drain),
        ]
        assert all(0.5 <= wait <= 8 for wait in course.waits)
        assert course.answer is not None
        assert course.answer.attempts == 3

    def test_a_wait_says_why_and_how_often(self):
        wait = run(BUSY, GOOD).only(Wait)[0]

        assert type(wait.error) is ServerError
        assert wait.attempt == 1

    def test_one_and_three_more_then_the_last_error_is_raised(self):
        error, course = failed(*[BUSY] * 4)

        assert len(course.urls) == 4
        assert error.attempts == 4
        assert error.endpoint == PREDICT
        assert "4 attempts" in str(error)

    def test_no_retries_is_really_none(self):
        call = call_of(policy=RetryPolicy(max_retries=0))
        error, course = failed(BUSY, call=call)

        assert len(course.urls) == 1
        assert error.attempts == 1

    def test_what_would_fail_again_is_raised_at_once(self):
        refused = TlsError("expired", phase="connect")
        error, course = failed(refused)

        assert error is refused
        assert len(course.urls) == 1

    def test_none_begins_after_the_deadline(self):
        call = call_of(policy=RetryPolicy(max_retries=100))
        error, course = failed(*[BUSY] * 100, call=call, takes_s=25)

        assert len(course.urls) == 3  # at 25 s, 50 s and 75 s at the latest
        assert error.attempts == 3

    def test_waits_that_the_server_asks_for_are_outside_the_deadline(self):
        busy = oci(429, retry_after="100")
        course = run(busy, busy, busy, GOOD)

        assert course.waits == [100, 100, 100]
        assert course.clock.now_s == 1300

    def test_they_leave_time_for_other_waits(self):
        course = run(oci(429, retry_after="100"), BUSY, GOOD)

        assert course.waits[0] == 100
        assert len(course.urls) == 3

    def test_other_waits_count_beside_them(self):
        asking = oci(503, retry_after="100")
        call = call_of(policy=RetryPolicy(max_retries=10))
        error, course = failed(asking, BUSY, BUSY, BUSY, call=call, takes_s=30)

        assert course.waits[0] == 100
        assert len(course.urls) == 2  # 60 s of its own were over after the second
        assert error.attempts == 2

    def test_a_wait_of_more_than_two_minutes_is_refused_with_the_servers_error(self):
        error, course = failed(oci(429, retry_after="121"))

        assert type(error) is RateLimited
        assert not course.waits

    def test_a_wait_asked_for_with_an_error_that_stays_is_not_waited(self):
        error, course = failed(oci(403, retry_after="1"))

        assert type(error) is PolicyError
        assert not course.waits

    def test_a_wait_asked_for_by_one_answer_does_not_count_for_the_next(self):
        gone = ConnectionFailed("refused", phase="connect")
        course = run(oci(503, retry_after="7"), gone, GOOD)

        assert course.waits[0] == 7
        assert course.waits[1] <= 8
        assert course.waits[1] != 7

    def test_each_attempt_sends_the_same_bytes(self):
        requests = [step.request for step in run(BUSY, BUSY, GOOD).only(Send)]

        assert requests[0] == requests[1] == requests[2]
