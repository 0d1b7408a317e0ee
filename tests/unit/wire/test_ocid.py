"""OCIDs: what they say, and what is none."""

from __future__ import annotations

import pytest

from ocinb.errors import ConfigurationError
from ocinb.wire.ocid import COMPARTMENT, DEPLOYMENT, parse_ocid

LLAMA = "ocid1.datasciencemodeldeployment.oc1.iad.amaaaaaallama"


def test_a_deployments_ocid_names_realm_and_region():
    ocid = parse_ocid(LLAMA, DEPLOYMENT, "the deployment")

    assert (ocid.kind, ocid.realm) == (*DEPLOYMENT, "oc1")
    assert ocid.region == "us-ashburn-1", "iad is its short name"
    assert str(ocid) == LLAMA
    assert ocid.tail == "allama"


@pytest.mark.parametrize(
    ("short", "region"),
    [("phx", "us-phoenix-1"), ("eu-zurich-1", "eu-zurich-1"), ("", "")],
)
def test_a_region_is_named_in_full(short: str, region: str):
    ocid = f"ocid1.datasciencemodeldeployment.oc1.{short}.a"

    assert parse_ocid(ocid, DEPLOYMENT, "it").region == region


@pytest.mark.parametrize("kind", COMPARTMENT)
def test_a_tenancy_is_a_compartment_too(kind: str):
    assert parse_ocid(f" ocid1.{kind}.oc1..a\n", COMPARTMENT, "it").region == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ocid1",
        "ocid2.compartment.oc1..a",
        "ocid1.compartment.oc1.a",
        "ocid1.compartment.oc1..",
        "ocid1.compartment.oc1..a/b",
        "ocid1.compartment.oc1.evil.example/x.a",
        "ocid1.compartment.oc1..a?b",
        "ocid1.compartment.oc1..ü",
        "ocid1.compartment.oc1..a\nb",
    ],
)
def test_what_could_change_a_url_is_no_ocid(text: str):
    with pytest.raises(ConfigurationError, match="is no OCID") as caught:
        parse_ocid(text, COMPARTMENT, "the compartment")

    assert str(caught.value).isprintable()
    assert str(caught.value).endswith("it looks like ocid1.compartment.oc1...")


def test_the_ocid_of_something_else_is_told():
    with pytest.raises(ConfigurationError) as caught:
        parse_ocid(LLAMA, COMPARTMENT, "the compartment")

    assert "is the OCID of a datasciencemodeldeployment, not of a compartment" in str(
        caught.value
    )
