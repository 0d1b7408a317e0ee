"""Axes as they are typed: lists, ranges, quoted texts and variables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ocinb.errors import ConfigurationError
from ocinb.magic.sweeping.words import STEPS, read_axis, read_word, split_at_commas

NAMES = {
    "one": 0.5,
    "several": [0, 0.5],
    "array": np.array([0.0, 1.0]),
    "styles": {"terse": "Be terse.", "kind": "Be kind."},
    "text": "a, b",
    "tool": print,
}


@pytest.mark.parametrize(
    ("name", "typed", "values"),
    [
        ("temperature", "0,0.5,1", [0, 0.5, 1]),
        ("temperature", ".8,.95", [0.8, 0.95]),
        ("temperature", "0, 0.5", [0, 0.5]),
        ("temperature", "null,1", [None, 1]),
        ("temperature", "0:1:0.25", [0, 0.25, 0.5, 0.75, 1]),
        ("temperature", "0:1:0.1", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]),
        ("temperature", "0:1:0.3", [0, 0.3, 0.6, 0.9]),
        ("temperature", "0:0.2:0.1,1", [0, 0.1, 0.2, 1]),
        ("temperature", "1:0:-0.5", [1, 0.5, 0]),
        ("max_tokens", "10:30:10", [10, 20, 30]),
        ("ignore_eos", "true,false", [True, False]),
        ("system", "\"Be terse.\",'Be, kind.'", ["Be terse.", "Be, kind."]),
        ("system", '"say \\"hi\\""', ['say "hi"']),
        ("stop", "1,END", ["1", "END"]),
        ("temperature", "$one", [0.5]),
        ("temperature", "{one},1", [0.5, 1]),
        ("temperature", "$several", [0, 0.5]),
        ("temperature", "$array", [0, 1]),
        ("system", "$text", ["a, b"]),
        ("system", "$styles", NAMES["styles"]),
        ("response_format", '{"type": "json_object"}', [{"type": "json_object"}]),
        ("response_format", "$styles", [NAMES["styles"]]),
    ],
)
def test_what_is_typed_becomes_values(name: str, typed: str, values: Any) -> None:
    assert read_axis(name, typed, NAMES) == values


def test_whole_numbers_of_a_range_stay_whole() -> None:
    assert [type(v) for v in read_axis("max_tokens", "1:3:1", {})] == [int] * 3


def test_one_list_of_tools_is_one_value() -> None:
    names = {"mine": [print], "lists": [[print], []]}
    assert read_axis("tools", "$mine", names) == [[print]]
    assert read_axis("tools", "$lists", names) == [[print], []]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("0:1:0", "a step that is not 0"),
        ("0:x:1", "three numbers"),
        ("nan:1:1", "three numbers"),
        ("0:inf:1", "three numbers"),
        ("1:0:1", "from low in steps up to high"),
        ("0:1:1e-9", f"1 to {STEPS:,} values"),
        ("0,,1", "a value is missing"),
        ("0,", "a value is missing"),
        ("$nothing", "there is no such variable"),
        ("$severals", "did you mean several"),
        ("'a", "the quote at column 1 is never closed"),
        ("[1,2", "the bracket at column 1 is never closed"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(typed: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=r".*") as raised:
        read_axis("temperature", typed, NAMES)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_word_ends_at_a_space_outside_quotes_and_brackets() -> None:
    line = """x='a b',{"c": 1}, 2 y=1"""
    assert line[: read_word(line, 0)] == """x='a b',{"c": 1}, 2"""


def test_commas_in_quotes_and_brackets_part_nothing() -> None:
    assert split_at_commas("""'a,b',[1,2], c""") == ["'a,b'", "[1,2]", "c"]
