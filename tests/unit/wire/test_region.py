"""Which compartment is meant, and where the API that knows it is."""

from __future__ import annotations

import json

import pytest

from ocinb.errors import ConfigurationError, EndpointError
from ocinb.wire.ocid import COMPARTMENT, DEPLOYMENT, parse_ocid
from ocinb.wire.region import api_url, compartment_of, predict_url_of

TEAM = "ocid1.compartment.oc1..team"
PROJECT = "ocid1.compartment.oc1..project"
ASHBURN = "https://datascience.us-ashburn-1.oci.oraclecloud.com/20190101"
METADATA = {
    "realmKey": "oc99",
    "realmDomainComponent": "cloud.example",
    "regionKey": "XYZ",
    "regionIdentifier": "eu-private-1",
}


def of(realm: str = "oc1", **environment: str) -> str:
    compartment = parse_ocid(f"ocid1.compartment.{realm}..a", COMPARTMENT, "it")
    signers = environment.pop("signers", "")
    return api_url(compartment, signers, environment)


class TestCompartment:
    def test_the_one_that_is_given_wins(self):
        session = {"NB_SESSION_COMPARTMENT_OCID": TEAM}

        assert str(compartment_of(PROJECT, session)) == PROJECT

    def test_the_sessions_own_goes_before_its_projects(self):
        both = {
            "PROJECT_COMPARTMENT_OCID": PROJECT,
            "NB_SESSION_COMPARTMENT_OCID": TEAM,
        }

        assert str(compartment_of("", both)) == TEAM
        assert str(compartment_of("", {"PROJECT_COMPARTMENT_OCID": PROJECT})) == PROJECT

    def test_without_one_both_variables_are_named(self):
        with pytest.raises(ConfigurationError) as caught:
            compartment_of(
                "", {"NB_SESSION_COMPARTMENT_OCID": " "}, "?compartment=OCID"
            )

        assert str(caught.value) == (
            "no compartment: neither NB_SESSION_COMPARTMENT_OCID nor "
            "PROJECT_COMPARTMENT_OCID is set - name one: "
            "?compartment=OCID"
        )

    def test_a_variable_that_holds_something_else_is_named(self):
        with pytest.raises(ConfigurationError, match="NB_SESSION_COMPARTMENT_OCID 'x'"):
            compartment_of("", {"NB_SESSION_COMPARTMENT_OCID": "x"})


class TestRegion:
    def test_the_signer_knows_it(self):
        assert of(signers="us-ashburn-1", OCI_REGION="eu-zurich-1") == ASHBURN

    def test_a_short_name_will_do(self):
        assert of(signers="IAD") == ASHBURN

    @pytest.mark.parametrize("name", ["OCI_REGION", "OCI_RESOURCE_PRINCIPAL_REGION"])
    def test_the_environment_knows_it(self, name: str):
        assert of(**{name: "us-ashburn-1"}) == ASHBURN

    def test_the_notebook_sessions_ocid_knows_it(self):
        session = "ocid1.datasciencenotebooksession.oc1.iad.a"

        assert of(NB_SESSION_OCID=session) == ASHBURN

    def test_a_deployments_ocid_is_asked_in_its_own_region(self):
        ocid = parse_ocid(
            "ocid1.datasciencemodeldeployment.oc1.iad.a", DEPLOYMENT, "it"
        )

        assert api_url(ocid, "eu-zurich-1", {}) == ASHBURN

    def test_without_one_the_line_says_what_to_set(self):
        with pytest.raises(ConfigurationError) as caught:
            of(NB_SESSION_OCID="x", OCI_REGION_METADATA="{")

        assert str(caught.value) == (
            "no region: the signer names none, nor does OCI_REGION - "
            "set OCI_REGION=us-ashburn-1"
        )

    @pytest.mark.parametrize("region", ["evil.example/", "a b", "x" * 50])
    def test_a_region_never_changes_the_host(self, region: str):
        with pytest.raises(ConfigurationError, match="is no region"):
            of(OCI_REGION=region)


class TestRealm:
    @pytest.mark.parametrize(
        ("realm", "domain"),
        [
            ("oc1", "oraclecloud.com"),
            ("oc2", "oraclegovcloud.com"),
            ("oc8", "oraclecloud8.com"),
            ("oc19", "oraclecloud.eu"),
        ],
    )
    def test_the_compartments_realm_names_the_domain(self, realm: str, domain: str):
        url = of(realm, signers="a-region-1")

        assert url == f"https://datascience.a-region-1.oci.{domain}/20190101"

    def test_a_realm_of_the_sessions_own_is_told_by_its_metadata(self):
        assert of("private1", OCI_REGION_METADATA=json.dumps(METADATA)) == (
            "https://datascience.eu-private-1.oci.cloud.example/20190101"
        )

    def test_metadata_of_another_region_is_not_used(self):
        url = of(signers="us-ashburn-1", OCI_REGION_METADATA=json.dumps(METADATA))

        assert url == ASHBURN

    @pytest.mark.parametrize("realm", ["private1", "ocx"])
    def test_an_unknown_realm_needs_the_address(self, realm: str):
        with pytest.raises(ConfigurationError, match="OCI_ODSC_SERVICE_ENDPOINT="):
            of(realm, signers="a-region-1")

    @pytest.mark.parametrize("metadata", ["[]", "null", "{", '{"regionIdentifier": 1}'])
    def test_metadata_of_another_shape_is_ignored(self, metadata: str):
        url = of(signers="us-ashburn-1", OCI_REGION_METADATA=metadata)

        assert url == ASHBURN


class TestAddress:
    @pytest.mark.parametrize(
        "address",
        [
            "https://api.example",
            "https://api.example/",
            "https://api.example/20190101",
            " https://api.example/20190101/ ",
        ],
    )
    def test_it_can_be_given(self, address: str):
        assert of(OCI_ODSC_SERVICE_ENDPOINT=address) == "https://api.example/20190101"

    @pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080"])
    def test_plain_http_is_for_this_machine(self, host: str):
        url = of(OCI_ODSC_SERVICE_ENDPOINT=f"http://{host}")

        assert url == f"http://{host}/20190101"

    @pytest.mark.parametrize(
        ("address", "says"),
        [
            ("http://api.example", "must be https://"),
            ("ftp://localhost", "must be https://"),
            ("api.example", "is no plain URL"),
            ("https://", "is no plain URL"),
            ("https://user:hunter2@api.example", "is no plain URL"),
            ("https://api.example?x=1", "is no plain URL"),
            ("https://api.example#x", "is no plain URL"),
            ("https://api.example/a b", "is no plain URL"),
            ("https://[::1", "is no plain URL"),
            ("https://api.example:99999", "is no plain URL"),
        ],
    )
    def test_what_cannot_be_right_is_refused(self, address: str, says: str):
        with pytest.raises(EndpointError, match=says) as caught:
            of(OCI_ODSC_SERVICE_ENDPOINT=address)

        assert "hunter2" not in str(caught.value)
        assert str(caught.value).startswith("OCI_ODSC_SERVICE_ENDPOINT")


class TestPredictUrl:
    def test_it_is_made_of_an_ocid_in_the_commercial_realm(self):
        ocid = "ocid1.datasciencemodeldeployment.oc1.iad.a"

        assert predict_url_of(parse_ocid(ocid, DEPLOYMENT, "it")) == (
            f"https://modeldeployment.us-ashburn-1.oci.customer-oci.com/{ocid}/predict"
        )

    @pytest.mark.parametrize("place", ["oc8.ap-chiyoda-1", "oc1."])
    def test_elsewhere_only_the_api_knows_it(self, place: str):
        ocid = f"ocid1.datasciencemodeldeployment.{place}.a"

        assert predict_url_of(parse_ocid(ocid, DEPLOYMENT, "it")) == ""
