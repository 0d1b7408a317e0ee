"""Fields set after the model was made: checked as in the constructor, and in force."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.load import dumpd

from ocinb.errors import ConfigurationError, EndpointError, OcinbError, ParameterError
from ocinb.sampling import PARAMETERS, ParameterWarning
from tests.unit.chat_models.recorder import ENDPOINT, make, recorder

if TYPE_CHECKING:
    from ocinb.chat_models import ChatOCIModelDeploymentVLLM
    from ocinb.wire.exchange import Call

OTHER = ENDPOINT.replace("ocid1.x", "ocid1.y")


def signer(request: Any) -> None:
    request.headers["authorization"] = "mine"


def another(request: Any) -> None:
    request.headers["authorization"] = "another's"


def refused(name: str, value: Any) -> str:
    model = make()
    before = model.prepare("hello"), model.model_dump()
    with pytest.raises(OcinbError) as caught:
        setattr(model, name, value)
    assert isinstance(caught.value, ConfigurationError)
    assert (model.prepare("hello"), model.model_dump()) == before
    return str(caught.value)


def signed(model: ChatOCIModelDeploymentVLLM) -> str:
    """Sign a request without sending it."""
    made = model._client._credentials.sign("POST", ENDPOINT, "/", {}, b"{}")
    return made["authorization"]


class TestParameters:
    @pytest.mark.parametrize("name", PARAMETERS)
    def test_a_value_that_no_server_takes_is_refused_at_once(self, name: str):
        assert refused(name, object()).startswith(f"{name} must be ")

    @pytest.mark.parametrize(
        ("name", "value", "line"),
        [
            ("temperature", "hot", "temperature must be a number in [0, 2]"),
            ("max_tokens", 0, "max_tokens must be an integer >= 1 (got 0)"),
            ("top_p", 1.5, "top_p must be a number in (0, 1] (got 1.5)"),
        ],
    )
    def test_the_line_is_that_of_the_constructor(
        self, name: str, value: Any, line: str
    ):
        with pytest.raises(ParameterError) as caught:
            make(**{name: value})

        assert refused(name, value) == str(caught.value)
        assert str(caught.value).startswith(line)

    def test_a_value_takes_the_type_of_the_wire(self):
        model = make()
        model.stop = "END"  # type: ignore[assignment]  # as users write it
        model.temperature = 1

        assert model.stop == ["END"]
        assert model.sent_params()["temperature"] == 1.0

    def test_the_policy_of_one_server_warns(self):
        model = make()
        with pytest.warns(ParameterWarning, match="temperature should be"):
            model.temperature = 5

        assert model.temperature == 5

    def test_rules_that_join_parameters_wait_for_the_request(self):
        model = make(temperature=0)
        model.n = 2
        with pytest.raises(ParameterError, match="n must be 1"):
            model.prepare("hello")
        model.temperature = 0.5

        assert model.prepare("hello").sent["n"] == 2

    @pytest.mark.parametrize(
        ("alias", "name", "value"),
        [
            ("model_name", "model", "mine"),
            ("max_completion_tokens", "max_tokens", 5),
            ("stop_sequences", "stop", ["END"]),
            ("callback_manager", "callbacks", []),
        ],
    )
    def test_an_alias_sets_and_reads_its_field(self, alias: str, name: str, value: Any):
        model = make()
        setattr(model, alias, value)

        assert getattr(model, name) == getattr(model, alias) == value

    def test_a_misspelt_name_is_refused_with_the_nearest_one(self):
        assert refused("temprature", 1).startswith(
            "unknown parameter temprature; did you mean temperature?"
        )

    def test_an_api_key_is_taken_and_not_kept(self):
        model = make()
        model.api_key = "hunter2"  # type: ignore[attr-defined]  # as for other models

        assert "hunter2" not in repr(model.__dict__)

    def test_what_is_a_method_stays_one(self):
        with pytest.raises(ValueError, match="no field"):
            make().invoke = None  # type: ignore[method-assign,assignment]  # must not work


class TestAuth:
    def test_new_credentials_count_from_the_next_request_on(self):
        model = make(auth=another)
        assert signed(model) == "another's"
        model.auth = {"signer": signer, "config": {}}

        assert signed(model) == "mine"

    def test_without_any_the_default_signer_is_asked(self):
        model = make(auth=signer)
        model.auth = None

        assert repr(model._client._credentials) == repr(make()._client._credentials)

    @pytest.mark.parametrize("value", ["no_such_way", 5, {"signer": None, "a": 1}])
    def test_what_is_no_signer_is_refused(self, value: Any):
        assert refused("auth", value)

    def test_a_copy_keeps_its_own(self):
        model = make(auth=signer)
        other = model.model_copy()
        other.auth = another

        assert (signed(model), signed(other)) == ("mine", "another's")

    def test_a_copy_can_be_made_with_others(self):
        assert signed(make().model_copy(update={"auth": signer})) == "mine"

    def test_a_pickle_keeps_the_name_of_a_way_to_sign(self):
        again = pickle.loads(pickle.dumps(make(auth="resource_principal")))  # noqa: S301 - our own bytes

        assert again.auth == "resource_principal"


class TestEndpoint:
    def test_the_next_request_goes_to_the_new_one(self):
        model = make()
        model.endpoint = OTHER

        assert model.prepare("hello").url == OTHER

    @pytest.mark.parametrize("value", ["ocid1.x", "http://host/x/predict", 5])
    def test_one_that_cannot_be_right_is_refused(self, value: Any):
        assert refused("endpoint", value).startswith("endpoint ")

    @pytest.mark.parametrize("value", ["", None])
    def test_the_environment_stands_in_for_none(
        self, value: Any, monkeypatch: pytest.MonkeyPatch
    ):
        model = make()
        monkeypatch.setenv("OCI_LLM_ENDPOINT", OTHER)
        model.endpoint = value

        assert model.endpoint == OTHER

    def test_none_without_an_environment_is_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.delenv("OCI_LLM_ENDPOINT", raising=False)
        model = make()
        with pytest.raises(EndpointError, match="endpoint is missing"):
            model.endpoint = ""


class TestPlainFields:
    def test_headers_count_for_the_next_request(self):
        model = make()
        model.default_headers = {"X-Team": "a"}

        assert model.prepare("hello").headers["x-team"] == "a"

    def test_a_header_that_signing_sets_is_refused(self):
        assert refused("default_headers", {"Date": "x"}).startswith("header Date")

    def test_a_header_without_a_value_is_left_out_with_a_warning(self):
        model = make()
        with pytest.warns(ParameterWarning, match="no value for the header X-Team"):
            model.default_headers = {"X-Team": None, "X-Other": "b"}

        assert model.default_headers == {"X-Other": "b"}

    def test_time_outs_and_retries_count_for_the_next_request(self):
        model = make()
        model.timeout = {"idle": 5}
        model.max_retries = 1
        call: Call = model._call(b"{}", stream=True)

        assert (call.timeouts.idle_s, call.policy.max_retries) == (5, 1)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("timeout", 0),
            ("max_retries", -1),
            ("streaming", "yes"),
            ("model", 5),
            ("model_kwargs", []),
            ("default_headers", "x"),
        ],
    )
    def test_a_bad_value_is_refused(self, name: str, value: Any):
        assert refused(name, value).startswith(f"{name} must be ")

    @pytest.mark.parametrize(
        "name", ["model", "streaming", "max_retries", "model_kwargs", "default_headers"]
    )
    def test_none_sets_the_default_again(self, name: str):
        given = {
            "model": "mine",
            "streaming": True,
            "max_retries": 0,
            "model_kwargs": {"a": 1},
            "default_headers": {"route": "/x"},
        }
        model = make(**given)
        setattr(model, name, None)

        assert getattr(model, name) == getattr(make(), name)

    def test_defaults_are_not_shared(self):
        one, other = make(), make()
        one.model_kwargs = None  # type: ignore[assignment]  # "the default again"
        one.model_kwargs["a"] = 1

        assert other.model_kwargs == {}
        assert make().model_kwargs == {}

    def test_fields_of_langchain_are_set_as_they_are(self):
        model = make()
        model.tags = ["a"]
        model.metadata = {"b": 1}
        model.verbose = True

        assert (model.tags, model.metadata, model.verbose) == (["a"], {"b": 1}, True)


class TestCopiesWithChanges:
    def test_a_change_is_checked(self):
        with pytest.raises(ParameterError, match="temperature must be"):
            make().model_copy(update={"temperature": "hot"})

    def test_a_misspelt_change_is_refused(self):
        with pytest.raises(ParameterError, match="did you mean temperature"):
            make().model_copy(update={"temprature": 1})

    def test_the_original_stays_as_it_was(self):
        model = make(top_p=0.5)
        model.model_copy(update={"top_p": 0.9, "endpoint": OTHER, "auth": signer})

        assert model.sent_params()["top_p"] == 0.5
        assert model.endpoint == ENDPOINT
        assert model.auth == {}

    def test_what_langchain_tells_tracers_follows_a_change(self):
        model = recorder()
        model.invoke("hello")  # LangChain keeps what it makes of the fields
        model.temperature = 0.9

        assert model._serialized == dumpd(model)
        assert model._serialized["kwargs"]["temperature"] == 0.9
