"""`--schema`: a cell asks for an object, in a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.magic_kernel import Kernel

SCHEMAS = """
from typing_extensions import TypedDict
from pydantic import BaseModel
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda

class City(BaseModel):
    name: str
    people: int

class Place(TypedDict):
    name: str
    people: int

plain = {"type": "object", "properties": {"name": {"type": "string"}}}

class Theirs(GenericFakeChatModel):
    def with_structured_output(self, schema, *, include_raw=False, **kwargs):
        return self | RunnableLambda(
            lambda raw: {"raw": raw, "parsed": None, "parsing_error": None}
        )

theirs = Theirs(messages=iter([AIMessage('{"name": "Oslo", "people": 7}')]))
"""
GOOD = '{"name": "Oslo", "people": 700000}'


@pytest.fixture(scope="module")
def started(started: Kernel) -> Kernel:
    assert not started.run(SCHEMAS).error_lines
    return started


@pytest.fixture
def kernel(kernel: Kernel) -> Kernel:
    kernel.run("_oci_object = 'nothing yet'")
    return kernel


def test_the_object_is_kept_and_its_json_is_shown(kernel: Kernel):
    kernel.serve(f"Script.answer({GOOD!r}, tokens=9, delay_s=0.02)")
    ran = kernel.run("%%ocichat --schema City --out reply\nhi")
    assert not ran.error_lines
    (stored,) = ran.shown
    assert stored["text/plain"] == GOOD
    assert '"name"' in stored["text/markdown"]
    assert "schema City" in stored["text/html"]
    assert "response_format" not in stored["text/html"]
    assert kernel.value("_oci_object == City(name='Oslo', people=700000)") is True
    assert kernel.value("reply.text") == GOOD
    drawn = [c["data"] for c in ran.of("comm_msg") if "Oslo" in str(c["data"])]
    assert drawn, "it streams"


@pytest.mark.parametrize("name", ["City", "Place", "plain"])
def test_the_request_is_that_of_the_chat_model(kernel: Kernel, name: str):
    kernel.serve(f"Script.answer({GOOD!r})")
    kernel.run(f"%%ocichat --schema {name}\nhi")
    titled = {"plain": "{'title': 'plain', **plain}"}.get(name, name)
    kernel.run(f"llm.with_structured_output({titled}).invoke('hi')")
    sent = "[r.json['response_format'] for r in server.requests]"
    first, second = kernel.value(sent)
    assert first == second
    assert kernel.value("dict(_oci_object)")["name"] == "Oslo"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("""Script.answer('{"name": "Oslo"}')""", "no City: people: Field required"),
        ("Script.answer('Oslo!')", "no City: the answer is not valid JSON"),
        (
            """Script.answer('{"name": "Os', finish='length')""",
            "cut at max_tokens",
        ),
        (
            """Script([Delta('{"name": '), Wait(0.2), Reset()])""",
            "no City: the answer is not whole",
        ),
    ],
)
def test_an_answer_that_does_not_fit_is_kept_and_says_why(
    kernel: Kernel, script: str, says: str
):
    kernel.serve(script)
    (stored,) = kernel.run("%%ocichat --schema City\nhi").shown
    assert says in stored["text/html"]
    assert "no City: " in stored["text/html"]
    assert stored["text/plain"]
    assert kernel.value("_oci_object") is None
    assert kernel.value("_oci.text") == stored["text/plain"]


def test_another_vendors_model_is_asked_in_its_own_way_and_that_is_said(kernel: Kernel):
    kernel.serve("Script.answer('never')")
    ran = kernel.run("%%ocichat theirs --schema City\nhi")
    assert not ran.error_lines
    assert "asked through with_structured_output" in ran.shown[0]["text/html"]
    assert kernel.value("_oci_object.people") == 7
    (line,) = kernel.run("%%ocichat theirs --schema City --top-p 0.5\nhi").error_lines
    assert "a Theirs takes no parameters with it (top_p)" in line


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ("--schema Plaice", "--schema Plaice: there is no such variable; did you mean"),
        (
            "--schema llm",
            "--schema llm: is a ChatOCIModelDeploymentVLLM, not a pydantic",
        ),
        (
            """--schema City --response-format '{"type": "text"}'""",
            "--schema and --response-format contradict each other",
        ),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_nothing_is_sent(
    kernel: Kernel, flags: str, says: str
):
    kernel.serve("Script.answer('never')")
    (line,) = kernel.run(f"%%ocichat {flags}\nhi").error_lines
    assert says in line
    assert "\n" not in line
    assert kernel.value("server.connections") == 0


def test_a_dry_run_shows_the_schema_too(kernel: Kernel):
    kernel.serve("Script.answer('never')")
    told = kernel.run("%%ocichat --dry-run --schema City\nhi").stream("stdout")
    assert '"response_format": {\n    "type": "json_schema"' in told
    assert kernel.value("server.connections") == 0
