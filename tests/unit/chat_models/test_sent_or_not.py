"""Each parameter is set, a default, or not sent; copies of every kind keep which."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.runnables import ConfigurableField, RunnableLambda

from ocinb.chat_models import ChatOCIModelDeployment, ChatOCIModelDeploymentVLLM
from ocinb.errors import ParameterError
from ocinb.sampling import PARAMETERS
from tests.unit.chat_models.recorder import (
    ENDPOINT,
    body_of,
    bytes_of,
    loaded,
    loaded_from_text,
    make,
    recorder,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.runnables import Runnable

GIVEN: dict[str, Any] = {
    "temperature": 0.7,  # set to another value than its default
    "top_p": 1.0,  # set to its default
    "max_tokens": None,  # un-set
    "stop": ["END"],
    "logit_bias": {"5": 1.0},
    "model_kwargs": {"foo": 1},
    "timeout": {"idle": 5},
    "default_headers": {"Route": "/v2/chat"},
    "max_retries": 0,
}
SENT = {
    "model": "odsc-llm",
    "temperature": 0.7,
    "stop": ["END"],
    "top_p": 1.0,
    "logit_bias": {"5": 1.0},
    "foo": 1,
}


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "model_copy": lambda m: m.model_copy(),
    "deep model_copy": lambda m: m.model_copy(deep=True),
    "pickle": lambda m: pickle.loads(pickle.dumps(m)),  # noqa: S301 - our own bytes
    "model_validate": lambda m: type(m).model_validate(m.model_dump()),
    "model_validate_json": lambda m: type(m).model_validate(
        json.loads(m.model_dump_json())
    ),
    "constructor": lambda m: type(m)(**m.model_dump()),
    "load": loaded,
    "loads": loaded_from_text,
    "twice": lambda m: copy.deepcopy(pickle.loads(pickle.dumps(m))),  # noqa: S301 - our own bytes
}

WRAPPED: dict[str, Callable[[Any], Runnable[Any, Any]]] = {
    "bind": lambda m: m.bind(),
    "with_config": lambda m: m.with_config(tags=["a"], run_name="b"),
    "configurable_fields": lambda m: m.configurable_fields(
        temperature=ConfigurableField(id="t")
    ),
    "configured fields": lambda m: m.configurable_fields(
        temperature=ConfigurableField(id="t")
    ).with_config(configurable={"t": 0.7}),
    "configurable_alternatives": lambda m: m.configurable_alternatives(
        ConfigurableField(id="which"), other=recorder(temperature=1)
    ),
    "chosen alternative": lambda m: (
        recorder()
        .configurable_alternatives(ConfigurableField(id="which"), this=m)
        .with_config(configurable={"which": "this"})
    ),
    "with_retry": lambda m: m.with_retry(),
    "with_fallbacks": lambda m: m.with_fallbacks([recorder()]),
    "with_listeners": lambda m: m.with_listeners(on_end=lambda _: None),
    "with_types": lambda m: m.with_types(input_type=str),
    "chain": lambda m: RunnableLambda(lambda text: text) | m,
}


class TestThreeStates:
    def test_only_model_and_two_defaults_are_sent_by_itself(self):
        assert make().sent_params() == {"temperature": 0.2, "max_tokens": 256}
        assert body_of(recorder()) == {
            "model": "odsc-llm",
            "temperature": 0.2,
            "max_tokens": 256,
        }

    def test_what_was_set_is_sent_also_at_its_default_value(self):
        assert body_of(recorder(**GIVEN)) == SENT

    @pytest.mark.parametrize("name", PARAMETERS)
    def test_a_field_that_nobody_set_reads_as_its_default(self, name: str):
        assert getattr(make(), name) == PARAMETERS[name].default

    @pytest.mark.parametrize("name", PARAMETERS)
    def test_a_field_set_to_none_reads_as_none_and_is_not_sent(self, name: str):
        model = make(**{name: None})

        assert getattr(model, name) is None
        assert name not in model.sent_params()

    def test_a_field_may_be_set_later(self):
        model = make()
        model.temperature = 0.9
        model.top_k = 5

        assert model.sent_params() == {
            "temperature": 0.9,
            "max_tokens": 256,
            "top_k": 5,
        }

    def test_a_field_may_be_un_set_later(self):
        model = make(top_k=5)
        model.top_k = None
        model.temperature = None

        assert model.sent_params() == {"max_tokens": 256}

    def test_what_is_left_out_says_with_which_default(self):
        prepared = make(top_p=0.5, max_tokens=None).prepare("hello")

        assert prepared.sent == {"model": "odsc-llm", "temperature": 0.2, "top_p": 0.5}
        assert prepared.left_out["max_tokens"] == 256
        assert prepared.left_out["top_k"] == -1
        assert "top_p" not in prepared.left_out
        assert "seed" not in prepared.left_out

    def test_nothing_is_ever_sent_as_null(self):
        model = recorder(model_kwargs={"foo": None}, **dict.fromkeys(PARAMETERS, None))

        assert body_of(model, stop=None, top_p=None) == {"model": "odsc-llm"}

    def test_a_name_that_is_no_field_is_an_attribute_error(self):
        with pytest.raises(AttributeError):
            _ = make().temprature

    def test_the_smaller_class_has_one_parameter_and_sends_none_by_itself(self):
        model = ChatOCIModelDeployment(endpoint=ENDPOINT)

        assert model.parameter_names == ("stop",)
        assert model.sent_params() == {}

    def test_the_smaller_class_sends_what_its_model_kwargs_say(self):
        model = ChatOCIModelDeployment(
            endpoint=ENDPOINT, model_kwargs={"temperature": 0.2, "foo": 1}, stop=["x"]
        )

        assert model.sent_params() == {"stop": ["x"], "temperature": 0.2, "foo": 1}


class TestCopies:
    @pytest.mark.parametrize("how", COPIES)
    def test_a_copy_sends_the_same_bytes(self, how: str):
        model = make(**GIVEN)
        again = COPIES[how](model)

        assert again is not model
        assert again.prepare("hello") == model.prepare("hello")
        assert again.prepare("hello", stream=True) == model.prepare(
            "hello", stream=True
        )

    @pytest.mark.parametrize("how", COPIES)
    def test_a_copy_of_a_model_that_was_told_nothing_sends_the_same_bytes(
        self, how: str
    ):
        model = make()

        assert COPIES[how](model).prepare("hello").body == model.prepare("hello").body

    @pytest.mark.parametrize("how", COPIES)
    def test_a_copy_reads_the_same(self, how: str):
        model = make(**GIVEN)
        again = COPIES[how](model)
        names = set(type(model).model_fields) - {"auth", "cache", "callbacks"}

        assert {n: getattr(again, n) for n in names} == {
            n: getattr(model, n) for n in names
        }

    @pytest.mark.parametrize("how", COPIES)
    def test_changing_a_copy_leaves_the_original_alone(self, how: str):
        model = make(top_p=0.5)
        again = COPIES[how](model)
        again.top_p = 0.9
        again.temperature = None

        assert model.sent_params() == {
            "temperature": 0.2,
            "max_tokens": 256,
            "top_p": 0.5,
        }

    def test_a_copy_with_changes_sends_them(self):
        model = make(top_p=0.5).model_copy(update={"top_p": None, "seed": 3})

        assert model.sent_params() == {
            "temperature": 0.2,
            "max_tokens": 256,
            "seed": 3,
        }

    def test_equal_models_are_equal(self):
        assert make(top_p=0.5).model_dump() == make(top_p=0.5).model_dump()
        assert make(top_p=0.5).model_dump() != make(top_p=0.6).model_dump()


class TestWrapped:
    @pytest.mark.parametrize("how", WRAPPED)
    def test_a_wrapped_model_sends_the_same_bytes(self, how: str):
        model = recorder(**GIVEN)

        assert bytes_of(WRAPPED[how](model)) == bytes_of(model)

    @pytest.mark.parametrize("how", WRAPPED)
    def test_a_wrapped_model_that_was_told_nothing_sends_the_same_bytes(self, how: str):
        if how == "configured fields":  # this one tells it something
            return
        assert bytes_of(WRAPPED[how](recorder())) == bytes_of(recorder())

    def test_a_configured_field_is_set_and_the_others_stay_as_they_were(self):
        model = recorder(max_tokens=None).configurable_fields(
            temperature=ConfigurableField(id="t"), top_p=ConfigurableField(id="p")
        )
        chosen = {"configurable": {"t": 0.9}}

        assert body_of(model, chosen) == {"model": "odsc-llm", "temperature": 0.9}

    def test_a_configurable_field_shows_the_default(self):
        model = recorder().configurable_fields(top_k=ConfigurableField(id="k"))

        assert [(spec.id, spec.default) for spec in model.config_specs] == [("k", -1)]

    def test_a_configured_field_is_checked(self):
        model = recorder().configurable_fields(temperature=ConfigurableField(id="t"))

        with pytest.raises(ParameterError, match="temperature"):
            model.invoke("hello", {"configurable": {"t": "hot"}})


class TestCacheKey:
    def key(self, model: ChatOCIModelDeploymentVLLM, **kwargs: Any) -> str:
        return model._get_llm_string(**kwargs)

    def test_equal_models_have_equal_keys(self):
        assert self.key(make(**GIVEN)) == self.key(make(**GIVEN))

    @pytest.mark.parametrize(
        "changed",
        [
            {"temperature": 0.3},
            {"temperature": None},
            {"top_p": 1.0},
            {"model": "other"},
            {"endpoint": ENDPOINT.replace("ocid1.x", "ocid1.y")},
            {"model_kwargs": {"foo": 1}},
            {"stop": ["END"]},
            {"logit_bias": {"5": 1}},
        ],
        ids=str,
    )
    def test_every_field_that_is_sent_is_part_of_it(self, changed: dict[str, Any]):
        assert self.key(make(**changed)) != self.key(make())

    def test_arguments_of_the_call_are_part_of_it(self):
        assert self.key(make(), top_p=0.5) != self.key(make())
        assert self.key(make(), stop=["x"]) != self.key(make())

    def test_a_copy_with_another_value_has_another_key(self):
        model = make()
        before = self.key(model)

        assert self.key(model.model_copy(update={"temperature": 0.9})) != before

    def test_a_value_set_later_changes_it(self):
        model = make()
        before = self.key(model)
        model.temperature = 0.9

        assert self.key(model) != before

    def test_the_credentials_are_not_part_of_it(self):
        assert self.key(make(auth=lambda request: request)) == self.key(make())
