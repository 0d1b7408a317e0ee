"""`%ocichat fix` in a real kernel: from an error to a mended cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.magic_kernel import Kernel

ANSWER = "`missing` was never set.\n\n```python\nmissing = 1\nprint(missing)\n```"
PROMPT = "server.requests[-1].json['messages'][-1]['content']"


@pytest.fixture
def kernel(kernel: Kernel) -> Kernel:
    kernel.serve(f"Script.answer({ANSWER!r})")
    return kernel


def next_cells(ran: Any) -> list[str]:
    return [p["text"] for p in ran.reply["payload"] if p["source"] == "set_next_input"]


def test_before_any_error_there_is_one_line_and_no_request(kernel: Kernel):
    (line,) = kernel.run("%ocichat fix").error_lines
    assert "there is no error to mend: no cell has failed" in line
    assert kernel.value("server.connections") == 0


def test_the_mended_cell_comes_next_and_the_answer_is_one_display(kernel: Kernel):
    kernel.run("total = 0\nprint(missing)")
    kernel.run("fine = 1")
    ran = kernel.run("%ocichat fix use words")
    assert not ran.error_lines
    assert next_cells(ran) == ["missing = 1\nprint(missing)"]
    (stored,) = ran.shown
    assert stored["text/plain"] == ANSWER
    assert "NameError: name &#x27;missing&#x27; is not defined" in stored["text/html"]
    prompt = kernel.value(PROMPT)
    assert "```python\ntotal = 0\nprint(missing)\n```" in prompt
    assert ", line 2, in <module>: print(missing)" in prompt
    assert "NameError: name 'missing' is not defined" in prompt
    assert prompt.endswith("\n\nuse words")


def test_flags_count_and_it_is_a_turn_of_the_conversation(kernel: Kernel):
    kernel.run("%%ocichat\nhello")
    kernel.run("1 / 0")
    ran = kernel.run("%ocichat fix -f text --temperature 0.5 --out mended")
    assert next_cells(ran) == []
    assert "temperature=0.5" in ran.shown[0]["text/html"]
    assert kernel.value("mended.text") == ANSWER
    assert kernel.value("len(server.requests[-1].json['messages'])") == 3
    assert kernel.value("server.requests[-1].json['temperature']") == 0.5


def test_a_syntax_error_and_a_cell_magic_are_told_as_typed(kernel: Kernel):
    for cell in ("x = 1\nfor x in:\n    pass", "%%time\nprint(nothing_here)"):
        kernel.run(cell)
        kernel.run("%ocichat fix")
        assert f"```python\n{cell}\n```" in kernel.value(PROMPT)


def test_braces_of_the_failing_cell_stay_as_they_are(kernel: Kernel):
    kernel.run("name = 'X'")
    kernel.run("print(f'{name} {name!r}', {name: 1}[0])")
    kernel.run("%ocichat fix {name}")
    prompt = kernel.value(PROMPT)
    assert "print(f'{name} {name!r}', {name: 1}[0])" in prompt
    assert prompt.endswith("\nX")


def test_an_error_of_the_magic_itself_is_explained(kernel: Kernel):
    kernel.run("%%ocichat --temprature 1\nhi")
    kernel.run("%ocichat fix")
    prompt = kernel.value(PROMPT)
    assert "%%ocichat --temprature 1\nhi" in prompt
    assert "did you mean --temperature?" in prompt
    assert "interactiveshell" not in prompt


def test_a_fix_that_fails_does_not_become_the_error_to_fix(kernel: Kernel):
    kernel.serve(f"Script([Status(400), Json({{}})]), Script.answer({ANSWER!r})")
    kernel.run("print(missing)")
    assert kernel.run("%ocichat fix").reply["status"] == "error"
    assert kernel.run("%ocichat fix --no-such-flag").reply["status"] == "error"
    kernel.run("%ocichat fix")
    assert "print(missing)" in kernel.value(PROMPT)


def test_nothing_is_installed_as_an_exception_handler(kernel: Kernel):
    kernel.run("1 / 0")
    kernel.run("%ocichat fix")
    kernel.run("import sys")
    assert kernel.value("get_ipython().custom_exceptions == ()") is True
    assert kernel.value("sys.excepthook.__module__").partition(".")[0] != "ocinb"


def test_no_key_is_sent(kernel: Kernel):
    kernel.run("from ocinb.wire.signing import make_private_key")
    kernel.run("pem = make_private_key().decode()")
    kernel.run("auth = {'pass_phrase': 'tiger'}; raise ValueError(pem)")
    kernel.run("%ocichat fix")
    prompt = kernel.value(PROMPT)
    assert "PRIVATE KEY" not in prompt
    assert "tiger" not in prompt
    assert "[hidden]" in prompt


def test_hostile_words_of_an_error_are_shown_inert(kernel: Kernel):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)> \\x1b[31m\\u202e"
    kernel.run(f'raise ValueError("{evil}")')
    ran = kernel.run("%ocichat fix")
    (stored,) = ran.shown
    assert "&lt;script&gt;alert(1)" in stored["text/html"]
    assert "<script" not in str(stored)
    assert "<img" not in str(stored)
    assert "\x1b" not in str(stored) + kernel.value(PROMPT)
    assert "\u202e" not in str(stored) + kernel.value(PROMPT)


def test_a_dry_run_shows_what_would_be_asked(kernel: Kernel):
    kernel.run("1 / 0")
    ran = kernel.run("%ocichat fix --dry-run")
    assert "ZeroDivisionError: division by zero" in ran.stream("stdout")
    assert kernel.value("len(server.requests)") == 0
    assert next_cells(ran) == []
