"""Arguments of the call, of bind, of model_kwargs, fields: which one is sent."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest

from ocinb.errors import ParameterError
from ocinb.sampling import ParameterWarning
from tests.unit.chat_models.recorder import body_of, make, recorder


class TestPrecedence:
    def test_the_call_wins_over_bind_over_model_kwargs_over_fields(self):
        model = recorder(
            temperature=0.1, top_k=1, top_p=0.1, min_p=0.1, model_kwargs=KWARGS
        )
        bound = model.bind(temperature=0.3, top_k=3)

        assert body_of(bound, temperature=0.4) == {
            "model": "odsc-llm",
            "max_tokens": 256,
            "temperature": 0.4,
            "top_k": 3,
            "top_p": 0.2,
            "min_p": 0.1,
        }

    def test_none_in_a_call_un_sets_a_parameter(self):
        assert body_of(recorder(top_p=0.5), temperature=None, top_p=None) == {
            "model": "odsc-llm",
            "max_tokens": 256,
        }

    def test_the_model_of_a_call_wins(self):
        assert body_of(recorder(), model="other")["model"] == "other"
        assert body_of(recorder(), model_name="other")["model"] == "other"
        assert body_of(recorder(), model=None)["model"] == "odsc-llm"

    def test_the_model_of_a_call_wins_over_that_of_model_kwargs(self):
        model = recorder(model="field", model_kwargs={"model": "extra"})

        assert body_of(model)["model"] == "extra"
        assert body_of(model, model="called")["model"] == "called"

    def test_stop_strings_of_a_call_win(self):
        assert body_of(recorder(stop=["a"]), stop=["b"])["stop"] == ["b"]

    def test_an_empty_list_of_stop_strings_asks_for_none(self):
        assert "stop" not in body_of(recorder(stop=["a"]), stop=[])

    def test_stop_strings_of_the_model_stand_where_the_call_has_none(self):
        assert body_of(recorder(stop=["a"]))["stop"] == ["a"]

    @pytest.mark.parametrize(
        ("alias", "name", "value", "sent"),
        [
            ("max_completion_tokens", "max_tokens", 5, 5),
            ("stop_sequences", "stop", "x", ["x"]),
        ],
    )
    def test_an_alias_in_a_call_means_its_field(
        self, alias: str, name: str, value: Any, sent: Any
    ):
        body = body_of(recorder(), **{alias: value})

        assert body[name] == sent
        assert alias not in body

    def test_a_call_does_not_change_the_model(self):
        model = recorder()
        body_of(model, temperature=0.9, stop=["x"])

        assert body_of(model) == {
            "model": "odsc-llm",
            "temperature": 0.2,
            "max_tokens": 256,
        }


KWARGS = {"temperature": 0.2, "top_k": 2, "top_p": 0.2}


class TestUnknown:
    def test_an_unknown_argument_of_a_call_is_sent_with_a_warning(self):
        with pytest.warns(
            UserWarning, match=r"^foo is no known parameter; it is sent as given$"
        ):
            assert body_of(recorder(), foo=1)["foo"] == 1

    def test_a_misspelt_argument_of_a_call_names_the_nearest(self):
        with pytest.warns(UserWarning, match=r"\(did you mean temperature\?\)"):
            body_of(recorder(), temprature=0.1)

    def test_an_unknown_argument_of_bind_too(self):
        with pytest.warns(UserWarning, match="foo"):
            assert body_of(recorder().bind(foo=1))["foo"] == 1

    def test_unknown_fields_of_model_kwargs_are_meant(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert body_of(recorder(model_kwargs={"foo": [1, {"a": None}]}))["foo"] == [
                1,
                {"a": None},
            ]

    @pytest.mark.parametrize(
        "name", ["requests_kwargs", "ls_structured_output_format", "user"]
    )
    def test_what_is_meant_for_langchain_is_not_sent(self, name: str):
        value = {"kwargs": {"method": "x"}, "schema": {"title": "y"}}

        assert name not in body_of(recorder(), **{name: value})


class TestChecked:
    @pytest.mark.parametrize("how", ["call", "bind", "model_kwargs"])
    def test_a_bad_value_is_refused_before_any_request_wherever_it_stands(
        self, how: str
    ):
        model = recorder(model_kwargs={"top_p": 0} if how == "model_kwargs" else {})
        runnable: Any = model.bind(top_p=0) if how == "bind" else model

        with pytest.raises(ParameterError, match="top_p must be"):
            runnable.invoke("hello", **({"top_p": 0} if how == "call" else {}))

    def test_rules_that_join_parameters_count_for_what_will_be_sent(self):
        model = recorder(min_tokens=300)

        with pytest.raises(ParameterError, match="min_tokens=300, max_tokens=256"):
            model.invoke("hello")

    def test_a_rule_is_satisfied_by_the_call(self):
        assert body_of(recorder(min_tokens=300), max_tokens=300)["min_tokens"] == 300

    def test_several_answers_need_a_temperature(self):
        with pytest.raises(ParameterError, match="n must be 1"):
            recorder(temperature=0).invoke("hello", n=2)

    def test_a_policy_of_one_server_warns_in_a_call_too(self):
        with pytest.warns(ParameterWarning, match="presence_penalty"):
            body_of(recorder(), presence_penalty=3)

    def test_checked_values_are_sent_in_the_wires_type(self):
        body = body_of(recorder(), stop="x", logit_bias={5: 1}, temperature=1)

        assert body["stop"] == ["x"]
        assert body["logit_bias"] == {"5": 1.0}
        assert body["temperature"] == 1.0


class TestStreamOptions:
    def prepared(self, *, stream: bool, **fields: Any) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(
            make(**fields).prepare("hello", stream=stream).body
        )
        return body

    def test_a_stream_asks_for_usage_by_itself(self):
        body = self.prepared(stream=True)

        assert body["stream"] is True
        assert body["stream_options"] == {"include_usage": True}

    def test_options_of_the_user_are_added_and_win(self):
        options = {"include_usage": False, "continuous_usage_stats": True}

        assert (
            self.prepared(stream=True, stream_options=options)["stream_options"]
            == options
        )

    def test_a_whole_answer_takes_neither(self):
        body = self.prepared(stream=False, stream_options={"include_usage": True})

        assert "stream" not in body
        assert "stream_options" not in body
