"""One flag per sampling parameter, and what is typed after it."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.errors import ConfigurationError, ParameterError
from ocinb.magic.flags import FLAGS, read_flag, unknown_flag
from ocinb.sampling import PARAMETERS, ParameterWarning


def read(name: str, *texts: str, **names: Any) -> Any:
    return read_flag(FLAGS[name], texts, names)


def test_there_is_a_flag_for_each_sampling_parameter_and_for_nothing_else():
    assert {f.target for f in FLAGS.values() if f.sampling} == set(PARAMETERS)
    for parameter in PARAMETERS.values():
        assert FLAGS["--" + parameter.name.replace("_", "-")].target == parameter.name


def test_each_yes_or_no_parameter_has_a_flag_for_no():
    booleans = {p.name for p in PARAMETERS.values() if p.kind == "bool"}
    off = {f.target for f in FLAGS.values() if f.sampling and f.constant is False}
    assert off == booleans


def test_short_flags_are_the_long_ones():
    assert FLAGS["-m"] is FLAGS["--model"]
    assert FLAGS["-f"] is FLAGS["--format"]
    assert FLAGS["-v"] is FLAGS["--verbose"]


@pytest.mark.parametrize(
    ("flag", "texts", "value"),
    [
        ("--temperature", ("0.7",), 0.7),
        ("--temperature", (".5",), 0.5),
        ("--temperature", ("null",), None),
        ("--top-k", ("40",), 40),
        ("--seed", ("-1",), -1),
        ("--stop", ("a", "b"), ["a", "b"]),
        ("--stop", ("5",), ["5"]),
        ("--stop", ('["a", "b"]',), ["a", "b"]),
        ("--stop-token-ids", ("1", "2"), [1, 2]),
        ("--stop-token-ids", ("1,2",), [1, 2]),
        ("--stop-token-ids", ("[1, 2]",), [1, 2]),
        ("--response-format", ('{"type": "json_object"}',), {"type": "json_object"}),
        ("--logit-bias", ('{"42": -100}',), {"42": -100.0}),
        ("--tool-choice", ("auto",), "auto"),
        ("--tool-choice", ("none",), "none"),
        ("--reasoning-effort", ("none",), "none"),
        ("--reasoning-effort", ("low",), "low"),
        ("--logprobs", ("",), True),
        ("--no-logprobs", ("",), False),
        ("--no-history", ("",), False),
        ("--system", ("Be brief.",), "Be brief."),
        ("--out", ("reply",), "reply"),
        ("--format", ("raw",), "raw"),
        ("--model", ("mine",), "mine"),
    ],
)
def test_what_is_typed_becomes_the_value(flag: str, texts: tuple[str, ...], value: Any):
    assert read(flag, *texts) == value


def test_a_variable_gives_its_object():
    schema = {"type": "json_object"}
    assert read("--response-format", "{schema}", schema=schema) == schema
    assert read("--temperature", "{t}", t=0.3) == 0.3
    assert read("--stop", "{stops}", "c", stops=["a", "b"]) == ["a", "b", "c"]
    assert read("--stop-token-ids", "{ids}", ids=(1, 2)) == [1, 2]
    assert read("--stop-token-ids", "{one}", one=3) == [3]


def test_a_variable_inside_a_text_gives_its_words():
    assert read("--system", "You are {role}.", role="a cook") == "You are a cook."


@pytest.mark.parametrize(
    ("flag", "typed", "says"),
    [
        ("--temperature", "abc", "a number in [0, 2]"),
        ("--temperature", "-0.1", "a number in [0, 2]"),
        ("--temperature", "nan", "a number in [0, 2]"),
        ("--temperature", "1e400", "a number in [0, 2]"),
        ("--temperature", "0,7", "a number in [0, 2]"),
        ("--temperature", "true", "a number in [0, 2]"),
        ("--top-p", "2", "a number in (0, 1]"),
        ("--top-k", "1.5", "-1 or 0 (off), or an integer >= 1"),
        ("--max-tokens", "0", "an integer >= 1"),
        ("--seed", "9" * 5000, "a 64-bit integer"),
        ("--stop-token-ids", "a,b", "a list of token ids"),
        ("--response-format", "{a: 1}", "a dict that JSON can hold"),
        ("--reasoning-effort", "lots", "one of none, minimal, low"),
        ("--stop", "", "non-empty strings"),
    ],
)
def test_a_wrong_value_is_named_with_its_flag_and_the_allowed_range(
    flag: str, typed: str, says: str
):
    with pytest.raises(ParameterError) as raised:
        read(flag, typed)
    line = str(raised.value)
    assert line.startswith(f"{flag} {typed[:20]}".rstrip())
    assert says in line
    assert "\n" not in line


def test_a_value_that_only_some_servers_take_is_a_warning():
    with pytest.warns(ParameterWarning, match="the server may refuse it"):
        assert read("--temperature", "3") == 3.0


def test_an_unknown_flag_is_told_the_nearest_one():
    error = unknown_flag("--temprature")
    assert "unknown flag --temprature; did you mean --temperature?" in str(error)
    assert "did you mean" not in str(unknown_flag("--qqqqqq"))


@pytest.mark.parametrize(
    ("flag", "typed", "says"),
    [
        ("--out", "class", "'class' is not a valid Python name"),
        ("--out", "a b", "'a b' is not a valid Python name"),
        ("--out", "list", "'list' is a name of Python's own"),
        ("--format", "markdwon", "did you mean markdown?"),
        ("--format", "zzz", "must be one of markdown, text, raw"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(flag: str, typed: str, says: str):
    with pytest.raises(ConfigurationError) as raised:
        read(flag, typed)
    assert says in str(raised.value)
