"""Values of sampling parameters: refused in one line, warned about, or sent as is."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from numbers import Integral, Real
from typing import Any

import pytest

from ocinb.errors import ParameterError
from ocinb.sampling import (
    PARAMETERS,
    ParameterWarning,
    check,
    did_you_mean,
    nearest,
    refuse_unknown,
)

NAN, INF = math.nan, math.inf
CIRCULAR: dict[str, Any] = {}
CIRCULAR["again"] = CIRCULAR


class Scalar:
    """A number of another library: real, but neither an int nor a float of Python."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __ge__(self, other: float) -> bool:
        return self.value >= other


class RealScalar(Scalar):
    pass


class IntegralScalar(Scalar):
    pass


Real.register(RealScalar)
Integral.register(IntegralScalar)

REFUSED: list[tuple[str, Any]] = [
    *[("temperature", v) for v in (-0.1, "hot", NAN, INF, -INF, True, "0.5", [0.5])],
    *[("top_p", v) for v in (0, -1, 1.01, NAN, "1", True)],
    *[("top_k", v) for v in (-2, 1.5, "5", True, NAN)],
    *[("min_p", v) for v in (-0.1, 1.1, NAN, "0")],
    *[("presence_penalty", v) for v in (NAN, INF, "x", True)],
    *[("frequency_penalty", v) for v in (NAN, INF, "x", False)],
    *[("repetition_penalty", v) for v in (0, -1, NAN, INF)],
    *[("length_penalty", v) for v in (NAN, "1")],
    *[("max_tokens", v) for v in (0, -5, 1.5, "512", True, INF)],
    *[("min_tokens", v) for v in (-1, 0.5, "0")],
    *[("n", v) for v in (0, -1, 1.5, "2", True)],
    *[("best_of", v) for v in (0, 1.5)],
    *[("stop", v) for v in ("", [""], 5, [5], ["a", None], b"x", {"a"}, "\ud800")],
    *[("bad_words", v) for v in ("", [1])],
    *[("seed", v) for v in (1.0, 2**70, 2**63, -(2**63) - 1, "1", True)],
    *[("logit_bias", v) for v in ([], "x", {"a": 1}, {1: "x"}, {1: NAN}, {1: True})],
    *[("logit_bias", v) for v in ({-1: 0.5}, {True: 1}, {1.5: 1}, {1: 10**400})],
    *[("logit_bias", v) for v in ({"\uff11": 1}, {" 5": 1}, {"\u00b2": 1})],
    *[("response_format", v) for v in ("json", {"a": {1, 2}}, {"a": NAN}, CIRCULAR)],
    *[("structured_outputs", v) for v in ([], {"json": object}, {"a": "\udfff"})],
    *[("stop_token_ids", v) for v in ([-1], ["1"], [True], 5, "12")],
    *[("allowed_token_ids", v) for v in ([1.0], {1})],
    *[("ignore_eos", v) for v in (1, 0, "yes", [])],
    *[("logprobs", v) for v in (5, "true")],
    *[("top_logprobs", v) for v in (-1, 1.5)],
    *[("prompt_logprobs", v) for v in (-2, 1.5)],
    *[("reasoning_effort", v) for v in ("huge", "", 5)],
    *[("tool_choice", v) for v in ("", 5, ["a"], {"a": NAN})],
    *[("early_stopping", v) for v in ("always", 1, 0.5)],
    *[("chat_template", v) for v in (5, b"{{ x }}", "\ud83d")],
    *[("truncate_prompt_tokens", v) for v in (0, -2, 1.5)],
    *[("priority", v) for v in (1.5, "high")],
    *[("temperature", v) for v in (10**400, Fraction(10**400), 0.5j)],
    *[("max_tokens", -(10**5000)), ("seed", 10**5000)],
]

ACCEPTED: list[tuple[str, Any, Any]] = [
    ("temperature", 0, 0.0),
    ("temperature", 2, 2.0),
    ("top_p", 1, 1.0),
    ("top_p", 1e-4, 1e-4),
    *[("top_k", v, v) for v in (-1, 0, 1, 10**6)],
    *[("min_p", v, float(v)) for v in (0, 0.5, 1)],
    *[("presence_penalty", v, float(v)) for v in (-2, 0, 2)],
    *[("frequency_penalty", v, float(v)) for v in (-2, 0, 2)],
    ("repetition_penalty", 1e-9, 1e-9),
    ("length_penalty", -5, -5.0),
    *[("max_tokens", v, v) for v in (1, 10**9)],
    ("min_tokens", 0, 0),
    ("n", 16, 16),
    ("stop", "END", ["END"]),
    ("stop", ("a", "b"), ["a", "b"]),
    ("stop", ["\n"], ["\n"]),
    *[("seed", v, v) for v in (-1, 0, 2**63 - 1, -(2**63))],
    ("logit_bias", {5: 1, "7": -0.5}, {"5": 1.0, "7": -0.5}),
    ("logit_bias", {}, {}),
    ("stop_token_ids", (1, 2), [1, 2]),
    ("ignore_eos", False, False),
    ("top_logprobs", 20, 20),
    ("prompt_logprobs", -1, -1),
    ("reasoning_effort", "low", "low"),
    *[("tool_choice", v, v) for v in ("auto", "get_weather", True, False, {"a": 1})],
    ("chat_template", "{{ ''.__class__ }}", "{{ ''.__class__ }}"),
    ("chat_template", "", ""),
    ("response_format", {"type": "json_object"}, {"type": "json_object"}),
    ("response_format", {1: (2, 3)}, {"1": [2, 3]}),
    *[("truncate_prompt_tokens", v, v) for v in (-1, 1)],
    ("priority", -3, -3),
    ("stop", "\U0001f642", ["\U0001f642"]),
]


def shown(value: Any) -> str:
    return ascii(value)[:40] if not isinstance(value, int) else f"{value:.3e}"[:40]


def name_of(case: Any) -> str | None:
    try:
        return case if isinstance(case, str) and case in PARAMETERS else shown(case)
    except (OverflowError, ValueError):
        return "huge"


class TestRefused:
    @pytest.mark.parametrize(("name", "value"), REFUSED, ids=name_of)
    def test_a_value_no_server_accepts_is_refused_in_one_line(
        self, name: str, value: Any
    ):
        with pytest.raises(ParameterError) as caught:
            check(name, value)

        line = str(caught.value)
        assert line.startswith(f"{name} must be {PARAMETERS[name].range} (got ")
        assert line.isprintable()
        assert len(line) < 200

    def test_every_parameter_refuses_something(self):
        nothing_accepts = object()

        for name in PARAMETERS:
            with pytest.raises(ParameterError, match=f"^{name} must be "):
                check(name, nothing_accepts)

    def test_the_line_shows_what_was_given(self):
        with pytest.raises(ParameterError, match=r"\(got 'hot'\)$"):
            check("temperature", "hot")

    def test_a_long_value_is_cut(self):
        with pytest.raises(ParameterError) as caught:
            check("temperature", "x" * 10_000)

        assert len(str(caught.value)) < 120

    def test_the_spelling_of_a_huge_number_is_not_needed(self):
        with pytest.raises(ParameterError, match="got a huge int"):
            check("max_tokens", -(10**5000))

    def test_escape_sequences_in_a_value_are_shown_inert(self):
        with pytest.raises(ParameterError) as caught:
            check("reasoning_effort", "\x1b[31mred\n")

        assert str(caught.value).isprintable()


class TestAccepted:
    @pytest.mark.parametrize(("name", "value", "sent"), ACCEPTED, ids=name_of)
    def test_a_good_value_comes_back_in_the_wires_type(
        self, name: str, value: Any, sent: Any
    ):
        checked = check(name, value)

        assert checked == sent
        assert type(checked) is type(sent)

    @pytest.mark.parametrize("name", PARAMETERS)
    def test_none_means_do_not_send_and_is_never_refused(self, name: str):
        assert check(name, None) is None

    @pytest.mark.parametrize("name", ["stop", "bad_words", "stop_token_ids"])
    def test_an_empty_list_asks_for_nothing(self, name: str):
        assert check(name, []) is None

    def test_nothing_is_said_about_a_good_value(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            check("temperature", 2)

    def test_a_list_that_is_checked_is_not_the_users_own(self):
        given = ["END"]
        check("stop", given).append("more")

        assert given == ["END"]

    def test_a_dict_that_is_checked_is_not_the_users_own(self):
        given = {"a": {"b": [1]}}
        check("response_format", given)["a"]["b"].append(2)

        assert given == {"a": {"b": [1]}}


class TestNumbersOfOtherLibraries:
    @pytest.mark.parametrize("value", [Fraction(1, 2), RealScalar(0.5)])
    def test_a_real_number_becomes_a_float(self, value: Any):
        checked = check("temperature", value)

        assert checked == 0.5
        assert type(checked) is float

    def test_a_whole_number_becomes_an_int(self):
        checked = check("max_tokens", IntegralScalar(7))

        assert checked == 7
        assert type(checked) is int

    def test_a_whole_number_in_a_list_becomes_an_int(self):
        assert [type(i) for i in check("stop_token_ids", [IntegralScalar(7)])] == [int]

    def test_a_real_number_is_not_whole_even_if_it_looks_so(self):
        with pytest.raises(ParameterError, match="max_tokens"):
            check("max_tokens", RealScalar(7.0))

    def test_bounds_count_for_them_too(self):
        with pytest.raises(ParameterError, match="top_p"):
            check("top_p", Fraction(3, 2))

    @pytest.mark.parametrize(
        ("name", "kind", "plain"),
        [
            ("temperature", "float32", float),
            ("temperature", "int8", float),
            ("max_tokens", "int64", int),
            ("logprobs", "bool_", bool),
            ("early_stopping", "bool_", bool),
        ],
    )
    @pytest.mark.filterwarnings("ignore:early_stopping is ignored")
    def test_numpys_scalars_become_plain_values(
        self, name: str, kind: str, plain: type
    ):
        numpy = loaded_numpy()

        assert numpy is None or type(check(name, getattr(numpy, kind)(1))) is plain

    @pytest.mark.parametrize(
        ("name", "value"), [("max_tokens", True), ("temperature", True), ("n", 2.0)]
    )
    def test_numpys_scalars_of_a_wrong_kind_are_refused(self, name: str, value: Any):
        numpy = loaded_numpy()
        given = value if numpy is None else numpy.array([value])[0]

        with pytest.raises(ParameterError, match=f"^{name} must be "):
            check(name, given)

    def test_numpys_arrays_become_lists(self):
        numpy = loaded_numpy()
        array = [7, 8] if numpy is None else numpy.array([7, 8])
        checked = check("stop_token_ids", array)

        assert checked == [7, 8]
        assert [type(number) for number in checked] == [int, int]

    def test_a_dict_may_hold_numpys_values(self):
        numpy = loaded_numpy()
        flag = True if numpy is None else numpy.bool_(1)
        checked = check("chat_template_kwargs", {"enable_thinking": flag})

        assert checked == {"enable_thinking": True}
        assert type(checked["enable_thinking"]) is bool


def loaded_numpy() -> Any:
    """Return NumPy, which comes with other packages or not at all."""
    return import_module("numpy") if find_spec("numpy") else None


class TestWarned:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("temperature", 2.1),
            ("presence_penalty", 2.1),
            ("presence_penalty", -2.1),
            ("frequency_penalty", 2.1),
            ("frequency_penalty", -2.1),
            ("top_logprobs", 21),
            ("top_logprobs", 10**5000),
        ],
        ids=name_of,
    )
    def test_one_servers_policy_is_a_warning_and_the_value_is_sent(
        self, name: str, value: Any
    ):
        with pytest.warns(ParameterWarning, match=f"^{name} should be .*server may"):
            assert check(name, value) == value

    @pytest.mark.parametrize(
        ("name", "value"), [("best_of", 2), ("early_stopping", "never")]
    )
    def test_what_current_servers_ignore_is_sent_with_a_warning(
        self, name: str, value: Any
    ):
        with pytest.warns(ParameterWarning, match=f"^{name} is ignored by current"):
            assert check(name, value) == value


class TestNames:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("temprature", "temperature"),
            ("Temperature", "temperature"),
            ("max_token", "max_tokens"),
            ("topp", "top_p"),
            ("presense_penalty", "presence_penalty"),
        ],
    )
    def test_a_misspelt_name_is_near_the_one_that_was_meant(
        self, typed: str, meant: str
    ):
        assert nearest(typed, PARAMETERS) == meant

    def test_a_name_that_is_like_none_has_no_nearest(self):
        assert nearest("zzzz", PARAMETERS) is None

    def test_an_error_line_ends_with_the_question(self):
        assert did_you_mean("sed", ["seed"]) == "; did you mean seed?"
        assert did_you_mean("ad", ["add"], "alias ") == "; did you mean alias add?"
        assert did_you_mean("zzzz", ["seed"]) == ""

    def test_an_unknown_name_is_refused_with_the_nearest_one(self):
        error = refuse_unknown("temprature", PARAMETERS)

        assert str(error) == (
            "unknown parameter temprature; did you mean temperature? "
            "- other fields of the server go into model_kwargs"
        )

    def test_an_unknown_name_that_is_like_none_is_refused_without_a_guess(self):
        assert "mean" not in str(refuse_unknown("zzzz", PARAMETERS))

    def test_an_unknown_name_cannot_break_the_line(self):
        assert str(refuse_unknown("a\nb\x1b[0m" * 99, PARAMETERS)).isprintable()
