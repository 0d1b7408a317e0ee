"""A question mark at the end of a line belongs to the question."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.magic import load
from ocinb.magic.question_marks import keep_question_marks


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("%ocichat Why is the sky blue?", "Why is the sky blue?"),
        ("%ocichat --max-tokens 5 Why??", "--max-tokens 5 Why??"),
        ("if True:\n    %ocichat it's \"so\", isn't it?", "it's \"so\", isn't it?"),
        ("%ocichat Braces {a} and \\n?", "Braces {a} and \\n?"),
    ],
)
def test_a_question_is_a_call_with_the_same_text(line: str, text: str, bare_shell: Any):
    load(bare_shell)
    *before, called = bare_shell.transform_cell(line + "\n").splitlines()
    indent = "    " if before else ""
    assert called == f"{indent}get_ipython().run_line_magic('ocichat', {text!r})"


@pytest.mark.parametrize("line", ["%ocichat?", "ocichat?", "%%ocichat?", "len?"])
def test_a_question_about_a_name_is_still_ipythons(line: str, bare_shell: Any):
    before = bare_shell.transform_cell(line)
    load(bare_shell)
    assert bare_shell.transform_cell(line) == before
    assert "pinfo" in before


@pytest.mark.parametrize(
    "cell",
    [
        "%%ocichat\n%ocichat Why?\n",
        "%ocichat no question\n",
        "x = 1  # %ocichat why?\n",
        "",
    ],
)
def test_everything_else_is_left_alone(cell: str):
    lines = cell.splitlines(keepends=True)
    assert keep_question_marks(lines) == lines
