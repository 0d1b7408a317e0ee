"""Sweeps from a cell, in a shell without a kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from ocinb.magic.sweeping.shown import show_sweeps

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(shell: Any, code: str) -> Any:
    return shell.run_cell(code, store_history=False)


def test_a_cell_is_asked_with_each_setting(
    shell: Any, llm: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "temperature=0:1:0.5 top_p=.8,.95 repeats=2 --out r"
    assert run(shell, f"%%ocisweep {line}\nName a colour.").success
    assert len(llm.asked) == 12
    assert {str(m[-1].text) for m in llm.asked} == {"Name a colour."}
    result = shell.user_ns["r"]
    assert result is shell.user_ns["_ocisweep"]
    assert len(result) == 12
    told = capsys.readouterr().out
    assert "12 requests (6 settings x 1 prompt x 2 repeats)" in told
    assert "Hello there" in told


def test_the_same_cell_again_sends_nothing(shell: Any, llm: Any) -> None:
    for _ in range(2):
        assert run(shell, "%%ocisweep temperature=0,1\nName a colour.").success
    assert len(llm.asked) == 2
    assert len(shell.user_ns["_ocisweep"]) == 2


def exact(outputs: Any, reference_outputs: str) -> bool:
    return str(outputs) == reference_outputs


def test_a_table_is_asked_row_by_row_and_scored(shell: Any, llm: Any) -> None:
    shell.user_ns["t"] = pd.DataFrame({"x": ["a", "b"], "right": ["Hello there", "b"]})
    shell.user_ns["exact"] = exact
    line = "--df t temperature=0 scorers=exact reference=right"
    assert run(shell, f"%%ocisweep {line}\nSay {{x}}").success
    assert [str(m[-1].text) for m in llm.asked] == ["Say a", "Say b"]
    frame = shell.user_ns["_ocisweep"].df
    assert len(frame) == 2
    assert any(column.startswith("score_") for column in frame)


def test_a_dry_run_sends_nothing_and_makes_no_file(
    shell: Any, llm: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(shell, "%%ocisweep temperature=0,1 repeats=2 --dry-run\nHi").success
    assert llm.asked == []
    assert not (tmp_path / "sweeps").exists()
    told = capsys.readouterr().out
    assert "4 requests (2 settings x 1 prompt x 2 repeats)" in told
    assert "note: temperature 0 with repeats" in told
    assert "nothing was sent" in told
    assert "_ocisweep" not in shell.user_ns


def test_what_is_configured_goes_with_every_request(shell: Any, llm: Any) -> None:
    run(shell, "%config OciChatMagics.params = {'max_tokens': 7}")
    run(shell, "%config OciChatMagics.system = 'Be terse.'")
    assert run(shell, "%%ocisweep temperature=0,1\nHi").success
    assert [p["max_tokens"] for p in llm.params] == [7, 7]
    assert {str(m[0].text) for m in llm.asked} == {"Be terse."}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("top_p=2", "top_p must be a number in (0, 1]"),
        ("temperature=0:2:0.001", "limit 500"),
        ("--df nothing", "there is no such variable"),
        ("--df llm", "not a DataFrame"),
        ("reference=x", "it needs --df"),
        ("--model nobody", "'nobody' is neither an alias nor"),
    ],
)
def test_a_sweep_that_cannot_be_run_is_refused_in_one_line(
    shell: Any, llm: Any, capsys: pytest.CaptureFixture[str], line: str, told: str
) -> None:
    assert not run(shell, f"%%ocisweep {line}\nHi").success
    said = capsys.readouterr()
    shown = (said.out + said.err).strip()
    assert told in shown.replace("a RecitingModel, not a", "not a")
    assert "Traceback" not in shown
    assert llm.asked == []


def test_in_a_terminal_no_display_is_changed(bare_shell: Any) -> None:
    drawn = bare_shell.display_formatter.ipython_display_formatter
    before = dict(drawn.type_printers), dict(drawn.deferred_printers)
    show_sweeps(bare_shell)()
    assert (dict(drawn.type_printers), dict(drawn.deferred_printers)) == before


def test_in_a_kernel_displays_are_given_back_as_they_were(bare_shell: Any) -> None:
    drawn = bare_shell.display_formatter.ipython_display_formatter
    own = drawn.for_type_by_name("ocinb.sweep.results.result", "SweepResult", print)
    assert own is None
    before = dict(drawn.type_printers), dict(drawn.deferred_printers)
    bare_shell.kernel = object()
    undo = show_sweeps(bare_shell)
    assert dict(drawn.deferred_printers) != before[1]
    undo()
    assert (dict(drawn.type_printers), dict(drawn.deferred_printers)) == before
