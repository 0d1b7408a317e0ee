"""What is typed into a control is clamped or left as it was, with a note."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.sampling import PARAMETERS
from ocinb.widgets.controls.restoring import restored
from ocinb.widgets.controls.typed import read, shown


def typed(name: str, text: str, before: Any = None) -> tuple[Any, str]:
    return tuple(read(PARAMETERS[name], text, before))  # type: ignore[return-value]  # a pair


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", "0.7", 0.7),
        ("temperature", " .5 ", 0.5),
        ("top_k", "40", 40),
        ("top_k", "-1", -1),
        ("top_k", "40.0", 40),
        ("seed", "9223372036854775807", 2**63 - 1),
        ("seed", "-9223372036854775808", -(2**63)),
        ("frequency_penalty", "\u22121.5", -1.5),
        ("max_tokens", "1 000", 1000),
        ("stop", "END", ["END"]),
        ("stop", "a, b", ["a, b"]),
        ("stop", '["\\n", "END"]', ["\n", "END"]),
        ("stop_token_ids", "1, 2", [1, 2]),
        ("stop_token_ids", "[3]", [3]),
        ("logit_bias", '{"5": -100}', {"5": -100}),
        ("response_format", '{"type": "json_object"}', {"type": "json_object"}),
        ("tool_choice", "auto", "auto"),
        ("chat_template", "{{ ''.__class__ }}", "{{ ''.__class__ }}"),
        ("temperature", "", None),
        ("stop", "  ", None),
    ],
)
def test_a_value_is_read_without_a_note(name: str, text: str, value: Any):
    assert typed(name, text) == (value, "")


@pytest.mark.parametrize(
    ("name", "text", "value", "note"),
    [
        ("top_p", "3", 1, "top_p must be a number in (0, 1]: 3 became 1"),
        ("top_p", "0", 0.01, "top_p must be a number in (0, 1]: 0 became 0.01"),
        ("top_p", "-1", 0.01, "-1 became 0.01"),
        ("top_p", "1e400", 1, "1e400 became 1"),
        ("top_p", "0,7", 0.7, "0,7 was read as 0.7"),
        ("temperature", "-1", 0, "-1 became 0"),
        ("temperature", "3", 3, "temperature should be a number in [0, 2]"),
        ("top_k", "1.6", 2, "1.6 was rounded to 2"),
        ("top_k", "-7", -1, "-7 became -1"),
        ("max_tokens", "0", 1, "0 became 1"),
        ("seed", "1e400", 2**63 - 1, "seed must be a 64-bit integer"),
        ("frequency_penalty", "inf", None, "cannot be sent; it is not sent"),
        ("seed", str(2**70), 2**63 - 1, "seed must be a 64-bit integer"),
    ],
)
def test_what_is_outside_is_clamped_with_a_note(
    name: str, text: str, value: Any, note: str
):
    got, said = typed(name, text)
    assert got == value
    assert note in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("name", "text", "note"),
    [
        ("temperature", "hot", "temperature: 'hot' is no number; it stays 0.5"),
        ("temperature", "nan", "temperature: nan cannot be sent; it stays 0.5"),
        ("temperature", "inf", "cannot be sent"),
        ("temperature", "1,000,000", "is no number"),
        ("temperature", "<b>\x1b[31m", "is no number"),
        ("response_format", "{", "this is no JSON"),
        ("stop", "[1]", "stop must be non-empty strings"),
        ("logit_bias", "[" * 100_000, "this is no JSON"),
    ],
)
def test_what_cannot_be_read_leaves_the_value_as_it_was(
    name: str, text: str, note: str
):
    value, said = typed(name, text, before=0.5)
    assert value == 0.5
    assert note in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 0.25),
        ("seed", 2**63 - 1),
        ("stop", ["END"]),
        ("stop", ["[a"]),
        ("stop", ["a", "b\n"]),
        ("stop_token_ids", [1, 2]),
        ("response_format", {"type": "json_object"}),
        ("tool_choice", "auto"),
    ],
)
def test_what_a_box_shows_is_read_as_the_same_value(name: str, value: Any):
    assert typed(name, shown(value)) == (value, "")


def test_settings_of_another_version_are_left_out_with_a_note_each():
    params, notes = restored({"seed": 1, "temprature": 1, "top_p": 9, "stop": ["a"]})
    assert params == {"seed": 1, "stop": ["a"]}
    assert notes == [
        "ignored: temprature is unknown; did you mean temperature?",
        "ignored: top_p must be a number in (0, 1] (got 9)",
    ]
