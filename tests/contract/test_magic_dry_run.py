"""A dry run tells what a cell sends: its Python sends the very same bytes."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.magic_kernel import Kernel

BODY = "server.requests[-1].body.hex()"
PROMPT = "it's 100% \u202e \u00e9 \U0001f99c $(ls) `ls` {x} \\n \" !"
REST = f"--temperature 0.5 --system 'Be brief.'\n{PROMPT}"
DRY, WET = f"%%ocichat --dry-run {REST}", f"%%ocichat {REST}"


@pytest.fixture
def kernel(kernel: Kernel) -> Kernel:
    kernel.serve("Script.answer('one *two*')")
    return kernel


def python_in(told: str) -> str:
    return told[told.index("# Python that signs") : told.index("# curl, unsigned")]


def test_nothing_is_sent_and_nothing_changes(kernel: Kernel):
    kernel.run("%%ocichat --out before\nfirst")
    ran = kernel.run("%%ocichat --dry-run --out reply\nsecond")
    assert ran.reply["status"] == "ok"
    assert ran.stream("stdout").startswith("dry run: nothing was sent")
    assert not ran.shown
    assert kernel.value("len(server.requests)") == 1
    assert kernel.value("_oci is before") is True
    assert kernel.value("'reply' in globals()") is False
    assert kernel.run("%ocichat history").stream("stdout").count("second") == 0


def test_the_program_sends_what_the_cell_sends(kernel: Kernel):
    kernel.run("%%ocichat\nan earlier turn")
    told = kernel.run(DRY).stream("stdout")
    ran = kernel.run(python_in(told))
    assert not ran.error_lines
    assert ran.stream("stdout") == "one *two*"
    by_program = kernel.value(BODY)
    kernel.run(WET)
    assert kernel.value("len(server.requests)") == 3
    assert kernel.value(BODY) == by_program
    assert b"an earlier turn" in bytes.fromhex(by_program)


def test_the_command_holds_what_the_cell_sends(kernel: Kernel):
    told = kernel.run(DRY).stream("stdout")
    word = told.partition("--data-binary ")[2].strip()
    script = f"printf %s {word}"
    printed = subprocess.run(  # noqa: S603 - what is tested is that nothing of it runs
        ["/bin/sh", "-c", script], capture_output=True, check=True
    ).stdout
    kernel.run(WET)
    assert printed.hex() == kernel.value(BODY)
    assert f"body, {len(printed):,} bytes exactly:" in told


def test_every_header_that_goes_out_is_told_and_no_signature(kernel: Kernel):
    told = kernel.run(DRY).stream("stdout")
    kernel.run(WET)
    sent = dict(kernel.value("dict(server.requests[-1].headers)"))
    names = set(
        re.findall(r"^([a-z0-9-]+): ", told.partition("\n\nbody")[0], re.MULTILINE)
    )
    assert names == set(sent)
    for name in (
        "accept",
        "content-length",
        "content-type",
        "host",
        "x-content-sha256",
    ):
        assert f"\n{name}: {sent[name]}\n" in told
    assert "signature=" not in told
    assert "Signature " not in told
    assert told.startswith("dry run: nothing was sent\n\nPOST http://127.0.0.1:")


def test_a_cell_that_runs_again_is_told_as_it_would_be_sent(kernel: Kernel):
    kernel.run("%%ocichat\nfirst", cell="a")
    kernel.run("%%ocichat\nsecond", cell="b")
    told = kernel.run("%%ocichat --dry-run\nother", cell="a").stream("stdout")
    assert "second" not in told
    assert "first" not in told
    told = kernel.run("%%ocichat --dry-run\nother", cell="b").stream("stdout")
    assert "first" in told
    assert "second" not in told
    assert "stale" not in kernel.run("%ocichat history").stream("stdout")


def test_another_conversation_is_told_and_not_begun(kernel: Kernel):
    kernel.run("%%ocichat\nfirst")
    told = kernel.run("%%ocichat --dry-run -c other\nhi").stream("stdout")
    assert "first" not in told
    assert "other" not in kernel.run("%ocichat conversations").stream("stdout")
    told = kernel.run("%%ocichat --dry-run --no-history\nhi").stream("stdout")
    assert "first" not in told


def test_a_program_without_a_variable_gets_the_model_from_its_alias(kernel: Kernel):
    kernel.run("magics = get_ipython().magics_manager.registry['OciChatMagics']")
    kernel.run("magics.face.models.keep('mine', 'somewhere', llm.model_copy())")
    told = kernel.run("%%ocichat mine --dry-run\nhi").stream("stdout")
    program = python_in(told)
    assert "run_line_magic(\"ocichat\", 'alias get mine')" in program
    assert kernel.run(program).stream("stdout") == "one *two*"
    kernel.run("%%ocichat mine\nhi")
    first, second = kernel.value("[r.body.hex() for r in server.requests[-2:]]")
    assert first == second


def test_bad_input_is_refused_in_a_dry_run_too(kernel: Kernel):
    ran = kernel.run("%%ocichat --dry-run --min-tokens 9 --max-tokens 3\nhi")
    (line,) = ran.error_lines
    assert "min_tokens must be in" in line
    assert not ran.stream("stdout")


def test_the_output_is_inert(kernel: Kernel):
    hostile = "<script>alert(1)</script> \\x1b[31m \\x9b5m \\u202e \\u2066 \\x7f"
    kernel.run(f'evil = "{hostile}"')
    told = kernel.run("%%ocichat --dry-run --system {evil}\n{evil}").stream("stdout")
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told
    )
    program = python_in(told)
    kernel.run(program)
    assert kernel.value("server.requests[-1].json['messages'][-1]['content'] == evil")
