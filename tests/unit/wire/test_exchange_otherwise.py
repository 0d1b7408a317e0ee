"""The one other way there may be: the older URL, or a renewed token."""

from __future__ import annotations

import pytest

from ocinb.errors import (
    AuthError,
    DeploymentError,
    NotActive,
    NotFound,
    OcinbError,
    PolicyError,
    SignatureRefused,
)
from ocinb.wire.exchange import (
    Drain,
    Refresh,
    Send,
)
from ocinb.wire.retry import RetryPolicy
from tests.unit.wire.course import (
    BUSY,
    GOOD,
    NOT_STREAMING,
    PREDICT,
    STREAM,
    Head,
    answered,
    call_of,
    failed,
    oci,
    run,
    streamed,
    vllm,
)


class TestFallBack:
    @pytest.mark.parametrize(
        "refused", [oci(404), oci(405), oci(409, NOT_STREAMING)], ids=str
    )
    def test_a_derived_url_that_the_gateway_does_not_know_is_left_for_the_plain_one(
        self, refused: Head
    ):
        course = run(refused, streamed(), call=call_of(stream=True))

        assert course.urls == [STREAM, PREDICT]
        assert [
            s.request.headers.get("enable-streaming") for s in course.only(Send)
        ] == [
            None,
            "true",
        ]
        assert course.steps[-2].request.headers["accept"] == "text/event-stream"
        assert course.answer is not None
        assert course.answer.fell_back
        assert course.answer.attempts == 2
        assert course.answer.url == PREDICT

    @pytest.mark.parametrize(
        ("refused", "kind"),
        [
            (vllm(404), NotFound),
            (vllm(405), DeploymentError),
            (vllm(409), NotActive),
            (answered({"detail": "Not Found"}, 404), NotFound),
            (oci(400), DeploymentError),
            (oci(403), PolicyError),
        ],
        ids=str,
    )
    def test_every_other_refusal_is_raised_at_once(
        self, refused: Head, kind: type[OcinbError]
    ):
        error, course = failed(refused, call=call_of(stream=True))

        assert type(error) is kind
        assert course.urls == [STREAM]

    def test_a_deployment_that_is_not_active_says_so_at_once(self):
        error, course = failed(
            oci(409, "The deployment is not in an ACTIVE state."),
            call=call_of(stream=True),
        )

        assert type(error) is NotActive
        assert course.urls == [STREAM]

    def test_a_stream_url_that_was_given_is_not_left(self):
        call = call_of(stream=True, endpoint=STREAM)
        error, course = failed(oci(409, NOT_STREAMING), call=call)

        assert type(error) is NotActive
        assert course.urls == [STREAM]

    def test_a_whole_answer_has_nowhere_to_fall_back_to(self):
        error, course = failed(oci(405))

        assert error.status == 405
        assert course.urls == [PREDICT]

    def test_it_happens_once_only(self):
        error, course = failed(
            *[oci(409, NOT_STREAMING)] * 2, call=call_of(stream=True)
        )

        assert type(error) is NotActive
        assert course.urls == [STREAM, PREDICT]
        assert error.endpoint == PREDICT

    def test_it_is_worth_remembering_only_if_the_plain_url_streamed(self):
        course = run(oci(404), GOOD, call=call_of(stream=True))

        assert course.answer is not None
        assert not course.answer.fell_back

    def test_a_url_known_not_to_stream_is_not_asked_again(self):
        course = run(streamed(), call=call_of(stream=True), plain_url=True)

        assert course.urls == [PREDICT]
        assert course.answer is not None
        assert not course.answer.fell_back

    def test_it_leaves_all_retries(self):
        call = call_of(stream=True, policy=RetryPolicy(max_retries=1))
        course = run(oci(404), BUSY, streamed(), call=call)

        assert course.urls == [STREAM, PREDICT, PREDICT]
        assert course.answer is not None
        assert course.answer.attempts == 3
        assert course.answer.fell_back

    def test_not_found_on_both_urls_renews_the_token_and_then_names_the_policy(self):
        error, course = failed(
            *[oci(404)] * 3, call=call_of(stream=True), refreshes=[True]
        )

        assert type(error) is PolicyError
        assert course.urls == [STREAM, PREDICT, PREDICT]
        assert error.attempts == 3


class TestRefresh:
    @pytest.mark.parametrize("stream", [False, True])
    def test_a_refused_signature_is_made_again_with_a_renewed_token(
        self, *, stream: bool
    ):
        good = streamed() if stream else GOOD
        course = run(oci(401), good, call=call_of(stream=stream), refreshes=[True])

        kinds = [type(step) for step in course.steps]
        assert kinds[:4] == [Send, Drain, Refresh, Send]
        assert len(set(course.urls)) == 1
        assert course.answer is not None
        assert course.answer.attempts == 2

    def test_a_refresh_that_changed_nothing_is_not_worth_another_request(self):
        error, course = failed(oci(401), refreshes=[False])

        assert type(error) is SignatureRefused
        assert len(course.urls) == 1
        assert error.attempts == 1

    def test_it_happens_once_only(self):
        error, course = failed(*[oci(401)] * 2, refreshes=[True])

        assert type(error) is SignatureRefused
        assert len(course.urls) == 2
        assert len(course.only(Refresh)) == 1
        assert not course.waits

    def test_oracles_not_found_may_mean_not_authorised(self):
        course = run(oci(404), GOOD, refreshes=[True])

        assert len(course.urls) == 2

    def test_the_model_servers_not_found_does_not(self):
        error, course = failed(vllm(404))

        assert type(error) is NotFound
        assert not course.only(Refresh)

    def test_forbidden_is_not_a_question_of_the_token(self):
        error, course = failed(oci(403))

        assert type(error) is PolicyError
        assert not course.only(Refresh)

    def test_a_token_that_cannot_be_renewed_is_the_error(self):
        cannot = AuthError("could not renew", phase="sign")
        error, course = failed(oci(401), refreshes=[cannot])

        assert error is cannot
        assert error.endpoint == PREDICT
        assert len(course.urls) == 1

    def test_it_leaves_all_retries(self):
        call = call_of(policy=RetryPolicy(max_retries=1))

        assert len(run(oci(401), BUSY, GOOD, call=call, refreshes=[True]).urls) == 3

    def test_retries_leave_the_refresh(self):
        assert len(run(BUSY, oci(401), GOOD, refreshes=[True]).urls) == 3
