"""What a list that cannot be had is answered with."""

from __future__ import annotations

import pytest

from ocinb.errors import (
    ConfigurationError,
    MissingExtraError,
    OcinbError,
    PolicyError,
    RateLimited,
    SignatureRefused,
    TimedOut,
)
from ocinb.server.deployments import refusal_of, status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConfigurationError("no compartment"), 400),
        (MissingExtraError("no package"), 400),
        (PolicyError("not shown", status=404), 502),
        (SignatureRefused("refused", status=401), 502),
        (RateLimited("later", status=429), 502),
        (TimedOut("nothing came"), 504),
    ],
)
def test_no_status_is_one_by_which_jupyter_asks_for_a_login(
    error: OcinbError, status: int
):
    assert status_of(error) == status


def test_what_oracle_answered_is_told_beside_the_line():
    error = PolicyError(
        "not shown", status=404, request_id="A/B", hint="add the policy"
    )

    assert refusal_of(error) == {
        "message": "not shown (status 404, opc-request-id A/B) - add the policy",
        "reason": "PolicyError",
        "oci_status": 404,
        "opc_request_id": "A/B",
    }
