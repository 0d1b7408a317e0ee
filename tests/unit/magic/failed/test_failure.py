"""The last error of a notebook is read from where IPython leaves it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from ocinb.errors import ParameterError
from ocinb.magic.failed.failure import Failure, failure_of, last_error


@pytest.fixture(autouse=True)
def _no_error_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        monkeypatch.delattr(sys, name, raising=False)


def failed(shell: Any, code: str) -> Failure:
    shell.run_cell(code, store_history=True)
    error = last_error()
    assert error is not None
    return failure_of(shell, error)


def test_before_the_first_error_there_is_none(bare_shell: Any):
    bare_shell.run_cell("x = 1")
    assert last_error() is None


def test_the_cell_and_the_place_and_the_words_are_told(bare_shell: Any):
    bare_shell.run_cell("x = 1", store_history=True)
    failure = failed(bare_shell, "y = 2\nx + missing  # here\n")
    assert failure.message == "NameError: name 'missing' is not defined"
    assert failure.trace == ("In[2], line 2, in <module>: x + missing  # here",)
    (cell,) = failure.cells
    assert (cell.name, cell.code) == ("In[2]", "y = 2\nx + missing  # here")
    assert failure.title == "In[2]: NameError: name 'missing' is not defined"


def test_an_error_stays_the_last_one_while_other_cells_run(bare_shell: Any):
    bare_shell.run_cell("1 / 0", store_history=True)
    bare_shell.run_cell("2 + 2", store_history=True)
    assert isinstance(last_error(), ZeroDivisionError)


def test_the_cell_that_ran_and_the_one_whose_code_failed_are_told(bare_shell: Any):
    bare_shell.run_cell("def half(x):\n    return x / 0", store_history=True)
    failure = failed(bare_shell, "half(2)")
    assert [cell.name for cell in failure.cells] == ["In[2]", "In[1]"]
    assert failure.trace == (
        "In[2], line 1, in <module>: half(2)",
        "In[1], line 2, in half: return x / 0",
    )


def test_the_places_in_a_library_have_no_folders_of_this_machine(bare_shell: Any):
    failure = failed(bare_shell, "import json\njson.loads('{')")
    assert failure.trace[0] == "In[1], line 2, in <module>: json.loads('{')"
    assert failure.trace[-1].startswith("decoder.py, line ")
    assert "/usr" not in str(failure)
    assert "interactiveshell" not in str(failure), "IPython's own places are none"


def test_a_long_way_is_cut_in_its_middle(bare_shell: Any):
    failure = failed(
        bare_shell, "def f(n):\n    return f(n - 1) if n else 1 / 0\nf(50)"
    )
    assert len(failure.trace) == 13
    assert failure.trace[6] == "... 40 more places ..."


def test_what_an_error_was_caused_by_is_told(bare_shell: Any):
    code = (
        "try:\n    {}['key']\nexcept KeyError as e:\n    raise ValueError('no') from e"
    )
    failure = failed(bare_shell, code)
    assert failure.message == "ValueError: no"
    assert failure.trace[-1] == "caused by KeyError: 'key'"


def test_a_cell_that_is_no_python_is_told_with_its_line(bare_shell: Any):
    failure = failed(bare_shell, "x = 1\nfor x in:\n    pass")
    assert "SyntaxError: invalid syntax" in failure.message
    assert "for x in:" in failure.message
    assert failure.cells[0].code == "x = 1\nfor x in:\n    pass"


def test_a_cell_with_a_magic_is_told_as_it_was_typed(bare_shell: Any):
    failure = failed(bare_shell, "%%time\nprint(missing)")
    assert failure.cells[0].code == "%%time\nprint(missing)"
    assert "NameError" in failure.message


def test_a_cell_that_is_not_kept_is_told_as_python_got_it(bare_shell: Any):
    bare_shell.run_cell("a = 1", store_history=True)
    bare_shell.run_cell("1 / 0  # not kept", store_history=False)
    error = last_error()
    assert error is not None
    assert failure_of(bare_shell, error).cells[0].code == "1 / 0  # not kept"


def test_an_error_of_our_own_is_its_line_alone(bare_shell: Any):
    bare_shell.user_ns["ParameterError"] = ParameterError
    failure = failed(
        bare_shell,
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n"
        "    raise ParameterError('top_p is 3', hint='less') from e",
    )
    assert failure.message == "ocinb.errors.ParameterError: top_p is 3 - less"
    assert len(failure.trace) == 1


def test_what_looks_like_a_key_is_hidden_everywhere(bare_shell: Any):
    failure = failed(
        bare_shell,
        "auth = {'pass_phrase': 'tiger'}\n"
        "raise ValueError('signature=\"c2VjcmV0\"', auth['pass_phrase'] * 0)  # token='x1'",
    )
    for secret in ("tiger", "c2VjcmV0", "x1"):
        assert secret not in str(failure)
    assert "[hidden]" in failure.cells[0].code


def test_an_error_whose_own_words_fail_is_told_too(bare_shell: Any):
    class Odd(Exception):
        def __str__(self) -> str:
            raise TypeError

    assert "Odd: <exception str() failed>" in failure_of(bare_shell, Odd()).message


def test_long_words_and_cells_are_cut(bare_shell: Any):
    failure = failed(bare_shell, f"raise ValueError('x' * 99_999)  # {'y' * 20_000}")
    assert len(failure.message) <= 2_000
    assert len(failure.cells[0].code) <= 8_000


def test_the_title_is_one_inert_line(bare_shell: Any):
    failure = failed(
        bare_shell, r"raise ValueError('a\n<b>\x1b[31m\u202e' + 'c' * 500)"
    )
    assert failure.title.isprintable()
    assert len(failure.title) < 140
