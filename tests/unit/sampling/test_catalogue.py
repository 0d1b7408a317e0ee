"""The list of sampling parameters: complete, and good enough for every face."""

from __future__ import annotations

import math
import warnings
from dataclasses import FrozenInstanceError, fields
from typing import Any, get_args

import pytest

from ocinb.sampling import PARAMETERS, Group, Kind, Parameter, check

CLASS_DEFAULTS: dict[str, Any] = {
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
    "stop": None,
}
"""The fields of LangChain's documented class, with the defaults of its page."""

ADDED = {
    "seed",
    "logprobs",
    "top_logprobs",
    "prompt_logprobs",
    "response_format",
    "structured_outputs",
    "parallel_tool_calls",
    "reasoning_effort",
    "include_reasoning",
    "chat_template_kwargs",
    "stream_options",
    "bad_words",
    "allowed_token_ids",
    "priority",
    "truncate_prompt_tokens",
    "return_token_ids",
    "return_prompt_text",
    "continue_final_message",
    "add_generation_prompt",
}
"""What vLLM has gained since, which a user needs; nobody's default is sent."""


@pytest.fixture(params=PARAMETERS.values(), ids=list(PARAMETERS))
def parameter(request: pytest.FixtureRequest) -> Parameter:
    found: Parameter = request.param
    return found


def numbers() -> list[Parameter]:
    return [p for p in PARAMETERS.values() if p.kind in {"float", "int"}]


class TestCompleteness:
    def test_the_list_holds_the_documented_fields_and_the_added_ones_only(self):
        assert set(PARAMETERS) == set(CLASS_DEFAULTS) | ADDED

    @pytest.mark.parametrize(("name", "default"), CLASS_DEFAULTS.items())
    def test_a_documented_field_has_its_documented_default(
        self, name: str, default: Any
    ):
        assert PARAMETERS[name].default == default
        assert type(PARAMETERS[name].default) is type(default)

    @pytest.mark.parametrize("name", sorted(ADDED))
    def test_an_added_field_reads_as_not_set(self, name: str):
        assert PARAMETERS[name].default is None

    def test_only_two_defaults_are_sent_though_nobody_set_them(self):
        sent = {p.name for p in PARAMETERS.values() if p.sent}

        assert sent == {"temperature", "max_tokens"}

    def test_what_current_servers_ignore_is_marked(self):
        obsolete = {p.name for p in PARAMETERS.values() if p.obsolete}

        assert obsolete == {"best_of", "early_stopping"}

    def test_each_parameter_is_found_by_its_own_name(self, parameter: Parameter):
        assert PARAMETERS[parameter.name] is parameter

    def test_a_parameter_is_a_value_that_nobody_changes(self, parameter: Parameter):
        with pytest.raises(FrozenInstanceError):
            parameter.default = 5  # type: ignore[misc]  # what must not work


class TestHelp:
    def test_help_is_one_plain_sentence(self, parameter: Parameter):
        help_ = parameter.help

        assert help_[0].isupper()
        assert help_.endswith(".")
        assert help_.isprintable()
        assert ". " not in help_
        assert 20 <= len(help_) <= 150

    def test_no_two_parameters_are_explained_with_the_same_words(self):
        helps = [p.help for p in PARAMETERS.values()]

        assert len(set(helps)) == len(helps)

    def test_every_attribute_of_a_parameter_is_documented(self):
        documented = Parameter.__doc__ or ""

        assert [
            f.name for f in fields(Parameter) if f"{f.name}:" not in documented
        ] == []

    def test_the_range_in_words_fits_in_a_line_and_is_not_empty(
        self, parameter: Parameter
    ):
        assert 0 < len(parameter.range) < 90
        assert parameter.range.isprintable()


class TestValues:
    def test_kind_and_group_are_of_the_closed_sets(self, parameter: Parameter):
        assert parameter.kind in get_args(Kind)
        assert parameter.group in get_args(Group)

    @pytest.mark.parametrize("which", ["default", "server_default"])
    def test_a_default_is_a_value_that_may_be_sent(
        self, parameter: Parameter, which: str
    ):
        value = getattr(parameter, which)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore" if parameter.obsolete else "error")
            assert check(parameter.name, value) == value

    def test_hard_bounds_are_in_order_and_soft_ones_lie_within_them(
        self, parameter: Parameter
    ):
        bounds = [
            parameter.low,
            parameter.soft_low,
            parameter.soft_high,
            parameter.high,
        ]
        known = [bound for bound in bounds if bound is not None]

        assert known == sorted(known)

    @pytest.mark.parametrize("number", numbers(), ids=lambda p: p.name)
    def test_a_number_has_a_step_and_a_finite_span_for_a_slider(
        self, number: Parameter
    ):
        low = number.low if number.soft_low is None else number.soft_low
        high = number.high if number.soft_high is None else number.soft_high
        span = number.slider or (low, high)

        assert number.step is not None
        assert number.step > 0
        assert all(end is not None and math.isfinite(end) for end in span)
        assert span[0] < span[1]

    @pytest.mark.parametrize("number", numbers(), ids=lambda p: p.name)
    def test_both_ends_of_a_slider_may_be_sent(self, number: Parameter):
        for end in number.slider or ():
            value = int(end) if number.kind == "int" else end

            with warnings.catch_warnings():
                warnings.simplefilter("ignore" if number.obsolete else "error")
                assert check(number.name, value) == value


class TestRangeInWords:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("temperature", "a number in [0, 2]"),
            ("top_p", "a number in (0, 1]"),
            ("min_p", "a number in [0, 1]"),
            ("top_k", "-1 or 0 (off), or an integer >= 1"),
            ("frequency_penalty", "a number in [-2, 2]"),
            ("presence_penalty", "a number in [-2, 2]"),
            ("repetition_penalty", "a number > 0"),
            ("max_tokens", "an integer >= 1"),
            ("min_tokens", "an integer >= 0"),
            ("n", "an integer >= 1"),
            ("seed", "a 64-bit integer (-1 = none)"),
            ("stop", "non-empty strings"),
            ("top_logprobs", "an integer in [0, 20]"),
            ("length_penalty", "a number"),
            ("ignore_eos", "True or False"),
            ("reasoning_effort", "one of none, minimal, low, medium, high, xhigh, max"),
            ("response_format", "a dict that JSON can hold"),
            ("stop_token_ids", "a list of token ids (integers >= 0)"),
            ("chat_template", "a string"),
        ],
    )
    def test_a_range_reads_as_an_error_line_needs_it(self, name: str, words: str):
        assert PARAMETERS[name].range == words
