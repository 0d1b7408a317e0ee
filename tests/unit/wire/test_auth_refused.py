"""What a refusal says of the way its request was signed, and what to do about it."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest
from oci.auth.signers import SecurityTokenSigner

from ocinb.errors import ServerError
from ocinb.wire.auth import Credentials
from ocinb.wire.refusals import refusal
from tests.unit.wire.notary import Notary

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa


def explained(signer: Any, status: int, body: bytes = b"{}") -> str:
    error = refusal(status, {}, body)
    Credentials(signer).explain(error)
    return str(error)


def test_a_refused_signature_is_told_with_what_to_run(key: rsa.RSAPrivateKey):
    line = explained(SecurityTokenSigner("hunter2", key), 401)

    assert "not accepted (auth: security token)" in line
    assert line.endswith("run: oci session authenticate --profile-name <profile>")
    assert "hunter2" not in line


def test_the_profile_is_known_by_its_sessions_folder(key: rsa.RSAPrivateKey):
    config = {"security_token_file": "~/.oci/sessions/WORK/token"}
    auth = {"config": config, "signer": SecurityTokenSigner("hunter2", key)}

    assert explained(auth, 401).endswith("--profile-name WORK")


def test_a_signer_of_the_users_own_gets_the_general_advice():
    line = explained(Notary(), 401)

    assert "the signature was not accepted: " in line
    assert line.endswith("check the credentials, or run: oci session authenticate")


def test_a_clock_that_is_off_is_blamed_whoever_signed(key: rsa.RSAPrivateKey):
    headers = {"date": formatdate(time.time() + 400, usegmt=True)}
    error = refusal(401, headers, b"{}")
    Credentials(SecurityTokenSigner("one", key)).explain(error)

    assert "s behind the server" in error.hint
    assert "security token" in error.message


@pytest.mark.parametrize(
    ("status", "body"),
    [(403, b"{}"), (404, b'{"code": "NotAuthorizedOrNotFound"}')],
)
def test_users_get_the_policy_for_a_group(
    status: int, body: bytes, key: rsa.RSAPrivateKey
):
    assert explained(SecurityTokenSigner("one", key), status, body).endswith(
        ": allow group <group-name> to {DATA_SCIENCE_MODEL_DEPLOYMENT_PREDICT} "
        "in compartment <compartment-name>"
    )


def test_resources_get_the_policy_for_a_dynamic_group():
    error = refusal(403, {}, b"{}")
    Credentials("resource_principal").explain(error)

    assert error.hint == (
        "add the policy: allow dynamic-group <dynamic-group-name> to "
        "{DATA_SCIENCE_MODEL_DEPLOYMENT_PREDICT} in compartment <compartment-name>"
    )


def test_others_choose_between_both():
    line = explained(Notary(), 403)

    assert "allow group" in line
    assert "allow dynamic-group" in line


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ServerError("x")])
def test_other_errors_stay_as_they_are(error: BaseException):
    Credentials(Notary()).explain(error)

    assert str(error) in {"", "x"}
