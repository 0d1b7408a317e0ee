"""Model deployments are listed through the Data Science API, signed and checked."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import oci
import pytest

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.errors import (
    AnswerError,
    ConnectionFailed,
    DeploymentError,
    NotFound,
    OcinbError,
    PolicyError,
    RateLimited,
    ServerError,
    SignatureRefused,
    TimedOut,
)
from ocinb.local import Script
from ocinb.local.credentials import Credentials
from ocinb.wire.deployments import DataScience
from ocinb.wire.request import Timeouts
from ocinb.wire.retry import RetryPolicy
from ocinb.wire.signing import RequestSigner, make_private_key, public_key_of
from tests.contract.data_science_api import (
    COMPARTMENT,
    DataScienceApi,
    Fault,
    entry,
    refused,
    signed_by,
)
from tests.contract.listeners import closed_port
from tests.contract.oracle_identity import Tokens
from tests.contract.scripted_serving import OK, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OCID = "ocid1.datasciencemodeldeployment.oc1.iad.llama"
ONCE = RetryPolicy(max_retries=0)
QUICK = Timeouts(connect_s=5, idle_s=0.2, total_s=0.5)
REFUSED = Script.error(401, code="NotAuthenticated")
LOGIN_PAGE = Fault(
    200, b"<title>Sign <b>in</b></title>", {"content-type": "text/html; charset=utf-8"}
)


@pytest.fixture(scope="module")
def credentials() -> Credentials:
    return Credentials()


@pytest.fixture
def api(
    credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DataScienceApi]:
    """The API with two active deployments and a stopped one, and a session beside it."""
    listed = (entry("llama"), entry("old", state="INACTIVE"), entry("qwen"))
    accepted = signed_by(credentials.public_key, credentials.key_id)
    with DataScienceApi(accepted, *listed) as emulated:
        monkeypatch.setenv("OCI_ODSC_SERVICE_ENDPOINT", emulated.url)
        monkeypatch.setenv("NB_SESSION_COMPARTMENT_OCID", COMPARTMENT)
        yield emulated


@pytest.fixture(params=["our signer", "oci's signer"])
def auth(request: pytest.FixtureRequest, credentials: Credentials) -> Any:
    """Each signer, with the same key."""
    if request.param == "our signer":
        return credentials.auth()
    tenancy, user, fingerprint = credentials.key_id.split("/")
    key = credentials.private_key.decode()
    return oci.signer.Signer(tenancy, user, fingerprint, None, private_key_content=key)


@pytest.fixture
def asking(api: DataScienceApi, credentials: Credentials) -> DataScience:  # noqa: ARG001 - it must run
    return DataScience(credentials.auth(), retries=ONCE)


def failed(asking: DataScience) -> OcinbError:
    with pytest.raises(OcinbError) as caught:
        asking.active()
    assert str(caught.value).isprintable()
    return caught.value


class TestListed:
    def test_the_active_ones_come_with_what_is_needed_to_ask_them(
        self, api: DataScienceApi, auth: Any
    ):
        llama, qwen = DataScience(auth).active()

        assert (llama.name, qwen.name) == ("llama", "qwen")
        assert llama.ocid == OCID
        assert llama.endpoint == (
            f"https://modeldeployment.us-ashburn-1.oci.customer-oci.com/{OCID}/predict"
        )
        assert llama.model == "odsc-llm"
        assert llama.state == "ACTIVE"
        assert llama.created == "2025-03-01T10:20:30.123Z"
        assert not api.refusals

    def test_only_what_is_active_is_asked_for(
        self, api: DataScienceApi, asking: DataScience
    ):
        asking.active()

        assert api.asked == [
            {"compartmentId": COMPARTMENT, "lifecycleState": "ACTIVE", "limit": "100"}
        ]

    def test_pages_are_joined(self, api: DataScienceApi, auth: Any):
        api.deployments = [entry(f"model {number}") for number in range(25)]
        api.page_size = 10

        found = DataScience(auth).active()

        assert [d.name for d in found] == [f"model {n}" for n in range(25)]
        assert [asked.get("page") for asked in api.asked] == [None, "p+10=", "p+20="]
        assert not api.refusals, "a signature covers the page's name as it is sent"

    def test_five_hundred_come_in_five_pages(
        self, api: DataScienceApi, asking: DataScience
    ):
        api.deployments = [entry(f"model {number}") for number in range(500)]
        said: list[str] = []

        assert len(asking.active(say=said.append)) == 500
        assert len(api.asked) == 5
        assert "200 model deployments so far" in said

    async def test_an_event_loop_gets_the_same_and_goes_on_meanwhile(
        self, api: DataScienceApi, auth: Any
    ):
        api.deployments = [entry(f"model {number}") for number in range(3)]
        api.page_size = 1
        api.faults = [None, Fault(200, [entry("slow")], {"opc-next-page": "p+2="}, 0.3)]
        asking = asyncio.ensure_future(DataScience(auth).aactive())
        turns = 0
        while not asking.done():
            await asyncio.sleep(0.01)
            turns += 1

        names = [d.name for d in await asking]
        assert names == ["model 0", "slow", "model 2"]
        assert turns > 5
        assert not api.refusals

    async def test_an_event_loop_is_told_the_policy_too(
        self, api: DataScienceApi, credentials: Credentials
    ):
        api.compartments.clear()

        with pytest.raises(PolicyError, match="add the policy: allow group") as caught:
            await DataScience(credentials.auth(), retries=ONCE).aactive()
        assert caught.value.status == 404

    def test_a_deployment_that_moves_to_the_next_page_is_listed_once(
        self, api: DataScienceApi, asking: DataScience
    ):
        again = Fault(200, [entry("llama")], {"opc-next-page": "p+0="})
        api.faults = [again, None]

        assert [d.name for d in asking.active()] == ["llama", "qwen"]

    def test_an_empty_compartment_has_none(
        self, api: DataScienceApi, asking: DataScience
    ):
        api.deployments = []

        assert asking.active() == ()

    def test_the_api_is_one_that_oracles_own_package_understands(
        self, api: DataScienceApi, credentials: Credentials, asking: DataScience
    ):
        api.page_size = 1
        tenancy, user, fingerprint = credentials.key_id.split("/")
        config = {
            "tenancy": tenancy,
            "user": user,
            "fingerprint": fingerprint,
            "key_content": credentials.private_key.decode(),
            "region": "us-ashburn-1",
        }
        oracles = oci.data_science.DataScienceClient(config, service_endpoint=api.url)
        listed = oci.pagination.list_call_get_all_results(
            oracles.list_model_deployments, COMPARTMENT, lifecycle_state="ACTIVE"
        ).data

        ours = asking.active()
        assert [d.ocid for d in ours] == [d.id for d in listed]
        assert [d.name for d in ours] == [d.display_name for d in listed]
        assert [d.endpoint for d in ours] == [
            f"{d.model_deployment_url}/predict" for d in listed
        ]

    def test_one_is_found_by_its_ocid_in_whatever_state(
        self, api: DataScienceApi, auth: Any
    ):
        old = OCID.replace("llama", "old")
        found = DataScience(auth).find(old)

        assert (found.name, found.state) == ("old", "INACTIVE")
        assert api.asked == [{}]

    def test_it_is_asked_again_after_a_failure_and_says_so(
        self, api: DataScienceApi, credentials: Credentials
    ):
        busy = {"code": "ServiceUnavailable", "message": "no"}
        api.faults = [Fault(503, busy, {"retry-after": "1"})]
        said: list[str] = []

        assert len(DataScience(credentials.auth()).active(say=said.append)) == 2
        assert any("again in 1 s: the Data Science API failed" in line for line in said)


class TestSigned:
    def test_a_stranger_is_refused_and_told_how_it_signed(self, api: DataScienceApi):
        error = failed(DataScience(Credentials().auth(), retries=ONCE))

        assert type(error) is SignatureRefused
        assert error.status == 401
        assert "not accepted (auth: API key)" in str(error)
        assert api.refusals == ["the key id is unknown"] * len(api.refusals)
        assert not api.asked

    def test_a_token_that_was_renewed_meanwhile_is_taken_after_one_refusal(
        self, tmp_path: Path, api: DataScienceApi
    ):
        tokens, key = Tokens(), make_private_key()
        api.fault_of = tokens.fault_of
        (tmp_path / "key.pem").write_bytes(key)
        (tmp_path / "token").write_text(tokens.issue(public_key_of(key)))
        config = {
            "security_token_file": str(tmp_path / "token"),
            "key_file": str(tmp_path / "key.pem"),
        }
        stale = RequestSigner("ST$not.issued.here", key)

        found = DataScience({"config": config, "signer": stale}, retries=ONCE).active()

        assert len(found) == 2
        assert api.refusals == ["the token is unknown"]

    def test_a_redirect_is_not_followed_and_nothing_is_signed_for_another_origin(
        self, api: DataScienceApi, asking: DataScience
    ):
        with serving(OK) as other:
            api.faults = [Fault(307, {}, {"location": other.endpoint})]
            error = failed(asking)

            assert type(error) is DeploymentError
            assert "redirects are never followed" in str(error)
            assert other.connections == 0
        assert len(api.asked) == 1

    def test_a_chat_model_is_told_how_it_signed_too(self, api: DataScienceApi):  # noqa: ARG002 - sets the environment
        with serving(REFUSED) as gateway:
            model = ChatOCIModelDeploymentVLLM(
                endpoint=gateway.endpoint, auth=Credentials().auth()
            )
            with pytest.raises(SignatureRefused, match=r"\(auth: API key\)"):
                model.invoke("hello")


class TestRefused:
    @pytest.mark.parametrize(
        ("status", "code"), [(403, "NotAllowed"), (404, "NotAuthorizedOrNotFound")]
    )
    def test_who_may_not_list_is_told_the_policy_for_the_compartment(
        self, status: int, code: str, api: DataScienceApi, asking: DataScience
    ):
        api.faults = [refused(status, code)] * 2  # it is asked again, signed anew
        error = failed(asking)

        assert type(error) is PolicyError
        assert error.request_id == "A/B/C"
        assert error.message == (
            "the model deployments are not found, or not shown to you"
        )
        assert error.hint == (
            "check OCID and region; if they are right add the policy: allow group "
            "<group-name> to read data-science-model-deployments in compartment id "
            f"{COMPARTMENT}"
        )

    def test_an_unknown_ocid_is_told_with_the_policy_that_may_be_missing(
        self, api: DataScienceApi, asking: DataScience
    ):
        with pytest.raises(PolicyError, match="not found, or not shown") as caught:
            asking.find(OCID + "x")

        assert "read data-science-model-deployments" in caught.value.hint
        assert api.asked

    @pytest.mark.parametrize(
        ("fault", "kind", "says"),
        [
            (LOGIN_PAGE, AnswerError, "not an answer of the API: text/html"),
            (Fault(404, b"nothing", {}), NotFound, "there is no Data Science API"),
            (refused(500, "Internal"), ServerError, "the Data Science API failed"),
            (refused(429, "TooMany"), RateLimited, "try again in a minute"),
            (Fault(200, b""), AnswerError, "empty answer"),
            (Fault(200, b"[{"), AnswerError, "not JSON"),
            (Fault(200, {"items": []}), AnswerError, "unexpected shape"),
            (Fault(200, [{"displayName": "x"}]), AnswerError, "unexpected shape"),
            (Fault(200, ["x"]), AnswerError, "unexpected shape"),
        ],
    )
    def test_what_is_no_list_is_an_error_that_speaks_of_the_api(
        self,
        fault: Fault,
        kind: type[OcinbError],
        says: str,
        api: DataScienceApi,
        asking: DataScience,
    ):
        api.faults = [fault, fault]
        error = failed(asking)

        assert type(error) is kind
        assert says in str(error)
        assert "model answer" not in str(error)

    def test_a_page_of_an_unexpected_shape_shows_nothing_of_its_keys(
        self, api: DataScienceApi, asking: DataScience
    ):
        api.faults = [Fault(200, [{"environmentVariables": {"HF_TOKEN": "hunter2"}}])]

        assert "hunter2" not in str(failed(asking))

    def test_a_page_that_comes_twice_ends_with_an_error(
        self, api: DataScienceApi, asking: DataScience
    ):
        api.faults = [Fault(200, [entry("a")], {"opc-next-page": "same"})] * 9
        error = failed(asking)

        assert "a page came twice" in str(error)
        assert len(api.asked) == 2

    def test_a_list_without_end_ends_after_a_hundred_pages(
        self, api: DataScienceApi, asking: DataScience
    ):
        api.faults = [
            Fault(200, [], {"opc-next-page": str(number)}) for number in range(200)
        ]
        error = failed(asking)

        assert "does not end after 100 pages" in str(error)
        assert len(api.asked) == 100


class TestSlow:
    def test_a_slow_answer_runs_into_the_time_out(
        self, api: DataScienceApi, credentials: Credentials
    ):
        api.faults = [Fault(wait_s=60)]
        asking = DataScience(credentials.auth(), timeouts=QUICK, retries=ONCE)
        before = time.monotonic()
        error = failed(asking)

        assert type(error) is TimedOut
        assert "idle time-out of 0.2 s" in str(error)
        assert str(error).endswith("try again in a minute")
        assert time.monotonic() - before < 2

    def test_nobody_there_is_a_line_that_names_the_port(
        self, monkeypatch: pytest.MonkeyPatch, asking: DataScience
    ):
        port = closed_port()
        monkeypatch.setenv("OCI_ODSC_SERVICE_ENDPOINT", f"http://127.0.0.1:{port}")
        error = failed(asking)

        assert type(error) is ConnectionFailed
        assert f"cannot connect to 127.0.0.1:{port}" in str(error)
