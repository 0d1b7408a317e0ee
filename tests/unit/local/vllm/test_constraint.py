"""Grammars made from vLLM's ways to constrain an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocinb.local.vllm.constraint import SENTINEL, constraint_of, json_grammar, probe_of
from ocinb.local.vllm.refusal import Invalid
from ocinb.local.vllm.request_body import ChatBody, parse

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}


def grammar_of(**fields: Any) -> str | None:
    return constraint_of(parse({"messages": [], **fields}, ChatBody))


def structured(**kind: Any) -> str | None:
    return grammar_of(structured_outputs=kind)


def test_nothing_asked_for_leaves_the_answer_free():
    assert grammar_of() is None


@pytest.mark.parametrize(
    "given",
    [
        {"response_format": {"type": "text"}},
        {"structured_outputs": {}},
        {"structured_outputs": {"json_object": False}},
    ],
)
def test_asking_for_text_leaves_the_answer_free(given: dict[str, Any]):
    assert grammar_of(**given) is None


@pytest.mark.parametrize(
    "given",
    [
        {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}},
        {"structured_outputs": {"json": SCHEMA}},
        {"structured_outputs": {"json": json.dumps(SCHEMA)}},
    ],
)
def test_a_schema_becomes_a_grammar_of_json(given: dict[str, Any]):
    grammar = grammar_of(**given)

    assert grammar == json_grammar(SCHEMA)
    assert grammar.startswith("%llguidance {}\nstart: %json {")


@pytest.mark.parametrize(
    "given",
    [
        {"response_format": {"type": "json_object"}},
        {"structured_outputs": {"json_object": True}},
    ],
)
def test_any_object_may_be_asked_for(given: dict[str, Any]):
    assert grammar_of(**given) == json_grammar({"type": "object"})


def test_a_schema_may_be_true():
    assert structured(json="true") == "%llguidance {}\nstart: %json true"


def test_json_is_written_on_one_line():
    grammar = json_grammar(SCHEMA)

    assert json.loads(grammar.partition("%json ")[2])["x-guidance"] == {
        "whitespace_flexible": False,
        "item_separator": ", ",
        "key_separator": ": ",
    }


def test_a_schema_that_is_no_json_is_refused():
    with pytest.raises(Invalid, match="Invalid JSON grammar specification"):
        structured(json="{")


def test_choices_become_alternatives():
    grammar = structured(choice=["yes", 'no "x"'])

    assert grammar == '%llguidance {}\nstart: "yes" | "no \\"x\\""'


def test_no_choice_is_refused():
    with pytest.raises(Invalid, match="non-empty"):
        structured(choice=[])


@pytest.mark.parametrize(
    ("pattern", "rewritten"),
    [
        ("a|b", "a|b"),
        ("a/b", r"a\/b"),
        (r"\d{3}", "[0-9]{3}"),
        (r"[\d.]\w", "[0-9.][0-9A-Za-z_]"),
        (r"\\d", r"\\d"),
        (r"[a]\d", "[a][0-9]"),
        (r"[\]\d]", r"[\]0-9]"),
        ("a\nb", r"a\nb"),
        (r"\.", r"\."),
    ],
)
def test_a_regex_is_rewritten_for_the_engine(pattern: str, rewritten: str):
    assert structured(regex=pattern) == f"%llguidance {{}}\nstart: /{rewritten}/"


def test_a_grammar_in_ebnf_goes_to_llama_as_it_is():
    assert structured(grammar='root ::= "a"') == 'root ::= "a"'


def test_a_grammar_in_lark_goes_to_llguidance():
    assert structured(grammar='start: "a"') == '%llguidance {}\nstart: "a"'


def test_a_grammar_without_a_first_rule_is_refused():
    with pytest.raises(Invalid, match="neither"):
        structured(grammar="x")


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"structured_outputs": {"structural_tag": "{}"}}, "structured_outputs"),
        ({"response_format": {"type": "structural_tag"}}, "response_format"),
    ],
)
def test_structural_tags_are_refused_by_name(given: dict[str, Any], param: str):
    with pytest.raises(Invalid, match="structural_tag cannot be done") as caught:
        grammar_of(**given)
    assert caught.value.problem.param == param


def test_a_probe_puts_a_mark_before_the_first_rule():
    assert probe_of('%llguidance {}\nx: "start:"\nstart: x') == (
        f'%llguidance {{}}\nstart: "{SENTINEL}" inner\nx: "start:"\ninner: x'
    )


def test_what_llama_checks_itself_needs_no_probe():
    assert probe_of('root ::= "a"') is None
