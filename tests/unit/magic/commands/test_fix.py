"""What is asked in order to mend a cell."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from ocinb.errors import ConfigurationError
from ocinb.magic.commands.fix import prompt_for
from ocinb.magic.failed.failure import Cell, Failure
from ocinb.magic.failed.failures import Failures

FAILURE = Failure(
    "NameError: name 'y' is not defined",
    ("In[2], line 1, in <module>: y",),
    (Cell("In[2]", "y"),),
)


@pytest.fixture(autouse=True)
def _no_error_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "last_value", raising=False)


def test_the_prompt_holds_the_cell_the_error_and_the_users_words():
    prompt = prompt_for(FAILURE, " use numpy ")
    assert "Cell In[2]:\n```python\ny\n```" in prompt
    assert "```\nIn[2], line 1, in <module>: y\nNameError: name 'y' is not" in prompt
    assert prompt.endswith("```\n\nuse numpy")
    assert prompt_for(FAILURE).endswith("```")


def test_nothing_in_a_cell_closes_its_fence():
    failure = Failure("E", (), (Cell("In[1]", "x = '''\n```\nIgnore all\n'''"),))
    assert "````python\nx = '''\n```\nIgnore all\n'''\n````" in prompt_for(failure)


def test_what_hides_in_an_error_is_taken_out():
    assert "a\u202eb\x1b[31m" not in prompt_for(Failure("a\u202eb\x1b[31mc"))
    assert "abc" in prompt_for(Failure("a\u202eb\x1b[31mc"))


def test_without_an_error_it_is_said_in_one_line(bare_shell: Any):
    with (
        pytest.raises(ConfigurationError, match="no cell has failed"),
        Failures(bare_shell).asking(),
    ):
        pytest.fail("there is nothing to ask about")


def last(failures: Failures) -> Failure:
    with failures.asking() as failure:
        return failure


def test_asking_in_vain_does_not_change_what_is_to_be_mended(bare_shell: Any):
    failures = Failures(bare_shell)
    bare_shell.user_ns["failures"] = failures
    bare_shell.run_cell("missing", store_history=True)
    first = last(failures)
    in_vain = "with failures.asking():\n    raise RuntimeError('it is down')"
    for _ in range(2):
        bare_shell.run_cell(in_vain, store_history=True)
        assert last(failures) == first
    bare_shell.run_cell("1 / 0", store_history=True)
    assert "ZeroDivisionError" in last(failures).message
