"""What Oracle's gateway lets through."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import pytest

from ocinb.local.credentials import Credentials
from ocinb.local.gateway.admission import (
    BODY_LIMIT_BYTES,
    Door,
    Head,
    OciError,
    Passed,
    check_head,
    check_signature,
    find_route,
)

OCID = "ocid1.datasciencemodeldeployment.oc1.local.test"
DOOR = Door(OCID, "key", b"", 8080)
CHAT = "/v1/chat/completions"


def head(
    method: str = "POST", target: str = f"/{OCID}/predict", **headers: str
) -> Head:
    given = {"host": "127.0.0.1:8080", "content_length": "2", **headers}
    lines = [(name.replace("_", "-"), value) for name, value in given.items()]
    return Head(method, target, lines)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_loopback_names_are_let_in(name: str):
    assert check_head(head(host=f"{name}:8080"), DOOR) is None


@pytest.mark.parametrize(
    "host",
    ["evil.example:8080", "127.0.0.1", "127.0.0.1:81", "", "localhost.evil:8080"],
)
def test_other_names_are_turned_away(host: str):
    error = check_head(head(host=host), DOOR)

    assert error is not None
    assert (error.status, error.code) == (421, "InvalidParameter")


@pytest.mark.parametrize("length", ["", "x", "-1"])
def test_a_body_needs_its_length(length: str):
    error = check_head(head(content_length=length), DOOR)

    assert error is not None
    assert error.status == 411


def test_a_get_needs_no_length():
    assert check_head(head("GET", content_length=""), DOOR) is None


@pytest.mark.parametrize(("over", "status"), [(0, None), (1, 413)])
def test_a_body_may_have_10_megabytes(over: int, status: int | None):
    error = check_head(head(content_length=str(BODY_LIMIT_BYTES + over)), DOOR)

    assert (error and error.status) == status


@dataclass
class Signable:
    method: str
    url: str
    path_url: str
    body: bytes
    headers: dict[str, str]


@pytest.fixture(scope="module")
def keys() -> Credentials:
    return Credentials()


def test_the_right_signature_is_accepted(keys: Credentials):
    signed = Signable("POST", "http://127.0.0.1:8080/x", "/x", b"{}", {})
    keys.auth()["signer"](signed)
    door = Door(OCID, keys.key_id, keys.public_key, 8080)
    received = Head("POST", "/x", list(signed.headers.items()))

    assert check_signature(received, b"{}", door, time.time()) is None


def test_a_missing_signature_is_refused_with_its_reason():
    error = check_signature(head(), b"{}", DOOR, time.time())

    assert error is not None
    assert (error.status, error.code) == (401, "NotAuthenticated")
    assert error.message.endswith("incorrect: the authorization header is missing.")


def test_an_error_is_answered_in_ocis_shape():
    assert json.loads(OciError(404, "NotFound", "no").body) == {
        "code": "NotFound",
        "message": "no",
    }


@pytest.mark.parametrize(
    ("target", "headers", "passed"),
    [
        ("predict", {}, Passed(CHAT, streams=False, only_streams=False)),
        ("predict?x=1", {}, Passed(CHAT, streams=False, only_streams=False)),
        (
            "predict",
            {"route": "/v1/models"},
            Passed("/v1/models", streams=False, only_streams=False),
        ),
        (
            "predict",
            {"enable-streaming": "True"},
            Passed(CHAT, streams=True, only_streams=False),
        ),
        (
            "predict/v1/completions",
            {"route": "/other"},
            Passed("/v1/completions", streams=False, only_streams=False),
        ),
        (
            "predictWithResponseStream",
            {},
            Passed(CHAT, streams=True, only_streams=True),
        ),
        (
            f"predictWithResponseStream{CHAT}",
            {},
            Passed(CHAT, streams=True, only_streams=True),
        ),
    ],
)
def test_each_form_of_the_path_has_its_route(
    target: str, headers: dict[str, str], passed: Passed
):
    found = find_route(Head("POST", f"/{OCID}/{target}", [*headers.items()]), DOOR)

    assert found == passed


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/other/predict",
        f"/{OCID}",
        f"/{OCID}/predicted",
        f"/{OCID}/invoke",
        f"//{OCID}/predict",
    ],
)
def test_another_path_is_not_found(target: str):
    assert find_route(head(target=target), DOOR) == OciError(
        404,
        "NotAuthorizedOrNotFound",
        "Authorization failed or requested resource not found.",
    )
