"""A request is written out exactly, inert and without a key, before it is sent."""

from __future__ import annotations

import ast
import subprocess
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from ocinb import ChatOCIModelDeploymentVLLM
from ocinb.view.request_text import (
    ModelCode,
    as_curl,
    as_python,
    as_text,
    messages_as_text,
    request_as_text,
    shell_word,
)
from tests.unit.rendering.test_markdown import ATTACKS, UNSAFE

CODE = ModelCode("llm")
NASTY = "it's \u202e 100% $(ls) `ls` {x} \x85\xa0 \u00e9 \U0001f99c \\ \" !x\n\t\x00\x1b[31m ~"


@pytest.fixture
def llm(signer: Any) -> ChatOCIModelDeploymentVLLM:
    return ChatOCIModelDeploymentVLLM(
        endpoint="https://md.us-ashburn-1.oci.customer-oci.com/ocid1.x/predict",
        auth=signer,
        default_headers={"x-api-key": "hush", "opc-request-id": "me/1"},
        temperature=0.5,
    )


@pytest.fixture
def signer() -> Any:
    def sign(_request: Any) -> None:
        pytest.fail("nothing is signed in a dry run")

    return sign


def in_a_shell(word: str) -> bytes:
    script = f"printf %s {word}"
    return subprocess.run(  # noqa: S603 - what is tested is that nothing of it runs
        ["/bin/sh", "-c", script], capture_output=True, check=True
    ).stdout


def body_of(program: str) -> bytes:
    """Evaluate what a program sends."""
    for statement in ast.parse(program).body:
        if isinstance(statement, ast.Assign) and "body" in ast.dump(
            statement.targets[0]
        ):
            source = ast.unparse(statement.value).removesuffix(".encode()")
            return str(ast.literal_eval(source)).encode()
    raise AssertionError(program)


def test_everything_that_goes_out_is_told(llm: ChatOCIModelDeploymentVLLM):
    prepared = llm.prepare("hello", stream=True)
    text = as_text(prepared, CODE)
    assert text.startswith("dry run: nothing was sent\n\nPOST https://md.us-ashburn-1.")
    assert "/predictWithResponseStream\n" in text
    for line in (
        "content-type: application/json",
        "host: md.us-ashburn-1.oci.customer-oci.com",
        f"content-length: {len(prepared.body)}",
        "date: [set when it is signed]",
        "authorization: [redacted: a signature, made anew for every request]",
        '  "temperature": 0.5,',
        f"body, {len(prepared.body)} bytes exactly:",
        prepared.body.decode(),
    ):
        assert f"\n{line}\n" in text


def test_a_request_that_was_sent_is_told_without_the_words_of_a_dry_run(
    llm: ChatOCIModelDeploymentVLLM,
):
    prepared = llm.prepare("hello", stream=True)
    text = request_as_text(prepared)
    assert text.startswith("POST https://md.us-ashburn-1.")
    dry_run = as_text(prepared, CODE)
    assert dry_run.startswith(f"dry run: nothing was sent\n\n{text}\n\n")


def test_a_header_that_may_be_a_key_is_not_shown(llm: ChatOCIModelDeploymentVLLM):
    text = as_text(llm.prepare("hi", stream=True), CODE)
    assert "hush" not in text
    assert "x-api-key: [not shown: it may be a key]" in text
    assert "opc-request-id: me/1" in text


@pytest.mark.parametrize("prompt", [NASTY, *ATTACKS.values()])
def test_the_program_and_the_command_hold_the_exact_bytes(
    llm: ChatOCIModelDeploymentVLLM, prompt: str
):
    prepared = llm.prepare(prompt.replace("\x00", "\\0"), stream=True)
    assert body_of(as_python(prepared, CODE)) == prepared.body
    word = as_curl(prepared).partition("--data-binary ")[2]
    assert in_a_shell(word) == prepared.body


@pytest.mark.parametrize("prompt", [NASTY, *ATTACKS.values()])
def test_nothing_in_a_request_acts_on_a_terminal(
    llm: ChatOCIModelDeploymentVLLM, prompt: str
):
    assert not UNSAFE.search(as_text(llm.prepare(prompt, stream=True), CODE))


def test_the_program_is_python_and_signs_with_the_users_own_model(
    llm: ChatOCIModelDeploymentVLLM,
):
    program = as_python(
        llm.prepare("hi", stream=True),
        ModelCode("ChatOCIModelDeploymentVLLM()", "from ocinb import ChatOCI..."),
    )
    lines = program.splitlines()
    assert lines[1] == "from ocinb import ChatOCI..."
    assert lines[4] == "model = ChatOCIModelDeploymentVLLM()"
    assert "stream=True" in program
    compile(as_python(llm.prepare("hi"), CODE), "cell", "exec")
    assert "stream=False" in as_python(llm.prepare("hi"), CODE)


def test_the_command_says_that_it_is_unsigned(llm: ChatOCIModelDeploymentVLLM):
    command = as_curl(llm.prepare("hi", stream=True))
    first, second, *_ = command.splitlines()
    assert first.startswith("# curl, unsigned")
    assert second.startswith("curl -sS -N -X POST https://md.us-ashburn-1.")
    assert "-H 'content-type: application/json' \\\n" in command


def test_a_long_string_is_shortened_where_it_is_read_and_nowhere_else(
    llm: ChatOCIModelDeploymentVLLM,
):
    prepared = llm.prepare("x" * 150_000, stream=True)
    text = as_text(prepared, CODE)
    assert "x… (150,000 characters)" in text
    assert "[long: the Python holds it]" in text
    assert "the body is too long for a command line" in text
    assert body_of(as_python(prepared, CODE)) == prepared.body
    assert text.count("x" * 3_000) == len("x" * 150_000) // 3_000


@pytest.mark.parametrize(
    "text", ["", "a", "a b", "'", NASTY.replace("\x00", ""), "\x85"]
)
def test_a_word_reaches_a_shell_as_it_is(text: str):
    assert in_a_shell(shell_word(text)) == text.encode()
    assert not UNSAFE.search(shell_word(text))


def test_another_chat_model_is_told_by_what_it_is_given():
    text = messages_as_text(
        "TheirModel",
        [SystemMessage("Be brief."), HumanMessage("hi\x1b[31m\nyou"), AIMessage("ok")],
        {"temperature": 0.5},
    )
    assert "TheirModel does not tell what it sends" in text
    assert "system:\n  Be brief.\n\nhuman:\n  hi\n  you\n\nai:\n  ok" in text
    assert text.endswith('parameters: {"temperature": 0.5}')


def test_a_picture_is_told_by_its_beginning():
    part = {"type": "image", "base64": "A" * 9_000, "mime_type": "image/png"}
    told = messages_as_text("M", [HumanMessage([part])], {})
    assert "… (9,000 characters)" in told
    assert len(told) < 4_000
