"""The demo's kernel is a real one."""

from __future__ import annotations

import io
import signal
import time
from typing import TYPE_CHECKING

import pytest

from ocinb.cli.demo import play
from ocinb.cli.first_notebook import Cell
from ocinb.cli.kernel import Kernel, KernelFailed, Printed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def name_bob(question: str) -> str:
    return "Bob" if question == "name? " else "?"


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel(name_bob, "--InteractiveShell.cache_size=77") as kernel:
        yield kernel


def test_output_is_handed_on_while_the_cell_runs(kernel: Kernel) -> None:
    source = "import time\nfor i in range(3): print(i, flush=True); time.sleep(0.3)"
    times = [time.monotonic() for _ in kernel.run(source)]
    assert len(times) == 3
    assert times[2] - times[0] > 0.3


def test_streams_and_results_are_told_apart(kernel: Kernel) -> None:
    source = "import sys\nprint('out')\nprint('err', file=sys.stderr)\n6 * 7"
    printed = {p.source: p.text for p in kernel.run(source)}
    assert printed == {"stdout": "out\n", "stderr": "err\n", "result": "42\n"}


def test_a_cell_that_asks_gets_an_answer(kernel: Kernel) -> None:
    assert list(kernel.run("input('name? ')")) == [Printed("result", "'Bob'\n")]


def test_an_error_is_one_line_and_the_next_cell_runs(kernel: Kernel) -> None:
    failed = Printed("error", "ZeroDivisionError: division by zero")
    assert list(kernel.run("1 / 0")) == [failed]
    assert list(kernel.run("'still here'")) == [Printed("result", "'still here'\n")]


def test_options_reach_the_kernel(kernel: Kernel) -> None:
    assert [p.text for p in kernel.run("get_ipython().cache_size")] == ["77\n"]


def test_it_leaves_nothing_in_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Kernel(name_bob) as kernel:
        listed = [p.text for p in kernel.run("import os; sorted(os.listdir())")]
    assert listed == ["[]\n"]
    assert list(tmp_path.iterdir()) == []


def test_a_kernel_that_dies_is_an_error_not_a_wait() -> None:
    with (
        pytest.raises(KernelFailed, match="died while a cell was running"),
        Kernel(name_bob) as kernel,
    ):
        list(kernel.run("import os; os._exit(1)"))


def test_a_kernel_that_does_not_start_is_an_error() -> None:
    with (
        pytest.raises(KernelFailed, match="did not start"),
        Kernel(name_bob, "--version"),
    ):
        pytest.fail("the kernel should have printed its version and ended")


def test_a_cell_that_fails_ends_the_demo_and_is_named(kernel: Kernel) -> None:
    cells = [Cell("markdown", "# Title"), Cell("code", "1"), Cell("code", "1 / 0")]
    out = io.StringIO()
    with pytest.raises(KernelFailed, match=r"cell 2 .*: ZeroDivisionError"):
        play(cells, kernel, out)
    assert out.getvalue() == "\n── Title ──\nIn [1]: 1\n1\n\nIn [2]: 1 / 0\n"


def test_a_notebook_without_an_answer_is_an_error(kernel: Kernel) -> None:
    with pytest.raises(KernelFailed, match=r"no cell .* brought an answer"):
        play([Cell("code", "1")], kernel, io.StringIO())


def run_and_press_ctrl_c() -> None:
    source = "import time\nprint('busy', flush=True)\ntime.sleep(60)"
    with Kernel(name_bob) as kernel:
        for _ in kernel.run(source):
            signal.raise_signal(signal.SIGINT)


def test_ctrl_c_in_a_busy_cell_ends_the_kernel_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_and_press_ctrl_c()
    assert time.monotonic() - began < 10
