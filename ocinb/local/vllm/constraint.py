"""The grammar that an answer must follow, from vLLM's ways to ask for one.

llama.cpp is built with llguidance, the library behind vLLM's `guidance` back end, so
JSON schemas, regular expressions and choices become grammars in llguidance's own form.
llama.cpp generates freely, without a word, when such a grammar does not compile; the
grammar that `probe_of` makes finds out.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from ocinb.local.vllm.refusal import bad_request

if TYPE_CHECKING:
    from ocinb.local.vllm.request_body import (
        ResponseFormat,
        SamplingBody,
        StructuredOutputs,
    )

__all__ = ["SENTINEL", "constraint_of", "json_grammar", "probe_of"]

SENTINEL: Final = "@@"
"""What a probe's answer begins with if its grammar compiled; no model says it unasked."""

_ON_ONE_LINE: Final = {
    "whitespace_flexible": False,
    "item_separator": ", ",
    "key_separator": ": ",
}
_HEAD: Final = "%llguidance {}\n"
_START: Final = re.compile(r"^start(?=\s*:)", re.MULTILINE)
_EBNF_ROOT: Final = re.compile(r"^\s*root\s*::=", re.MULTILINE)
_ATOM: Final = re.compile(r"\\.|.", re.DOTALL)
_ASCII_CLASSES: Final = {r"\d": "0-9", r"\w": "0-9A-Za-z_"}
_ESCAPED: Final = {"/": r"\/", "\n": r"\n"}


def constraint_of(body: SamplingBody) -> str | None:
    """Return the grammar a request asks for; None if it asks for none.

    Raises:
        Invalid: it asks for one that cannot be made.
    """
    if body.response_format is not None:
        return _of_response_format(body.response_format)
    if body.structured_outputs is not None:
        return _of_structured_outputs(body.structured_outputs)
    return None


def json_grammar(schema: Any) -> str:
    """Return the grammar of JSON that follows a schema, on one line.

    A small model that may break lines between tokens goes on doing so for ever.
    """
    if isinstance(schema, dict):
        schema = {**schema, "x-guidance": _ON_ONE_LINE}
    return f"{_HEAD}start: %json {json.dumps(schema)}"


def probe_of(grammar: str) -> str | None:
    """Return a grammar whose answers begin with `SENTINEL` if `grammar` compiles.

    None for a grammar in llama.cpp's own form, which llama.cpp checks itself.
    """
    if not grammar.startswith(_HEAD):
        return None
    inner = _START.sub("inner", grammar.removeprefix(_HEAD))
    return f'{_HEAD}start: "{SENTINEL}" inner\n{inner}'


def _of_response_format(format_: ResponseFormat) -> str | None:
    if format_.type == "text":
        return None
    if format_.type == "json_object":
        return json_grammar({"type": "object"})
    if format_.type == "structural_tag":
        message = (
            "response_format structural_tag cannot be done by the local deployment."
        )
        raise bad_request(message, "response_format")
    return json_grammar((format_.json_schema or {}).get("schema") or {})


def _of_structured_outputs(wanted: StructuredOutputs) -> str | None:
    if wanted.structural_tag is not None:
        message = "structural_tag cannot be done by the local deployment."
        raise bad_request(message, "structured_outputs")
    if wanted.json_ is not None:
        return json_grammar(_schema_of(wanted.json_))
    if wanted.regex is not None:
        return f"{_HEAD}start: /{_rust_regex(wanted.regex)}/"
    if wanted.choice is not None:
        return _HEAD + "start: " + _choices(wanted.choice)
    if wanted.grammar is not None:
        return _own_grammar(wanted.grammar)
    return json_grammar({"type": "object"}) if wanted.json_object else None


def _schema_of(schema: str | dict[str, Any]) -> Any:
    if isinstance(schema, dict):
        return schema
    try:
        return json.loads(schema)
    except (ValueError, RecursionError) as error:
        message = "Invalid JSON grammar specification."
        raise bad_request(message) from error


def _choices(choices: list[str]) -> str:
    if not choices:
        message = "Choice must be a non-empty list."
        raise bad_request(message)
    return " | ".join(json.dumps(choice) for choice in choices)


def _own_grammar(grammar: str) -> str:
    """Take EBNF as llama.cpp does and Lark as llguidance does."""
    if _EBNF_ROOT.search(grammar):
        return grammar
    if _START.search(grammar):
        return _HEAD + grammar
    message = "Grammar error: neither a `root ::=` nor a `start:` rule"
    raise bad_request(message)


def _rust_regex(pattern: str) -> str:
    """Rewrite a regular expression for llguidance, which delimits it with slashes.

    In JSON Schema's dialect, which vLLM follows, the classes for digits and for word
    characters are ASCII; in Rust's they are not.
    """
    in_class = False
    parts: list[str] = []
    for atom in _ATOM.findall(pattern):
        members = _ASCII_CLASSES.get(atom)
        if members is not None:
            parts.append(members if in_class else f"[{members}]")
        else:
            parts.append(_ESCAPED.get(atom, atom))
        in_class = (in_class or atom == "[") and atom != "]"
    return "".join(parts)
