"""The panel's section of deployments, against Oracle's API and a deployment on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.language_models import GenericFakeChatModel

from ocinb.chat_models import ChatOCIModelDeploymentVLLM
from ocinb.local import LocalDeployment, Script
from ocinb.widgets.panel import ChatPanel
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
from tests.unit.widgets.panel.conftest import WITHIN_S, Hand

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = "<img src=x onerror=alert(1)>"
ELSEWHERE = "https://llm.example/ocid1.x/predict"
LISTED = "2 ACTIVE model deployments in compartment"


class Own(ChatOCIModelDeploymentVLLM):
    """Somebody's own subclass."""


@pytest.fixture(scope="module")
def deployment() -> Iterator[LocalDeployment]:
    with LocalDeployment(script=Script.answer("It works.")) as running:
        yield running


@pytest.fixture
def api(
    deployment: LocalDeployment, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DataScienceApi]:
    """The API with a deployment that answers as two models, and one of a bad name."""
    key = (deployment.profile_path.parent / "key.pem").read_bytes()
    accepted = signed_by(public_key_of(key), deployment.auth["signer"].api_key)
    names = "--served-model-name llama-3 --x --served-model-name llama-3-lora"
    url = deployment.endpoint.removesuffix("/predict")
    listed = (entry("Llama", url, variables={"PARAMS": names}), entry(HOSTILE))
    with DataScienceApi(accepted, *listed) as emulated:
        monkeypatch.setenv("OCI_ODSC_SERVICE_ENDPOINT", emulated.url)
        monkeypatch.setenv("NB_SESSION_COMPARTMENT_OCID", COMPARTMENT)
        monkeypatch.setenv("OCI_CONFIG_LOCATION", str(deployment.profile_path))
        monkeypatch.setenv("OCI_CONFIG_PROFILE", "DEFAULT")
        yield emulated


@pytest.fixture
def panel(deployment: LocalDeployment, api: DataScienceApi) -> Iterator[ChatPanel]:  # noqa: ARG001 - its environment
    model = Own(endpoint=ELSEWHERE, auth=deployment.auth, temperature=0.3)
    made = ChatPanel(model)
    yield made
    made.close()


@pytest.fixture
def hand(panel: ChatPanel) -> Hand:
    return Hand(panel)


@pytest.fixture
def listed(hand: Hand) -> Hand:
    """A panel whose section has been opened, and its list has come."""
    hand.press("Deployment")
    assert eventually(lambda: LISTED in hand.text)
    assert eventually(lambda: len(hand.box("Deployment").options) == 4)
    return hand


def option(hand: Hand, deployment: str, model: str = "odsc-llm") -> Any:
    (found,) = (
        value
        for label, value in hand.box("Deployment").options
        if label.startswith(f"{deployment} (") and label.endswith(f" · {model}")
    )
    return found


class TestFinding:
    def test_nothing_is_asked_before_the_section_is_opened(
        self, panel: ChatPanel, api: DataScienceApi
    ):
        assert panel.model_id
        assert api.asked == []

    def test_each_model_of_a_deployment_is_a_choice(
        self, listed: Hand, api: DataScienceApi
    ):
        labels = [label for label, _ in listed.box("Deployment").options]
        entries = reversed(api.deployments)

        hostile, llama = (f"…{each['id'][-6:]}, 2025-03-01" for each in entries)
        assert labels == [
            "choose one",
            f"{HOSTILE} ({hostile}) · odsc-llm",
            f"Llama ({llama}) · llama-3",
            f"Llama ({llama}) · llama-3-lora",
        ]
        assert len(api.asked) == 1
        assert not api.refusals, "it signs as the panel's model does"

    def test_opening_it_again_asks_nothing(self, listed: Hand, api: DataScienceApi):
        listed.press("Deployment")
        listed.press("Deployment")
        assert len(api.asked) == 1

        listed.press("Find deployments")
        assert eventually(lambda: len(api.asked) == 2)

    def test_what_is_waited_for_is_told_and_can_be_stopped(
        self, hand: Hand, api: DataScienceApi
    ):
        api.faults = [Fault(200, [entry("late")], wait_s=60)]
        hand.press("Deployment")
        assert eventually(lambda: bool(api.asked))
        assert "asking 127.0.0.1" in hand.text
        assert "Find deployments" not in hand.buttons

        hand.press("Stop")
        assert "stopped by you" in hand.text
        assert "Find deployments" in hand.buttons

        hand.press("Find deployments")
        assert eventually(lambda: LISTED in hand.text)

    def test_a_missing_policy_is_one_line(self, hand: Hand, api: DataScienceApi):
        api.faults = [refused(404, "NotAuthorizedOrNotFound")]
        hand.press("Deployment")

        assert eventually(lambda: "add the policy: allow group" in hand.text)
        assert 'role="status"' in hand.text
        assert "Find deployments" in hand.buttons

    def test_without_a_compartment_the_line_says_where_to_write_one(
        self, hand: Hand, api: DataScienceApi, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.delenv("NB_SESSION_COMPARTMENT_OCID")
        hand.press("Deployment")
        assert "write its OCID as Compartment" in hand.text
        assert api.asked == []

        hand.box("Compartment").value = f" {COMPARTMENT} "
        hand.press("Find deployments")
        assert eventually(lambda: LISTED in hand.text)

    def test_a_closed_panel_asks_no_further(
        self, panel: ChatPanel, hand: Hand, api: DataScienceApi
    ):
        api.faults = [Fault(200, [], {"opc-next-page": "p"}, wait_s=0.2)]
        hand.press("Deployment")
        assert eventually(lambda: bool(api.asked))
        panel.close()

        assert len(api.asked) == 1


class TestTaking:
    def test_the_model_that_is_picked_answers_with_the_settings_there_were(
        self, listed: Hand, panel: ChatPanel, deployment: LocalDeployment
    ):
        before: Any = panel.model
        panel.params = {"top_p": 0.5}
        listed.box("Deployment").value = option(listed, "Llama", "llama-3-lora")

        model: Any = panel.model
        assert type(model) is Own
        assert (model.endpoint, model.model) == (deployment.endpoint, "llama-3-lora")
        assert model.auth is before.auth
        assert "the next prompt goes to Llama, model llama-3-lora" in listed.text
        assert "llama-3-lora</strong> · 127.0.0.1" in listed.text
        assert panel.ask("Hi").result(WITHIN_S).text == "It works."
        sent = deployment.requests[-1].json
        assert (sent["model"], sent["temperature"], sent["top_p"]) == (
            *("llama-3-lora", 0.3),
            0.5,
        )
        assert (before.endpoint, before.model) == (ELSEWHERE, "odsc-llm")

    def test_the_one_in_use_is_the_one_that_is_chosen(
        self, listed: Hand, panel: ChatPanel, deployment: LocalDeployment
    ):
        assert listed.box("Deployment").value is None
        panel.model = Own(endpoint=deployment.endpoint, model="llama-3", auth={})
        assert listed.box("Deployment").label.endswith("llama-3")

        panel.model = Own(endpoint=ELSEWHERE, auth={})
        assert listed.box("Deployment").value is None

    def test_a_model_of_another_kind_gives_way_to_the_one_that_faces_make(
        self, api: DataScienceApi, deployment: LocalDeployment
    ):
        panel = ChatPanel(GenericFakeChatModel(messages=iter(())))
        hand = Hand(panel)
        hand.press("Deployment")
        assert eventually(lambda: "oracle-ads" in hand.text), "ads is not installed"
        assert "Find deployments" in hand.buttons
        hand.box("Signed by").value = "api_key"
        hand.press("Find deployments")
        assert eventually(lambda: len(hand.box("Deployment").options) == 4)
        hand.box("Deployment").value = option(hand, "Llama", "llama-3")

        assert type(panel.model) is ChatOCIModelDeploymentVLLM
        assert panel.model.auth == "api_key"
        assert panel.ask("Hi").result(WITHIN_S).text == "It works."
        assert deployment.requests[-1].json["max_tokens"] == 1024
        assert not api.refusals
        panel.close()

    def test_one_without_an_address_is_not_taken(
        self, hand: Hand, panel: ChatPanel, api: DataScienceApi
    ):
        nowhere = entry("nowhere") | {"modelDeploymentUrl": "x"}
        api.faults = [Fault(200, [nowhere, entry("other")])]
        hand.press("Deployment")
        assert eventually(lambda: len(hand.box("Deployment").options) == 3)
        hand.box("Deployment").value = option(hand, "nowhere")

        assert "no usable address for nowhere" in hand.text
        assert hand.box("Deployment").value is None
        assert panel.model.endpoint == ELSEWHERE

    def test_names_of_others_are_inert(self, listed: Hand, panel: ChatPanel):
        listed.box("Deployment").value = option(listed, HOSTILE)

        assert "&lt;img" in listed.text
        assert "<img" not in listed.text
        assert "modeldeployment.us-ashburn-1" in panel.model.endpoint
