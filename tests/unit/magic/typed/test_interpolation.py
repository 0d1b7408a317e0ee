"""Which braces of a prompt become values, and which stay as they are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ocinb.magic.typed.interpolation import Missing, expand, value_of

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
        pytest.param("{x}", "value", id="name"),
        ("say {x}, {x}!", "say value, value!"),
        pytest.param("{user.name}", "Ada", id="attribute"),
        ("{user.langs[0]}", "Python"),
        ("{user.langs[-1]}", "R"),
        pytest.param("{rows[1]}", "2", id="item"),
        pytest.param("{In[3]}", "x = 3", id="input"),
        pytest.param("{Out[3]}", "42", id="output"),
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
        pytest.param('Return JSON like {"a": 1}', id="JSON"),
        pytest.param("{1:2}", id="dict"),
        pytest.param("open {", id="open"),
        "close }",
        "{}",
        "{missing}",
        pytest.param("{missing.attr}", id="attribute of nothing"),
        pytest.param("{missing[0]}", id="item of nothing"),
        pytest.param("{In[99]}", id="input that was not typed"),
        pytest.param("{Out[1]}", id="output that was not there"),
        "{rows[1.5]}",
        "{rows[0:1]}",
        "{rows[0]['city']}",
        "{rows[99999999999]}",
        "{x.__class__",
        "{x!r}",
        "{x.missing}",
        "{rows[9]}",
        "{Out[99]}",
        "{x[a]}",
        "{user.name()}",
        pytest.param("{{x}}", id="template"),
        pytest.param("${x}", id="shell"),
        pytest.param(r"\frac{a}{b}", id="LaTeX"),
        r"\textbf{x}",
        pytest.param('f"{x!r:>10}" and f"{x + 1}" and f"{x:.2f}"', id="f-string"),
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


def test_a_value_that_names_itself_is_replaced_once():
    assert expand("{loop}{loop}", {"loop": "{loop}"}) == "{loop}{loop}"


def test_braces_beside_a_value_stay_as_they_are():
    prompt = 'f"{x}" {"k": {x}} {{x}} {x'
    assert expand(prompt, NAMES) == 'f"value" {"k": value} {{x}} {x'


def test_nothing_is_called_and_nothing_private_is_followed_by_accident():
    calls: list[str] = []

    class Lazy:
        def method(self) -> str:
            calls.append("method")
            return ""

    assert expand("{it.method()}", {"it": Lazy()}) == "{it.method()}"
    assert calls == []


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
