"""Fields of a chat model: what the constructor takes, and refuses in one line."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.rate_limiters import InMemoryRateLimiter

from ocinb import ChatOCIModelDeployment as PublicBase
from ocinb import ChatOCIModelDeploymentVLLM as Public
from ocinb.chat_models import ChatOCIModelDeployment, ChatOCIModelDeploymentVLLM
from ocinb.errors import ConfigurationError, EndpointError, OcinbError, ParameterError
from ocinb.sampling import PARAMETERS, ParameterWarning
from tests.unit.chat_models.recorder import ENDPOINT, make

DOCUMENTED: dict[str, Any] = {
    "endpoint": "",
    "auth": {},
    "model": "odsc-llm",
    "streaming": False,
    "max_retries": 3,
    "default_headers": None,
    "model_kwargs": {},
    "stop": None,
    "temperature": 0.2,
    "top_p": 1.0,
    "top_k": -1,
    "min_p": 0.0,
    "max_tokens": 256,
    "min_tokens": 0,
    "n": 1,
    "best_of": None,
    "frequency_penalty": 0.0,
    "presence_penalty": 0.0,
    "repetition_penalty": 1.0,
    "length_penalty": 1.0,
    "use_beam_search": False,
    "early_stopping": False,
    "ignore_eos": False,
    "logit_bias": None,
    "stop_token_ids": None,
    "skip_special_tokens": True,
    "spaces_between_special_tokens": True,
    "tool_choice": None,
    "chat_template": None,
    "timeout": None,
}
OF_LANGCHAIN = {
    "cache",
    "callbacks",
    "custom_get_token_ids",
    "disable_streaming",
    "metadata",
    "rate_limiter",
    "tags",
    "verbose",
}


def refused(**fields: Any) -> str:
    with pytest.raises(OcinbError) as caught:
        make(**fields)
    assert isinstance(caught.value, ConfigurationError)
    line = str(caught.value)
    assert line.isprintable()
    return line


class TestDocumented:
    def test_every_documented_field_is_there(self):
        fields = set(ChatOCIModelDeploymentVLLM.model_fields)

        assert fields >= set(DOCUMENTED) | OF_LANGCHAIN | set(PARAMETERS)

    @pytest.mark.parametrize(("name", "default"), DOCUMENTED.items())
    def test_a_field_reads_as_documented(self, name: str, default: Any):
        expected = ENDPOINT if name == "endpoint" else default

        assert getattr(make(), name) == expected

    @pytest.mark.parametrize("name", PARAMETERS)
    def test_the_help_of_a_parameter_is_the_description_of_its_field(self, name: str):
        field = ChatOCIModelDeploymentVLLM.model_fields[name]

        assert field.description == PARAMETERS[name].help
        assert field.default == PARAMETERS[name].default

    def test_the_parameters_of_the_class_are_those_of_the_list(self):
        assert ChatOCIModelDeploymentVLLM.parameter_names == tuple(PARAMETERS)

    @pytest.mark.parametrize(
        ("model", "kind"),
        [
            (ChatOCIModelDeployment, "oci_model_depolyment_chat_endpoint"),
            (ChatOCIModelDeploymentVLLM, "oci_model_depolyment_chat_endpoint_vllm"),
        ],
    )
    def test_the_kind_keeps_the_spelling_that_cache_keys_hold(
        self, model: type[ChatOCIModelDeployment], kind: str
    ):
        assert model(endpoint=ENDPOINT)._llm_type == kind

    def test_both_classes_are_public(self):
        assert Public is ChatOCIModelDeploymentVLLM
        assert PublicBase is ChatOCIModelDeployment

    def test_fields_of_langchain_are_taken(self):
        model = make(
            tags=["a"],
            metadata={"b": 1},
            verbose=True,
            cache=InMemoryCache(),
            callbacks=[],
            rate_limiter=InMemoryRateLimiter(),
            disable_streaming="tool_calling",
            custom_get_token_ids=lambda text: [len(text)],
            name="mine",
        )

        assert model.tags == ["a"]
        assert model.get_num_tokens("four") == 1

    def test_what_langsmith_is_told_names_provider_and_model(self):
        params = make(model="mine")._get_ls_params()

        assert params["ls_provider"] == "oci"
        assert params["ls_model_name"] == "mine"
        assert params["ls_model_type"] == "chat"
        assert make()._get_ls_params(model="other")["ls_model_name"] == "other"

    def test_what_identifies_a_model_are_endpoint_and_parameters(self):
        assert make(top_k=5)._identifying_params == {
            "endpoint": ENDPOINT,
            "model": "odsc-llm",
            "temperature": 0.2,
            "max_tokens": 256,
            "top_k": 5,
        }


class TestAliases:
    @pytest.mark.parametrize(
        ("alias", "name", "value"),
        [
            ("model_name", "model", "mine"),
            ("max_completion_tokens", "max_tokens", 5),
            ("stop_sequences", "stop", ["END"]),
        ],
    )
    def test_a_name_that_langchains_users_type_is_taken(
        self, alias: str, name: str, value: Any
    ):
        model = make(**{alias: value})

        assert getattr(model, name) == value

    def test_a_single_stop_string_is_a_list_of_one(self):
        assert make(stop="END").stop == ["END"]

    def test_an_api_key_is_taken_and_not_kept(self):
        assert "hunter2" not in repr(make(api_key="hunter2").__dict__)


class TestRefused:
    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            ("temprature", "temperature"),
            ("max_token", "max_tokens"),
            ("Temperature", "temperature"),
            ("endpiont", "endpoint"),
            ("model_kwarg", "model_kwargs"),
        ],
    )
    def test_a_misspelt_name_with_the_nearest_one(self, name: str, meant: str):
        assert refused(**{name: 1}) == (
            f"unknown parameter {name}; did you mean {meant}? "
            "- other fields of the server go into model_kwargs"
        )

    def test_an_unknown_name(self):
        assert refused(zzzz=1) == (
            "unknown parameter zzzz - other fields of the server go into model_kwargs"
        )

    @pytest.mark.parametrize(
        ("name", "value", "line"),
        [
            (
                "temperature",
                "hot",
                "temperature must be a number in [0, 2] (got 'hot')",
            ),
            ("temperature", -0.1, "temperature must be a number in [0, 2] (got -0.1)"),
            ("top_p", 0, "top_p must be a number in (0, 1] (got 0)"),
            ("max_tokens", "512", "max_tokens must be an integer >= 1 (got '512')"),
            ("stop", [""], "stop must be non-empty strings (got [''])"),
            ("seed", 0.5, "seed must be a 64-bit integer (-1 = none) (got 0.5)"),
            ("max_retries", "x", "max_retries must be an integer >= 0 (got 'x')"),
            ("max_retries", -1, "max_retries must be an integer >= 0 (got -1)"),
            ("max_retries", 1.5, "max_retries must be an integer >= 0 (got 1.5)"),
            ("max_retries", True, "max_retries must be an integer >= 0 (got True)"),
            ("streaming", 1, "streaming must be True or False (got 1)"),
            ("model", 5, "model must be a string (got 5)"),
            ("endpoint", 5, "endpoint must be a string (got 5)"),
            ("model_kwargs", [], "model_kwargs must be a dict (got [])"),
            ("default_headers", "x", "default_headers must be a dict (got 'x')"),
            ("timeout", "x", "timeout must be a number > 0 s (got 'x')"),
            ("timeout", 0, "timeout must be a number > 0 s (got 0)"),
            ("timeout", True, "timeout must be a number > 0 s (got True)"),
            (
                "default_headers",
                {"Date": "x"},
                "header Date is set by signing and cannot be overridden",
            ),
        ],
    )
    def test_a_bad_value(self, name: str, value: Any, line: str):
        assert refused(**{name: value}) == line

    def test_values_that_do_not_go_together(self):
        assert refused(n=2, temperature=0).startswith("n must be 1 when temperature")

    def test_a_bad_auth(self):
        assert refused(auth=5).startswith("auth must be ")

    @pytest.mark.parametrize(
        ("name", "value"), [("best_of", 2), ("early_stopping", True)]
    )
    def test_what_servers_ignore_is_taken_with_a_warning(self, name: str, value: Any):
        with pytest.warns(ParameterWarning, match="ignored by current vLLM"):
            make(**{name: value})

    def test_a_high_temperature_is_taken_with_a_warning(self):
        with pytest.warns(ParameterWarning, match="temperature should be"):
            make(temperature=2.5)

    @pytest.mark.parametrize(
        "name", ["model", "streaming", "max_retries", "model_kwargs", "default_headers"]
    )
    def test_none_for_a_plain_field_is_as_not_given(self, name: str):
        assert make(**{name: None}).model_dump() == make().model_dump()


class TestEndpoint:
    @pytest.fixture(autouse=True)
    def _without_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("OCI_LLM_ENDPOINT", raising=False)

    @pytest.mark.parametrize("fields", [{}, {"endpoint": ""}, {"endpoint": None}])
    def test_a_missing_one_says_where_to_find_it(self, fields: dict[str, Any]):
        with pytest.raises(
            EndpointError, match=r"^endpoint is missing: pass endpoint="
        ):
            ChatOCIModelDeploymentVLLM(**fields)

    @pytest.mark.parametrize("fields", [{}, {"endpoint": ""}, {"endpoint": None}])
    def test_the_environment_stands_in(
        self, fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("OCI_LLM_ENDPOINT", ENDPOINT)

        assert ChatOCIModelDeploymentVLLM(**fields).endpoint == ENDPOINT

    def test_the_argument_wins(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("OCI_LLM_ENDPOINT", "https://other/x/predict")

        assert make().endpoint == ENDPOINT

    def test_a_bad_one_is_refused_before_any_request(self):
        assert refused(endpoint="ocid1.x").startswith("endpoint looks like an OCID")
        assert refused(endpoint="http://host/x/predict").startswith(
            "endpoint must be https://"
        )

    def test_validation_of_something_else_is_left_to_pydantic(self):
        with pytest.raises(ValueError, match="ChatOCIModelDeploymentVLLM"):
            ChatOCIModelDeploymentVLLM.model_validate([1])

    def test_a_model_validates_as_itself(self):
        model = make()

        assert ChatOCIModelDeploymentVLLM.model_validate(model) is model

    def test_a_refusal_is_a_parameter_error_and_not_a_report_of_many_lines(self):
        with pytest.raises(ParameterError):
            make(temperature="hot")
