"""What is kept of the API's description of a deployment."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from ocinb.errors import AnswerError
from ocinb.wire.listing import deployment_of, deployments_in

OCID = "ocid1.datasciencemodeldeployment.oc1.iad.a"
BARE = {"id": OCID, "lifecycleState": "ACTIVE"}


def configured(**environment: Any) -> dict[str, Any]:
    details = {"environmentConfigurationDetails": environment}
    return {**BARE, "modelDeploymentConfigurationDetails": details}


def variables(**given: Any) -> dict[str, Any]:
    return configured(environmentVariables=given)


class TestModel:
    @pytest.mark.parametrize(
        "described",
        [
            variables(PARAMS="--served-model-name llama --seed 42"),
            variables(PARAMS="--seed 42 --served-model-name=llama"),
            variables(PARAMS="--served-model-name 'llama' --model other"),
            variables(PARAMS='--served-model-name "llama"', MODEL="other"),
            configured(cmd=["--model", "/opt/x", "--served-model-name", "llama"]),
            configured(cmd=["python -m vllm --served-model-name llama"]),
            configured(entrypoint=["vllm", "serve", "--served-model-name=llama"]),
            variables(
                MULTI_MODEL_CONFIG='{"models": [{"params": "--served-model-name llama"}]}'
            ),
            configured(cmd=["--model", "llama"]),
            variables(PARAMS="--model=llama"),
            variables(MODEL="llama"),
        ],
    )
    def test_it_is_the_name_that_the_container_was_told(self, described: Any):
        assert deployment_of(described).model == "llama"

    def test_one_that_serves_several_has_all_their_names_once(self):
        models = '[{"p": "--served-model-name a"}, {"p": "--served-model-name b"}]'
        found = deployment_of(
            variables(MULTI_MODEL_CONFIG=models, PARAMS="--served-model-name a")
        )

        assert (found.model, found.models) == ("a", ("a", "b"))

    def test_more_names_than_anybody_reads_are_left_out(self):
        names = " ".join(f"--served-model-name m{n}" for n in range(1000))

        assert len(deployment_of(variables(PARAMS=names)).models) == 50

    @pytest.mark.parametrize(
        "described",
        [
            BARE,
            variables(),
            variables(PARAMS="--seed 42", HF_TOKEN="x"),
            variables(PARAMS="--served-model-name"),
            variables(PARAMS=["--served-model-name x"], MODEL=7),
            configured(cmd="--served-model-name x"),
            configured(environmentVariables=None, cmd=None),
            {**BARE, "modelDeploymentConfigurationDetails": None},
            {
                **BARE,
                "modelDeploymentConfigurationDetails": {
                    "environmentConfigurationDetails": []
                },
            },
        ],
    )
    def test_else_it_is_the_one_of_oracles_containers(self, described: Any):
        assert deployment_of(described).model == "odsc-llm"


class TestEndpoint:
    @pytest.mark.parametrize("end", ["", "/"])
    def test_it_is_the_predict_url(self, end: str):
        url = f"https://modeldeployment.eu-zurich-1.oci.customer-oci.com/{OCID}"
        found = deployment_of({**BARE, "modelDeploymentUrl": f"{url}{end}"})

        assert found.endpoint == f"{url}/predict"

    @pytest.mark.parametrize(
        "url", [None, "", 7, "javascript:alert(1)", "http://evil.example/x", "https://"]
    )
    def test_an_address_that_cannot_be_right_is_left_out(self, url: Any):
        assert deployment_of({**BARE, "modelDeploymentUrl": url}).endpoint == ""


class TestShape:
    def test_a_deployment_without_a_name_is_called_by_its_ocid(self):
        found = deployment_of({**BARE, "displayName": None})

        assert (found.name, found.ocid, found.created) == (OCID, OCID, "")

    def test_it_is_a_value_without_the_keys_that_came_with_it(self):
        found = deployment_of(variables(HF_TOKEN="hunter2"))

        assert "hunter2" not in repr(found)
        assert found == deployment_of(variables())
        with pytest.raises(FrozenInstanceError):
            found.name = "x"  # type: ignore[misc]  # it must not work

    def test_only_active_ones_are_listed(self):
        others = [{**BARE, "lifecycleState": state} for state in ("FAILED", None)]

        assert [d.ocid for d in deployments_in([*others, BARE])] == [OCID]

    @pytest.mark.parametrize("value", [None, {}, "x", [1], [None], [{}], [{"id": 7}]])
    def test_another_shape_is_an_error(self, value: Any):
        with pytest.raises(AnswerError, match="unexpected shape"):
            deployments_in(value)
