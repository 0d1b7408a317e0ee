"""OCI request signatures: what is accepted, and what is refused with which reason."""

from __future__ import annotations

import base64
import copy
import pickle
import re
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from oci.signer import Signer

from ocinb.wire.signing import (
    Refusal,
    RequestSigner,
    fingerprint_of,
    make_private_key,
    public_key_of,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[..., str | None]
    ByHand = Callable[..., "Prepared"]

NOW = 1_790_000_000.0
URL = "https://modeldeployment.eu-frankfurt-1.oci.customer-oci.com/ocid1.x/predict"
BODY = b'{"model":"odsc-llm"}'
SIGNED = "date (request-target) host content-length content-type x-content-sha256"


@dataclass
class Prepared:
    """A request in the shape that oci's signers expect."""

    url: str = URL
    body: bytes | str | None = BODY
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def path_url(self) -> str:
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.fixture(scope="module")
def private_key() -> bytes:
    return make_private_key()


@pytest.fixture(scope="module")
def other_key() -> bytes:
    return make_private_key()


@pytest.fixture(scope="module")
def key_id(private_key: bytes) -> str:
    return f"ocid1.tenancy.oc1..t/ocid1.user.oc1..u/{fingerprint_of(private_key)}"


@pytest.fixture(scope="module")
def signer(private_key: bytes, key_id: str) -> RequestSigner:
    return RequestSigner(key_id, private_key)


@pytest.fixture(scope="module")
def check(private_key: bytes, key_id: str) -> Check:
    """Verify a signed request as it arrives, with changes made on the way."""
    public_key = public_key_of(private_key)

    def check_(
        request: Prepared, now: float | None = None, **changed: Any
    ) -> str | None:
        received = {
            "method": request.method,
            "target": request.path_url,
            "headers": list(request.headers.items()),
            "body": request.body or b"",
            "public_key": public_key,
            "key_id": key_id,
        }
        moment = now if now is not None else _date_of(request)
        refusal = verify(**{**received, **changed}, now=moment)
        return refusal.reason if refusal else None

    return check_


def _date_of(request: Prepared) -> float:
    date = next(v for k, v in request.headers.items() if k.lower() == "date")
    return parsedate_to_datetime(date).timestamp()


def _resigned(
    private_key: bytes,
    key_id: str,
    headers: dict[str, str],
    names: str = SIGNED,
    **parameters: str,
) -> Prepared:
    """Sign by hand, so that a test decides what is in the signature."""
    lines = [
        "(request-target): post " + Prepared().path_url
        if name == "(request-target)"
        else f"{name}: {headers.get(name, '')}"
        for name in names.split(" ")
    ]
    key = serialization.load_pem_private_key(private_key, password=None)
    raw = key.sign("\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256())
    values = {
        "algorithm": "rsa-sha256",
        "headers": names,
        "keyId": key_id,
        "signature": base64.b64encode(raw).decode(),
        "version": "1",
        **parameters,
    }
    authorization = "Signature " + ",".join(f'{k}="{v}"' for k, v in values.items())
    return Prepared(headers={**headers, "authorization": authorization})


@pytest.fixture(scope="module")
def by_hand(private_key: bytes, key_id: str, signer: RequestSigner) -> ByHand:
    """Good headers with `changed` ones, signed by hand over `names`."""

    def make(
        names: str = SIGNED, changed: dict[str, str] | None = None, **parameters: str
    ) -> Prepared:
        headers = signer(Prepared()).headers
        del headers["authorization"]
        return _resigned(
            private_key, key_id, {**headers, **(changed or {})}, names, **parameters
        )

    return make


def test_our_own_signature_is_accepted(signer: RequestSigner, check: Check):
    assert check(signer(Prepared())) is None


def test_a_signature_made_by_hand_is_accepted(by_hand: ByHand, check: Check):
    assert check(by_hand()) is None


def test_oracles_own_signer_is_accepted(private_key: bytes, key_id: str, check: Check):
    tenancy, user, fingerprint = key_id.split("/")
    signer = Signer(
        tenancy, user, fingerprint, None, private_key_content=private_key.decode()
    )
    request = Prepared(headers={"content-length": str(len(BODY))})

    assert check(signer(request)) is None


def test_oracles_own_signer_is_accepted_for_a_get(
    private_key: bytes, key_id: str, check: Check
):
    tenancy, user, fingerprint = key_id.split("/")
    signer = Signer(
        tenancy, user, fingerprint, None, private_key_content=private_key.decode()
    )

    assert check(signer(Prepared(method="GET", body=None))) is None


def test_both_signers_make_the_same_signature(private_key: bytes, key_id: str):
    tenancy, user, fingerprint = key_id.split("/")
    ours = RequestSigner(key_id, private_key)(Prepared())
    headers = {k: v for k, v in ours.headers.items() if k != "authorization"}
    theirs = Signer(
        tenancy, user, fingerprint, None, private_key_content=private_key.decode()
    )(Prepared(headers=headers))

    assert theirs.headers["authorization"] == ours.headers["authorization"]


def test_a_get_is_signed_without_body_headers(signer: RequestSigner, check: Check):
    request = signer(Prepared(method="GET", body=None))

    assert check(request) is None
    assert "x-content-sha256" not in request.headers


def test_the_raw_path_is_signed_as_it_goes_on_the_wire(
    signer: RequestSigner, check: Check
):
    request = signer(Prepared(url=URL + "/a%2Fb%20c?q=%C3%A9&x=1"))

    assert check(request) is None
    assert check(request, target=request.path_url.replace("%2F", "/")) is not None


def test_credentials_in_the_address_are_not_part_of_the_host(signer: RequestSigner):
    request = signer(Prepared(url="https://user:pw@example.com:8443/predict"))

    assert request.headers["host"] == "example.com:8443"


def test_an_empty_body_is_signed(signer: RequestSigner, check: Check):
    assert check(signer(Prepared(body=None))) is None


def test_a_text_body_is_signed_as_utf8(signer: RequestSigner, check: Check):
    request = signer(Prepared(body="é"))

    assert request.headers["content-length"] == "2"
    assert check(request, body="é".encode()) is None


def test_signing_again_replaces_the_stale_signature(
    signer: RequestSigner, check: Check
):
    request = signer(Prepared())
    request.body = b"other"

    assert check(signer(request)) is None


def test_headers_keep_their_spelling_and_never_double(
    signer: RequestSigner, check: Check
):
    request = Prepared(headers={"Date": "x", "Content-Type": "application/json"})

    assert check(signer(request)) is None
    assert sorted(request.headers) == sorted(
        [
            "Content-Type",
            "Date",
            "authorization",
            "content-length",
            "host",
            "x-content-sha256",
        ]
    )


def test_the_users_content_type_is_kept(signer: RequestSigner):
    request = signer(Prepared(headers={"content-type": "text/plain"}))

    assert request.headers["content-type"] == "text/plain"


def test_the_fingerprint_is_sixteen_hex_pairs(private_key: bytes):
    assert re.fullmatch(r"([0-9a-f]{2}:){15}[0-9a-f]{2}", fingerprint_of(private_key))


@pytest.mark.parametrize("make_text", [repr, str, lambda s: f"{vars(type(s))}"])
def test_no_text_of_a_signer_shows_its_key(
    signer: RequestSigner, key_id: str, make_text: Callable[[RequestSigner], str]
):
    text = make_text(signer)

    assert "PRIVATE" not in text
    assert key_id not in text


def test_a_signer_is_not_pickled(signer: RequestSigner):
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(signer)


def test_a_signer_copies_as_itself(signer: RequestSigner):
    assert copy.copy(signer) is signer
    assert copy.deepcopy({"signer": signer})["signer"] is signer


def test_a_key_that_is_not_rsa_cannot_sign():
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

    with pytest.raises(TypeError, match="RSA"):
        RequestSigner("a/b/c", key)


def test_a_key_that_is_not_rsa_cannot_verify(signer: RequestSigner, check: Check):
    key = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )

    with pytest.raises(TypeError, match="RSA"):
        check(signer(Prepared()), public_key=key)


def test_a_refusal_is_a_value():
    assert Refusal("no") == Refusal("no")


@pytest.mark.parametrize(
    "name", ["authorization", *SIGNED.replace("(request-target) ", "").split(" ")]
)
def test_a_missing_header_is_refused(signer: RequestSigner, check: Check, name: str):
    request = signer(Prepared())
    del request.headers[name]

    assert check(request, now=NOW if name == "date" else None) == (
        f"the {name} header is missing"
    )


@pytest.mark.parametrize(
    "name", ["authorization", *SIGNED.replace("(request-target) ", "").split(" ")]
)
def test_a_doubled_header_is_refused(signer: RequestSigner, check: Check, name: str):
    request = signer(Prepared())
    lines = [*request.headers.items(), (name.title(), request.headers[name])]

    assert check(request, headers=lines) == f"the {name} header came 2 times"


@pytest.mark.parametrize("name", SIGNED.split(" "))
def test_a_header_that_must_be_signed_is_asked_for(
    by_hand: ByHand, check: Check, name: str
):
    names = " ".join(n for n in SIGNED.split(" ") if n != name)

    assert check(by_hand(names)) == f"{name} is not among the signed headers"


def test_a_header_signed_twice_is_refused(by_hand: ByHand, check: Check):
    assert check(by_hand(f"{SIGNED} date")) == "a header is signed twice"


def test_more_headers_may_be_signed(by_hand: ByHand, check: Check):
    assert check(by_hand(f"{SIGNED} route", {"route": "/v1/x"})) is None


@pytest.mark.parametrize("skew_s", [-300, 300])
def test_a_clock_five_minutes_off_is_accepted(
    signer: RequestSigner, check: Check, skew_s: int
):
    request = signer(Prepared())

    assert check(request, now=_date_of(request) + skew_s) is None


@pytest.mark.parametrize(
    ("skew_s", "words"), [(301, "301 s behind"), (-400, "400 s ahead of")]
)
def test_a_clock_further_off_is_refused(
    signer: RequestSigner, check: Check, skew_s: int, words: str
):
    request = signer(Prepared())
    reason = check(request, now=_date_of(request) + skew_s)

    assert reason == f"the date header is {words} the server's clock"


@pytest.mark.parametrize(
    "date",
    [
        "yesterday",
        "",
        formatdate(NOW),
        "Sun, 22 Nov 2026 10:30:54 +0000",
        "Mon, 22 Nov 2026 10:30:54 GMT",
        "Mon, 01 Jan 0001 00:00:00 -0000",
    ],
)
def test_a_date_in_another_form_is_refused(by_hand: ByHand, check: Check, date: str):
    reason = check(by_hand(changed={"date": date}), now=NOW)

    assert reason == "the date header is not an HTTP date"


def test_another_body_is_refused(signer: RequestSigner, check: Check):
    body = BODY.replace(b"llm", b"LLM")

    assert check(signer(Prepared()), body=body) == (
        "x-content-sha256 does not match the body"
    )


def test_a_longer_body_is_refused(signer: RequestSigner, check: Check):
    assert check(signer(Prepared()), body=BODY + b" ") == (
        "content-length is not the length of the body"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"target": "/ocid1.y/predict"},
        {"method": "PUT"},
        {"target": "/ocid1.x/predict?"},
    ],
)
def test_another_target_is_refused(
    signer: RequestSigner, check: Check, change: dict[str, str]
):
    assert check(signer(Prepared()), **change) == (
        "the signature does not match the request"
    )


def test_a_header_changed_on_the_way_is_refused(signer: RequestSigner, check: Check):
    request = signer(Prepared())
    request.headers["host"] = "127.0.0.1"

    assert check(request) == "the signature does not match the request"


def test_another_key_is_refused(signer: RequestSigner, check: Check, other_key: bytes):
    assert check(signer(Prepared()), public_key=public_key_of(other_key)) == (
        "the signature does not match the request"
    )


def test_a_signature_that_is_not_base64_is_refused(by_hand: ByHand, check: Check):
    assert check(by_hand(signature="*")) == "the signature does not match the request"


@pytest.mark.parametrize(
    ("parameter", "reason"),
    [
        ({"keyId": "a/b/c"}, "the key id is unknown"),
        ({"algorithm": "hmac-sha256"}, "the signature algorithm must be rsa-sha256"),
        ({"version": "2"}, "the signature version must be 1"),
    ],
)
def test_a_wrong_parameter_is_refused(
    by_hand: ByHand, check: Check, parameter: dict[str, str], reason: str
):
    assert check(by_hand(**parameter)) == reason


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        ("", "does not begin with Signature"),
        ("Bearer token", "does not begin with Signature"),
        ("Signature", "malformed"),
        ("Signature version=1", "malformed"),
        ('Signature version="1",version="1"', "malformed"),
        ('Signature version="1",', "malformed"),
        ('Signature version="1"', "lacks algorithm, headers, keyId, signature"),
    ],
)
def test_a_malformed_authorization_is_refused(
    signer: RequestSigner, check: Check, authorization: str, reason: str
):
    request = signer(Prepared())
    request.headers["authorization"] = authorization

    assert reason in check(request)
