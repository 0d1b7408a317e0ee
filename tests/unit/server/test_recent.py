"""How the server signs where nobody says it."""

from __future__ import annotations

import pytest

from ocinb.server.recent import auth_of


@pytest.mark.parametrize(
    ("environment", "way"),
    [
        ({}, "api_key"),
        ({"OCI_IAM_TYPE": " "}, "api_key"),
        ({"OCI_RESOURCE_PRINCIPAL_VERSION": "2.2"}, "resource_principal"),
        ({"OCI_IAM_TYPE": "security_token"}, "security_token"),
        (
            {"OCI_IAM_TYPE": "api_key", "OCI_RESOURCE_PRINCIPAL_VERSION": "2.2"},
            "api_key",
        ),
    ],
)
def test_a_variable_says_it_or_the_place_does(environment: dict[str, str], way: str):
    assert auth_of(environment) == way
