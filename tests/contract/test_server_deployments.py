"""`GET /ocinb/deployments` of a real Jupyter Server, against Oracle's API on loopback."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ocinb.local import LocalDeployment, Script
from ocinb.wire.signing import public_key_of
from tests.contract.data_science_api import (
    COMPARTMENT,
    DataScienceApi,
    Fault,
    entry,
    refused,
    signed_by,
)
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Jupyter, StartJupyter

PATH = "/ocinb/deployments"
OTHER_SITE = "https://other.example"
HOSTILE = "<img src=x onerror=alert(1)>"
AUTHORIZER = """
from jupyter_server.auth import Authorizer

class NoOcinb(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return (action, resource) != ("read", "ocinb")
"""


@pytest.fixture(scope="module")
def environment() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def emulated(environment: pytest.MonkeyPatch) -> Iterator[DataScienceApi]:
    """The API, and the environment of a session whose key it accepts."""
    with LocalDeployment(script=Script.answer("hello")) as deployment:
        key = (deployment.profile_path.parent / "key.pem").read_bytes()
        accepted = signed_by(public_key_of(key), deployment.auth["signer"].api_key)
        with DataScienceApi(accepted) as api:
            environment.setenv("OCI_ODSC_SERVICE_ENDPOINT", api.url)
            environment.setenv("NB_SESSION_COMPARTMENT_OCID", COMPARTMENT)
            environment.setenv("OCI_CONFIG_LOCATION", str(deployment.profile_path))
            environment.setenv("OCI_CONFIG_PROFILE", "DEFAULT")
            environment.setenv("OCI_IAM_TYPE", "api_key")
            yield api


@pytest.fixture(scope="module")
def jupyter(emulated: DataScienceApi, start_jupyter: StartJupyter) -> Jupyter:  # noqa: ARG001 - its environment
    return start_jupyter("jupyter_server")


@pytest.fixture
def api(emulated: DataScienceApi) -> DataScienceApi:
    """The API with two deployments that run and one that does not."""
    variables = {
        "MULTI_MODEL_CONFIG": (
            '[{"params": "--served-model-name llama-3"},'
            ' {"params": "--served-model-name llama-3-lora"}]'
        ),
        "HF_TOKEN": "hunter2",
    }
    emulated.deployments = [
        entry("llama", variables=variables),
        entry(HOSTILE),
        entry("old", state="INACTIVE"),
    ]
    emulated.faults.clear()
    emulated.asked.clear()
    emulated.refusals.clear()
    return emulated


@pytest.fixture
def compartment(api: DataScienceApi, numbers: Iterator[int]) -> str:
    """One that no test has asked for, so that no list of it is kept."""
    ocid = f"ocid1.compartment.oc1..fresh{next(numbers)}"
    api.compartments.add(ocid)
    return ocid


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return count()


@pytest.fixture
def browser(jupyter: Jupyter) -> Iterator[httpx.Client]:
    """A client that logged in as a browser does: with cookies, no header."""
    with httpx.Client(base_url=jupyter.url, timeout=30) as client:
        client.get("/login", params={"token": jupyter.token})
        yield client


@pytest.fixture
def get(jupyter: Jupyter, compartment: str) -> Callable[[], httpx.Response]:
    """Ask for the list of the fresh compartment."""
    return lambda: jupyter.get(f"{PATH}?compartment={compartment}")


class TestListed:
    def test_each_comes_with_its_address_and_the_names_of_its_models(
        self, jupyter: Jupyter, api: DataScienceApi
    ):
        answer = jupyter.get(PATH)

        assert answer.status_code == 200
        listed = answer.json()
        assert listed["compartment"] == COMPARTMENT
        llama, hostile = listed["deployments"]
        ocid = "ocid1.datasciencemodeldeployment.oc1.iad.llama"
        host = "https://modeldeployment.us-ashburn-1.oci.customer-oci.com"
        assert llama == {
            "name": "llama",
            "ocid": ocid,
            "endpoint": f"{host}/{ocid}/predict",
            "models": ["llama-3", "llama-3-lora"],
            "created": "2025-03-01T10:20:30.123Z",
        }
        assert (hostile["name"], hostile["models"]) == (HOSTILE, ["odsc-llm"])
        assert not api.refusals

    def test_it_is_json_that_no_browser_takes_for_a_page(self, get: Any):
        answer = get()

        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]

    def test_no_other_variable_of_a_deployment_is_told(self, get: Any):
        assert "hunter2" not in get().text

    def test_a_list_is_asked_for_once_in_some_seconds(
        self, get: Any, api: DataScienceApi
    ):
        assert get().json() == get().json()
        assert len(api.asked) == 1

    def test_those_who_ask_at_once_share_one_question(
        self, get: Any, api: DataScienceApi
    ):
        api.faults = [Fault(200, [entry("slow")], wait_s=0.5)] * 5
        with ThreadPoolExecutor() as pool:
            answers = [task.result() for task in [pool.submit(get) for _ in range(5)]]

        assert [a.json()["deployments"][0]["name"] for a in answers] == ["slow"] * 5
        assert len(api.asked) == 1

    def test_the_server_answers_others_meanwhile(
        self, get: Any, api: DataScienceApi, jupyter: Jupyter
    ):
        api.faults = [Fault(200, [], wait_s=3)]
        with ThreadPoolExecutor() as pool:
            slow = pool.submit(get)
            assert eventually(lambda: bool(api.asked))
            assert jupyter.get("/ocinb/health").status_code == 200
            assert not slow.done()

            assert slow.result().json()["deployments"] == []


class TestRefused:
    def test_what_is_no_compartment_is_not_asked_for(
        self, jupyter: Jupyter, api: DataScienceApi
    ):
        for given in ("x", "ocid1.datasciencemodeldeployment.oc1.iad.a", "../a?b"):
            answer = jupyter.get(f"{PATH}?compartment={given}")

            assert answer.status_code == 400
            assert answer.json()["reason"] == "ConfigurationError"
            assert "the compartment" in answer.json()["message"]
        assert api.asked == []

    def test_a_missing_policy_is_one_line_with_the_statement(self, jupyter: Jupyter):
        other = "ocid1.compartment.oc1..other"
        answer = jupyter.get(f"{PATH}?compartment={other}")

        assert answer.status_code == 502
        told = answer.json()
        assert (told["reason"], told["oci_status"]) == ("PolicyError", 404)
        assert told["opc_request_id"] == "A/B/C"
        assert (
            "allow group <group-name> to read data-science-model-dep"
            in (told["message"])
        )
        assert "\n" not in told["message"]

    def test_a_failure_is_not_kept(self, get: Any, api: DataScienceApi):
        api.faults = [refused(401, "NotAuthenticated")] * 3
        assert get().json()["reason"] == "SignatureRefused"
        api.faults.clear()

        assert get().status_code == 200

    def test_without_credentials_the_line_says_what_is_missing(
        self,
        start_jupyter: StartJupyter,
        api: DataScienceApi,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ):
        monkeypatch.setenv("OCI_CONFIG_LOCATION", str(tmp_path / "none"))
        monkeypatch.setenv("NB_SESSION_COMPARTMENT_OCID", "")
        jupyter = start_jupyter("jupyter_server")

        nowhere = jupyter.get(PATH)
        assert nowhere.status_code == 400
        assert nowhere.json()["message"] == (
            "no compartment: neither NB_SESSION_COMPARTMENT_OCID nor "
            "PROJECT_COMPARTMENT_OCID is set - name one: "
            "/ocinb/deployments?compartment=OCID"
        )
        keyless = jupyter.get(f"{PATH}?compartment={COMPARTMENT}")
        assert keyless.status_code == 400
        assert f"{tmp_path}/none" in keyless.json()["message"]
        assert api.asked == []


class TestGuarded:
    def test_without_a_token_nothing_is_told_or_asked(
        self, jupyter: Jupyter, api: DataScienceApi
    ):
        for headers in ({}, {"Authorization": "token guessed"}):
            answer = httpx.get(jupyter.url + PATH, headers=headers)
            assert answer.status_code == 403
        assert api.asked == []

    def test_a_page_of_another_site_gets_nothing(
        self, browser: httpx.Client, api: DataScienceApi, compartment: str
    ):
        asked = {"compartment": compartment}
        page = f"{OTHER_SITE}/page"
        for headers in (
            {"Origin": OTHER_SITE},
            {"Origin": OTHER_SITE, "Referer": page},
            {"Referer": page},
            {},  # it may withhold where it is
        ):
            answer = browser.get(PATH, params=asked, headers=headers)
            assert answer.status_code in {403, 404}, headers
            assert "llama" not in answer.text
        assert api.asked == []

    def test_a_page_of_the_server_itself_gets_the_list(
        self, browser: httpx.Client, jupyter: Jupyter, compartment: str
    ):
        asked, page = {"compartment": compartment}, f"{jupyter.url}/lab"
        answer = browser.get(PATH, params=asked, headers={"Referer": page})
        assert answer.status_code == 200

    def test_it_can_only_be_read(self, browser: httpx.Client, jupyter: Jupyter):
        assert browser.post(PATH).status_code == 403  # no _xsrf
        headers = {"Authorization": f"token {jupyter.token}"}
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = httpx.request(method, jupyter.url + PATH, headers=headers)
            assert answer.status_code == 405

    def test_the_servers_authorizer_is_asked(
        self,
        start_jupyter: StartJupyter,
        api: DataScienceApi,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ):
        (tmp_path / "no_ocinb.py").write_text(AUTHORIZER)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        jupyter = start_jupyter(
            "jupyter_server", "", "--ServerApp.authorizer_class=no_ocinb.NoOcinb"
        )

        assert jupyter.get(PATH).status_code == 403
        assert jupyter.get("/ocinb/health").status_code == 403
        assert jupyter.get("/api/contents").status_code == 200
        assert api.asked == []
