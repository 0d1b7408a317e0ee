"""Error statuses, said so that the user knows what to do next."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import Any

import pytest

from ocinb.errors import (
    AnswerError,
    DeploymentError,
    NotActive,
    NotFound,
    OcinbError,
    PayloadTooLarge,
    PolicyError,
    RateLimited,
    ServerError,
    SignatureRefused,
)
from ocinb.wire.refusals import POLICY, is_oci_shaped, refusal, request_id_of

HEADERS = {"content-type": "application/json", "opc-request-id": "A/B/C"}


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


OCI = as_json({"code": "SomeCode", "message": "Oracle's own words"})
VLLM = as_json({"error": {"message": "vLLM's own words", "type": "T", "code": 400}})
OLD = as_json({"object": "error", "message": "older words", "type": "T", "code": 400})
FASTAPI = as_json({"detail": "Not Found"})


class TestKinds:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (204, AnswerError),
            (206, AnswerError),
            (301, DeploymentError),
            (307, DeploymentError),
            (308, DeploymentError),
            (400, DeploymentError),
            (401, SignatureRefused),
            (403, PolicyError),
            (405, DeploymentError),
            (408, DeploymentError),
            (409, NotActive),
            (413, PayloadTooLarge),
            (415, DeploymentError),
            (422, DeploymentError),
            (429, RateLimited),
            (500, ServerError),
            (502, ServerError),
            (503, ServerError),
            (504, ServerError),
            (599, ServerError),
        ],
    )
    def test_each_status_is_an_error_of_its_kind(
        self, status: int, kind: type[OcinbError]
    ):
        error = refusal(status, HEADERS, OCI)

        assert type(error) is kind
        assert error.status == status
        assert error.phase == "answer"
        assert error.request_id == "A/B/C"
        assert error.server_message == "Oracle's own words"
        assert error.code == "SomeCode"
        assert str(error).isprintable()

    @pytest.mark.parametrize(
        ("status", "says"),
        [
            (204, "empty answer"),
            (307, "the endpoint redirects elsewhere"),
            (400, "the server refused the request"),
            (401, "the signature was not accepted"),
            (403, "not allowed to call this deployment"),
            (408, "the server waited too long for the request"),
            (409, "the deployment is not active"),
            (413, "the request is over the service's 10 MB limit"),
            (422, "the server could not read the request"),
            (429, "too many requests"),
            (499, "the server refused the request"),
            (500, "the deployment failed"),
        ],
    )
    def test_each_status_is_said_in_words(self, status: int, says: str):
        assert refusal(status, HEADERS, OCI).message.startswith(says)

    def test_not_found_of_the_gateway_may_be_a_missing_policy(self):
        error = refusal(404, HEADERS, OCI)

        assert type(error) is PolicyError
        assert "not found, or not authorised" in error.message
        assert "OCID" in error.hint
        assert "region" in error.hint
        assert error.hint.endswith(POLICY)

    @pytest.mark.parametrize("body", [VLLM, OLD, FASTAPI, b"", b"nothing here"])
    def test_not_found_of_the_model_server_is_an_unknown_model(self, body: bytes):
        assert type(refusal(404, HEADERS, body)) is NotFound


class TestHints:
    def test_forbidden_says_which_policy_to_add(self):
        assert refusal(403, HEADERS, OCI).hint == f"add the policy: {POLICY}"

    def test_the_policy_is_a_statement_to_paste_for_users_or_for_resources(self):
        right = "to {DATA_SCIENCE_MODEL_DEPLOYMENT_PREDICT} in compartment"
        for_users, for_resources = POLICY.split("; or for a notebook session or job: ")

        assert for_users.startswith(f"allow group <group-name> {right}")
        assert for_resources.startswith(
            f"allow dynamic-group <dynamic-group-name> {right}"
        )

    def test_unauthorised_says_what_to_run(self):
        assert "oci session authenticate" in refusal(401, HEADERS, OCI).hint

    @pytest.mark.parametrize(("off_s", "side"), [(400, "behind"), (-400, "ahead of")])
    def test_unauthorised_because_of_the_clock_says_by_how_much(
        self, off_s: float, side: str
    ):
        date = formatdate(time.time() + off_s, usegmt=True)

        hint = refusal(401, {**HEADERS, "date": date}, OCI).hint
        words = hint.split()
        assert hint.startswith("your clock is ")
        assert float(words[3]) == pytest.approx(400, abs=3)
        assert f" s {side} the server" in hint

    @pytest.mark.parametrize("off_s", [0, 290, -290])
    def test_a_clock_that_is_a_little_off_is_not_blamed(self, off_s: float):
        date = formatdate(time.time() + off_s, usegmt=True)

        assert "clock" not in refusal(401, {**HEADERS, "date": date}, OCI).hint

    @pytest.mark.parametrize("date", ["yesterday", "", "Mon, 99 Jan 2026"])
    def test_a_date_that_is_none_is_not_blamed(self, date: str):
        assert "clock" not in refusal(401, {**HEADERS, "date": date}, OCI).hint

    def test_a_gateway_time_out_suggests_less_or_a_stream(self):
        assert (
            refusal(504, HEADERS, OCI).hint == "lower max_tokens, or stream the answer"
        )

    def test_not_active_says_so(self):
        error = refusal(409, HEADERS, OCI)

        assert "not active" in error.message
        assert "ACTIVE" in error.hint

    def test_too_large_names_the_limit(self):
        assert "10 MB" in str(refusal(413, HEADERS, OCI))

    def test_a_redirect_is_never_followed_and_says_so(self):
        assert "never followed" in str(refusal(307, HEADERS, b""))


class TestServersWords:
    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (OCI, "Oracle's own words"),
            (VLLM, "vLLM's own words"),
            (OLD, "older words"),
            (FASTAPI, "Not Found"),
            (b"plain words", "plain words"),
            (b"\x1b[31mred\x1b[0m\nwords", "[31mred [0m words"),
            (b"\xff\xfe", "\ufffd\ufffd"),
            (b'"a JSON string"', '"a JSON string"'),
            (b"", ""),
        ],
    )
    def test_a_message_in_any_shape_is_shown(self, body: bytes, words: str):
        assert refusal(400, HEADERS, body).server_message == words

    def test_the_fields_of_an_unreadable_request_are_listed(self):
        detail = [
            {"loc": ["body", "messages"], "msg": "Field required"},
            {"loc": ["body", "max_tokens"], "msg": "Input should be an integer"},
        ]

        line = str(refusal(422, HEADERS, as_json({"detail": detail})))
        assert "messages" in line
        assert "Field required" in line
        assert "max_tokens" in line

    def test_a_page_of_html_is_shown_by_its_title_as_text(self):
        page = b"<html><TITLE lang=x>Bad\n Gateway &amp; more</TITLE><script>x</script>"
        error = refusal(502, {"content-type": "text/html; charset=utf-8"}, page)

        assert error.server_message == "Bad\n Gateway & more"
        assert "the deployment failed: Bad Gateway & more (" in str(error)
        assert "script" not in str(error)

    @pytest.mark.parametrize("page", [b"<html>no title</html>", b"", b"<title>x"])
    def test_a_page_without_a_title_is_not_shown(self, page: bytes):
        assert refusal(502, {"content-type": "text/html"}, page).server_message == ""

    def test_a_megabyte_of_words_is_cut_in_the_line(self):
        assert len(str(refusal(400, HEADERS, b"x" * 1_000_000))) < 700

    def test_words_that_steer_a_terminal_are_inert(self):
        message = "\x1b[31mred \x1b]0;title\x07 \u202eesrever <script>alert(1)</script>"
        error = refusal(400, HEADERS, as_json({"code": "X", "message": message}))

        assert str(error).isprintable()
        assert error.server_message == message


class TestShape:
    @pytest.mark.parametrize("body", [OCI, as_json({"code": "X"})])
    def test_a_word_for_a_code_is_the_gateways_shape(self, body: bytes):
        assert is_oci_shaped(body)

    @pytest.mark.parametrize(
        "body", [VLLM, OLD, FASTAPI, b"", b"x", b"[]", as_json({"code": 404})]
    )
    def test_everything_else_is_not(self, body: bytes):
        assert not is_oci_shaped(body)

    def test_the_request_id_is_oracles_header(self):
        assert request_id_of(HEADERS) == "A/B/C"
        assert request_id_of({}) == ""
