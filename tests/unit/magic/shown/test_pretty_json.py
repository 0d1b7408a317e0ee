"""JSON of an answer is laid out, and what is none is told from it."""

from __future__ import annotations

import json
import time

import pytest

from ocinb.magic.shown.pretty_json import NotJsonError, json_in, pretty


def test_one_member_stands_on_each_line():
    text = '{"a": [1, 2], "b": {"c": null}, "d": [], "e": { }, "f": true}'
    assert pretty(text) == json.dumps(json.loads(text), indent=2)


def test_numbers_and_strings_stay_as_they_are_written():
    text = (
        '{"n": [1.10, 1E+2, 123456789012345678901234567890.5], "s": "\\u0041\\/{,:é"}'
    )
    shown = pretty(json_in(text))
    for piece in ("1.10", "1E+2", "123456789012345678901234567890.5"):
        assert f" {piece}" in shown
    assert '"s": "\\u0041\\/{,:é"' in shown


def test_a_name_that_comes_twice_is_shown_twice():
    assert pretty('{"a": 1, "a": 2}').count('"a"') == 2


@pytest.mark.parametrize("text", ["1", '"x"', "null", " [ ] ", "\n{}\n"])
def test_any_value_is_json(text: str):
    assert json.loads(pretty(json_in(text))) == json.loads(text)


def test_a_fence_around_it_is_taken_off():
    assert json_in('```json\n{"a": 1}\n```') == '{"a": 1}'
    assert json_in('```\n{"a": 1}\n```\n') == '{"a": 1}'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Expecting value (line 1, column 1)"),
        ('{"a": 1,\n"b": }', "Expecting value (line 2, column 6)"),
        ("Here it is: {}", "Expecting value (line 1, column 1)"),
        ("Here:\n```json\n{}\n```", "Expecting value (line 1, column 1)"),
        ("{} {}", "Extra data (line 1, column 4)"),
        ("[NaN]", "NaN is no JSON"),
        ("-Infinity", "-Infinity is no JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_json_says_where(text: str, says: str):
    with pytest.raises(NotJsonError) as caught:
        json_in(text)
    assert says in str(caught.value)


def test_numbers_of_any_length_are_json():
    assert json_in("9" * 50_000) == "9" * 50_000
    assert json_in("1e999") == "1e999"


def test_deep_and_long_json_costs_in_proportion():
    deep = "[" * 900 + "]" * 900
    long = "[" + ",".join(['{"a": "b\\"c"}'] * 15_000) + "]"
    began_s = time.process_time()
    assert len(pretty(json_in(deep))) < 200_000
    assert pretty(json_in(long)).count("\n") == 45_001
    assert time.process_time() - began_s < 2
