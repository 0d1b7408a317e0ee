"""Which braces of a prompt become values, and which stay as they are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ocinb.magic.interpolation import Missing, expand, value_of

NAMES: dict[str, Any] = {
    "x": "value",
    "a": "A",
    "b": "B",
    "user": SimpleNamespace(name="Ada", langs=["Python", "R"]),
    "rows": [{"city": "Bern"}, 2],
    "In": ["", "1 + 1", "2 + 2", "x = 3"],
    "Out": {3: 42},
    "größe": 7,
    "evil": "{secret} and {{x}}",
    "secret": "hunter2",
}


@pytest.mark.parametrize(
    ("prompt", "sent"),
    [
        ("{x}", "value"),
        ("say {x}, {x}!", "say value, value!"),
        ("{user.name}", "Ada"),
        ("{user.langs[0]}", "Python"),
        ("{user.langs[-1]}", "R"),
        ("{rows[1]}", "2"),
        ("{In[3]}", "x = 3"),
        ("{Out[3]}", "42"),
        ("{größe} cm", "7 cm"),
        ('{"a": {x}}', '{"a": value}'),
        ("{{x}, 1}", "{value, 1}"),
        (r"line\n{x}", r"line\nvalue"),
    ],
)
def test_what_exists_is_replaced(prompt: str, sent: str):
    assert expand(prompt, NAMES) == sent


@pytest.mark.parametrize(
    "prompt",
    [
        'Return JSON like {"a": 1}',
        "{1:2}",
        "open {",
        "close }",
        "{}",
        "{missing}",
        "{missing.attr}",
        "{missing[0]}",
        "{x.missing}",
        "{rows[9]}",
        "{Out[99]}",
        "{x[a]}",
        "{user.name()}",
        "{{x}}",
        "${x}",
        r"\frac{a}{b}",
        r"\textbf{x}",
        'f"{x!r:>10}" and f"{x + 1}" and f"{x:.2f}"',
        "{ x }",
        "{x }",
        "{{x}} {{ x }}",
        "function f() { return x }",
        "{'x'}",
        "{x,a}",
        "{x\n}",
        "",
    ],
)
def test_every_other_brace_stays_byte_identical(prompt: str):
    assert expand(prompt, NAMES) == prompt


def test_a_value_is_never_expanded_again():
    assert expand("{evil}", NAMES) == "{secret} and {{x}}"


def test_what_two_values_spell_together_is_not_expanded():
    assert expand("{a}x{b}", {"a": "{", "b": "}", "x": "no"}) == "{x}"


def test_an_error_of_the_variable_itself_is_not_hidden():
    class Broken:
        @property
        def name(self) -> str:
            msg = "broken property"
            raise ValueError(msg)

    with pytest.raises(ValueError, match="broken property"):
        expand("{it.name}", {"it": Broken()})


def test_one_name_alone_stands_for_the_object_itself():
    assert value_of("{rows[0]}", NAMES) is NAMES["rows"][0]


@pytest.mark.parametrize("text", ["x", "{x} ", "{missing}", "{user.missing}", ""])
def test_anything_else_is_no_object(text: str):
    with pytest.raises(Missing):
        value_of(text, NAMES)


def test_a_long_prompt_of_braces_is_read_in_linear_time():
    prompt = "{{" * 100_000 + "{x}" + "\\frac{" * 20_000
    assert expand(prompt, NAMES).count("value") == 1
