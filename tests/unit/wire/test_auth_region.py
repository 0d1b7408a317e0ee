"""Which region a signer belongs to, and what policies call those who sign with it."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.errors import ConfigurationError
from ocinb.wire.auth import Credentials
from tests.unit.wire.notary import Notary


class Regional(Notary):
    """A signer that knows its region, as those of principals do."""

    region = "eu-zurich-1"


class Lost(Notary):
    """A principal's signer that was not told its region."""

    region = None


@pytest.mark.parametrize(
    ("auth", "region"),
    [
        (Regional(), "eu-zurich-1"),
        ({"signer": Regional(), "config": {"region": "us-ashburn-1"}}, "eu-zurich-1"),
        ({"signer": Lost(), "config": {"region": "us-ashburn-1"}}, "us-ashburn-1"),
        ({"signer": Notary(), "config": {"region": "us-ashburn-1"}}, "us-ashburn-1"),
        ({"signer": Lost(), "config": {}}, ""),
        (Notary(), ""),
    ],
)
def test_the_signers_own_region_goes_before_that_of_its_config(auth: Any, region: str):
    assert Credentials(auth).region() == region


def test_a_signer_that_cannot_be_made_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.delenv("OCI_RESOURCE_PRINCIPAL_VERSION", raising=False)
    credentials = Credentials("resource_principal")

    with pytest.raises(ConfigurationError, match="no resource principal here"):
        credentials.region()
    assert credentials.group == "dynamic-group"
