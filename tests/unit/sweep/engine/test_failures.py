"""What errors of any chat model mean for a sweep."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ocinb.errors import (
    AuthError,
    DeploymentError,
    HostNotFound,
    ParameterError,
    PolicyError,
    RateLimited,
    TlsError,
)
from ocinb.sweep.engine.failures import failure_of


class Theirs(Exception):
    """An error as OpenAI's library has it."""

    def __init__(self, status: Any, **headers: Any) -> None:
        super().__init__("theirs")
        self.response = httpx.Response(
            status, headers={n.replace("_", "-"): v for n, v in headers.items()}
        )


@pytest.mark.parametrize(
    "error",
    [
        ParameterError("no"),
        TlsError("no"),
        HostNotFound("no"),
        DeploymentError("no", status=400),
        Theirs(400),
        ValueError("no"),
    ],
)
def test_what_would_fail_again_is_not_tried_again(error: Any):
    assert not failure_of(error).may_retry


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_statuses_that_pass_are_tried_again_whoever_tells_them(status: Any):
    assert failure_of(Theirs(status)).may_retry
    assert failure_of(DeploymentError("x", status=status)).may_retry


@pytest.mark.parametrize("error", [AuthError("x"), PolicyError("x"), Theirs(401)])
def test_refused_credentials_are_known(error: Any):
    assert failure_of(error).is_denied
    assert not failure_of(error).is_final


def test_a_refusal_for_too_many_requests_is_known():
    assert failure_of(RateLimited("x", status=429)).is_refusal
    assert failure_of(Theirs(429)).is_refusal
    assert failure_of(DeploymentError("x", status=503, retry_after_s=2.0)).is_refusal
    assert not failure_of(DeploymentError("x", status=503)).is_refusal


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3.0), ("nan", None), ("-5", None), ("soon", None), ("", None)],
)
def test_what_another_library_was_asked_to_wait_is_read(value: Any, seconds: Any):
    assert failure_of(Theirs(429, retry_after=value)).retry_after_s == seconds


def test_a_date_to_wait_for_is_read():
    error = Theirs(429, retry_after="Wed, 21 Oct 2015 07:28:00 GMT")

    assert failure_of(error).retry_after_s == 0


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_only_what_was_asked_wrongly_is_final(status: Any):
    assert failure_of(DeploymentError("x", status=status)).is_final


@pytest.mark.parametrize("status", [200, None, 500, 429, 501])
def test_what_says_nothing_of_the_setting_is_not_final(status: Any):
    assert not failure_of(DeploymentError("x", status=status)).is_final


def test_a_failure_is_one_line():
    failure = failure_of(ValueError("a\nb\x1b[31m"))

    assert failure.line == "ValueError: a b [31m"
