"""What is typed after a flag, and the value that it stands for."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.errors import ConfigurationError, ParameterError
from ocinb.magic.typed.flags import FLAGS
from ocinb.magic.typed.values import read_flag
from ocinb.sampling import ParameterWarning


def read(name: str, *texts: str, **names: Any) -> Any:
    return read_flag(FLAGS[name], texts, names)


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


@pytest.mark.parametrize(
    ("flag", "typed", "says"),
    [
        ("--out", "class", "'class' is not a valid Python name"),
        ("--out", "a b", "'a b' is not a valid Python name"),
        ("--out", "a-b", "'a-b' is not a valid Python name"),
        ("--out", "1st", "'1st' is not a valid Python name"),
        ("--out", "", "'' is not a valid Python name"),
        ("--out", "list", "'list' is a name of Python's own"),
        ("--out", "exit", "'exit' is a name of Python's own"),
        ("--out", "Out", "'Out' is a name of IPython's own"),
        ("--format", "markdwon", "did you mean markdown?"),
        ("--format", "zzz", "must be one of markdown, text, "),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(flag: str, typed: str, says: str):
    with pytest.raises(ConfigurationError) as raised:
        read(flag, typed)
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        (["echo=true"], {"echo": True}),
        (["cache_salt=a b"], {"cache_salt": "a b"}),
        (["a=1", "b=[1, 2]", 'c={"d": null}'], {"a": 1, "b": [1, 2], "c": {"d": None}}),
        (['x="5"'], {"x": "5"}),
        (["x=a=b"], {"x": "a=b"}),
        (["include-stop-str-in-output=true"], {"include_stop_str_in_output": True}),
        (["model=other"], {"model": "other"}),
        (["x={n}", "y={n}s"], {"x": {"k": (1, 2)}, "y": "{'k': (1, 2)}s"}),
    ],
)
def test_other_fields_of_the_server_are_json_or_text(
    typed: list[str], fields: dict[str, Any]
):
    as_json = {**fields, "x": {"k": [1, 2]}} if "y" in fields else fields
    assert read("--param", *typed, n={"k": (1, 2)}) == as_json


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("temperature=1", "temperature has a flag of its own - use --temperature"),
        ("top-p=1", "top_p has a flag of its own - use --top-p"),
        ("logprobs=true", "logprobs has a flag of its own - use --logprobs"),
        ("messages=[]", "messages is set by the request itself"),
        ("stream=false", "stream is set by the request itself"),
        ("echo", "needs a name and a value: --param NAME=JSON"),
        ("echo=", "needs a name and a value: --param NAME=JSON"),
        ("=1", "'' is not the name of a field"),
        ("a b=1", "'a b' is not the name of a field"),
        ("1st=1", "'1st' is not the name of a field"),
        ("naïve=1", "'naïve' is not the name of a field"),
        ("x=NaN", "must be one that JSON can hold"),
        ("x={thing}", "must be one that JSON can hold"),
    ],
)
def test_a_field_that_cannot_be_sent_is_named(typed: str, says: str):
    with pytest.raises(ConfigurationError) as raised:
        read("--param", typed, thing=object())
    assert str(raised.value).startswith(f"--param {typed}: ")
    assert says in str(raised.value)


def test_a_field_given_twice_is_refused():
    with pytest.raises(ConfigurationError, match="top is given twice"):
        read("--param", "top=1", "top=2")
