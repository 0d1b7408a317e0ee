"""Whether a failed request is sent again, and after how long."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from ocinb.errors import (
    AnswerError,
    AuthError,
    ConnectionFailed,
    DeploymentError,
    EndpointError,
    HostNotFound,
    NotActive,
    NotFound,
    OcinbError,
    PolicyError,
    RateLimited,
    ServerError,
    SignatureRefused,
    StreamFailed,
    StreamTruncated,
    TimedOut,
    TlsError,
)
from ocinb.wire.retry import RetryPolicy, is_retryable, retry_after_s, wait_before_retry

BUSY = ServerError("busy", status=503)


def wait_s(
    error: OcinbError = BUSY,
    *,
    attempt: int = 1,
    elapsed_s: float = 0,
    asked_s: float | None = None,
    policy: RetryPolicy = RetryPolicy(),  # noqa: B008 - a frozen value
) -> float | None:
    return wait_before_retry(
        error, attempt=attempt, elapsed_s=elapsed_s, asked_s=asked_s, policy=policy
    )


class TestWhether:
    @pytest.mark.parametrize(
        "error",
        [
            ConnectionFailed("refused", phase="connect"),
            ConnectionFailed("disconnected before any byte", phase="headers"),
            TimedOut("connect", phase="connect"),
            TimedOut("no headers", phase="headers"),
            *(ServerError("", status=status) for status in (500, 502, 503, 504)),
            DeploymentError("", status=408),
            RateLimited("", status=429),
            StreamFailed("as the first event", status=503),
        ],
        ids=lambda error: f"{type(error).__name__} {error}",
    )
    def test_a_passing_trouble_is_tried_again(self, error: OcinbError):
        assert is_retryable(error)

    @pytest.mark.parametrize(
        "error",
        [
            *(DeploymentError("", status=s) for s in (400, 405, 411, 415, 422, 501)),
            DeploymentError("a redirect", status=307),
            SignatureRefused("", status=401),
            PolicyError("", status=403),
            NotFound("", status=404),
            NotActive("", status=409),
            DeploymentError("", status=413),
            TlsError("", phase="connect"),
            HostNotFound("", phase="connect"),
            ConnectionFailed("reset after some text", phase="stream"),
            TimedOut("idle", phase="stream"),
            StreamTruncated("", phase="stream"),
            StreamFailed("", status=400),
            StreamFailed("without a status"),
            AnswerError("not JSON", status=200),
            AnswerError("not HTTP", phase="headers"),
            AuthError("could not sign", phase="sign"),
            EndpointError("not a URL", phase="headers"),
        ],
        ids=lambda error: f"{type(error).__name__} {error}",
    )
    def test_what_would_fail_again_or_was_seen_is_not(self, error: OcinbError):
        assert not is_retryable(error)


class TestHowOften:
    def test_three_retries_by_default(self):
        waits = [wait_s(attempt=attempt) is not None for attempt in range(1, 6)]

        assert waits == [True, True, True, False, False]

    def test_no_retries_is_really_none(self):
        assert wait_s(policy=RetryPolicy(max_retries=0)) is None

    def test_retry_after_does_not_buy_more_attempts(self):
        assert wait_s(attempt=4, asked_s=1) is None


class TestBackoff:
    def test_waits_are_jittered_between_half_a_second_and_eight(self):
        waits = [wait_s(attempt=n % 3 + 1) for n in range(600)]

        assert all(wait is not None and 0.5 <= wait <= 8 for wait in waits)
        assert len(set(waits)) > 200

    @pytest.mark.parametrize(("attempt", "most"), [(1, 1), (2, 2), (3, 4), (9, 8)])
    def test_waits_may_grow_with_each_attempt(self, attempt: int, most: float):
        policy = RetryPolicy(max_retries=10)
        waits = [wait_s(attempt=attempt, policy=policy) or 0 for _ in range(300)]

        assert most / 2 < max(waits) <= most

    def test_no_retry_begins_after_the_deadline(self):
        assert wait_s(elapsed_s=60) is None
        assert wait_s(elapsed_s=59.6) is None

    def test_the_wait_itself_counts_for_the_deadline(self):
        waits = [wait_s(elapsed_s=59.2) for _ in range(200)]

        assert None in waits
        assert all(wait is None or 59.2 + wait <= 60 for wait in waits)

    def test_the_deadline_may_be_another(self):
        policy = RetryPolicy(deadline_s=1000)

        assert wait_s(elapsed_s=500, policy=policy) is not None


class TestRetryAfterObeyed:
    @pytest.mark.parametrize("asked_s", [0, 0.5, 3, 119, 120])
    def test_what_the_server_asks_for_is_waited_exactly(self, asked_s: float):
        assert wait_s(asked_s=asked_s) == asked_s

    def test_more_than_two_minutes_is_given_up_at_once(self):
        assert wait_s(asked_s=120.1) is None

    def test_it_is_outside_the_deadline(self):
        assert wait_s(asked_s=100, elapsed_s=59) == 100

    def test_it_does_not_make_an_error_retryable(self):
        assert wait_s(PolicyError("", status=403), asked_s=1) is None


class TestRetryAfterRead:
    @pytest.mark.parametrize(
        ("value", "seconds"), [("0", 0), ("7", 7), (" 120 ", 120), ("007", 7)]
    )
    def test_seconds(self, value: str, seconds: float):
        assert retry_after_s({"retry-after": value}) == seconds

    def test_a_date_is_counted_from_now(self):
        headers = {"retry-after": formatdate(time.time() + 30, usegmt=True)}

        assert retry_after_s(headers) == pytest.approx(30, abs=2)

    def test_a_date_that_has_passed_asks_for_no_wait(self):
        headers = {"retry-after": formatdate(time.time() - 30, usegmt=True)}

        assert retry_after_s(headers) == 0

    def test_a_date_with_another_offset(self):
        later = time.strftime("%a, %d %b %Y %H:%M:%S", time.gmtime(time.time() + 7230))

        assert retry_after_s({"retry-after": f"{later} +0200"}) == pytest.approx(
            30, abs=2
        )

    def test_no_header_asks_for_nothing(self):
        assert retry_after_s({}) is None

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "soon",
            "-5",
            "1.5",
            "1e3",
            "²",
            "inf",
            "nan",
            "Wed, 99 Nov 2026 99:99:99 GMT",
            "Wed, 01 Nov 99999 00:00:00 GMT",
            "Mon, 01 Jan 0001 00:00:00 +2359",
            "Mon, 01 Jan 2026 00:00:00 +99999999999",
            "1" * 5000,
            ", ".join("0" * 50),
            "\x00",
            "0, 5",
        ],
        ids=lambda value: ascii(value)[:40],
    )
    def test_what_is_neither_asks_for_nothing_that_is_waited_for(self, value: str):
        asked_s = retry_after_s({"retry-after": value})

        assert not asked_s or asked_s > RetryPolicy().retry_after_limit_s
