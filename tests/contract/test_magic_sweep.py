"""`%%ocisweep`, the view and `%ocichat check` in a real kernel."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.magic_kernel import Kernel, running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETUP = """
%load_ext ocinb
import os
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script
from ocinb.local.scripts.steps import Wait
from ocinb.sweep import run_sweep

waits_s = [0.01]

def model(request):
    answer = Script.answer(f"Blue at {request.json.get('temperature')}")
    return Script([Wait(waits_s[0]), *answer.steps])

server = LocalDeployment(script=model).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=server.endpoint, auth=server.auth)
get_ipython().run_line_magic("ocichat", "alias add llm llm")
get_ipython().run_line_magic("ocichat", "alias set llm")
"""
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder: Path = tmp_path_factory.mktemp("sweeps")
    with running_kernel() as kernel:
        assert not kernel.run(f"%cd -q {folder}").error_lines
        assert not kernel.run(SETUP).error_lines
        yield kernel


def kinds(shown: list[dict[str, Any]]) -> list[set[str]]:
    return [set(each) for each in shown]


def test_a_cell_shows_a_view_and_stores_the_result(kernel: Kernel) -> None:
    line = "temperature=0:1:0.5 repeats=2 --out r"
    ran = kernel.run(f"%%ocisweep {line}\nName a colour.", cell="first")
    assert not ran.error_lines
    assert "6 requests (3 settings x 1 prompt x 2 repeats)" in ran.stream("stdout")
    view, stored = ran.shown
    assert WIDGET in view
    assert "6 of 6 trials finished" in stored["text/plain"]
    assert "Blue at 0.5" in stored["text/html"]
    assert kernel.value("[len(r), r is _ocisweep]") == [6, True]


def test_what_a_cell_shows_already_is_not_shown_again(kernel: Kernel) -> None:
    code = "run_sweep(llm, {'temperature': [0, 1]}, 'Hi')"
    ran = kernel.run(code, cell="second")
    assert not ran.error_lines
    assert sum(WIDGET in each for each in ran.shown) == 1
    again = kernel.run("r", cell="third")
    assert sum(WIDGET in each for each in again.shown) == 1
    assert "6 of 6 trials finished" in again.shown[-1]["text/plain"]


def test_a_cell_that_runs_again_takes_its_old_view_away(kernel: Kernel) -> None:
    kernel.run("r", cell="again")
    count = "len(__import__('ipywidgets').Widget.widgets)"
    kernel.run("__import__('time').sleep(0.5)")
    before = kernel.value(count)
    for _ in range(3):
        kernel.run("r", cell="again")
        kernel.run("__import__('time').sleep(0.5)")
    assert kernel.value(count) <= before


def test_an_interrupt_returns_what_there_is_within_a_second(kernel: Kernel) -> None:
    kernel.run("waits_s[0] = 0.3")
    cell = (
        "%%ocisweep temperature=0:1:0.05 repeats=4 concurrency=2 --out part\nStop me."
    )
    ran, at_s = kernel.run_and_interrupt(cell, when="trials/s", after_s=1)
    took_s = time.monotonic() - at_s
    kernel.run("waits_s[0] = 0.01")
    assert not ran.error_lines
    assert "stopped" in ran.shown[-1]["text/plain"]
    assert 0 < kernel.value("len(part)") < 84
    assert took_s < 2  # a second, and the messages of a busy machine


def test_a_sweep_sends_little_to_the_front_end(kernel: Kernel) -> None:
    line = "temperature=0:1:0.05 repeats=10 limit=none"
    ran = kernel.run(f"%%ocisweep {line}\nCount me.", cell="traffic")
    assert not ran.error_lines
    comms = [m for m in ran.messages if m["msg_type"].startswith("comm")]
    size = sum(len(str(m["content"])) for m in comms)
    seconds = kernel.value(
        "_ocisweep.df['started_at'].max() - _ocisweep.df['started_at'].min()"
    )
    assert comms
    assert size < 120_000 + 20_000 * (seconds + 1)


def test_another_cell_runs_while_a_sweep_does(kernel: Kernel) -> None:
    kernel.run("waits_s[0] = 0.2")
    kernel.run(
        "s = run_sweep(llm, {'top_p': [0.1, 0.2, 0.3]}, 'Wait.', repeats=5, "
        "max_concurrency=1, background=True)\ns",
        cell="live",
    )
    begun_s = time.monotonic()
    assert kernel.value("s.progress.is_over") is False
    assert time.monotonic() - begun_s < 1
    kernel.run("s.cancel(); waits_s[0] = 0.01")


def test_after_unloading_results_are_shown_as_they_were(kernel: Kernel) -> None:
    kernel.run("%unload_ext ocinb")
    ran = kernel.run("r", cell="unloaded")
    assert ran.of("execute_result")
    assert kinds([ran.of("execute_result")[0]["data"]]) == [{"text/html", "text/plain"}]
    kernel.run("%load_ext ocinb\n%ocichat alias add llm llm\n%ocichat alias set llm")


def test_without_pandas_the_static_display_says_what_is_missing(
    kernel: Kernel,
) -> None:
    kernel.run(
        "import sys\nkept = sys.modules['pandas']\nsys.modules['pandas'] = None\n"
        "from ocinb.sweep import load_sweep\nbare = load_sweep('sweeps/ocinb.db')"
    )
    ran = kernel.run("bare", cell="bare")
    kernel.run("sys.modules['pandas'] = kept")
    assert not ran.error_lines
    assert "need pandas" in ran.shown[-1]["text/plain"]
    assert 'pip install "ocinb[sweep]"' in ran.shown[-1]["text/plain"]
    assert not any(WIDGET in each for each in ran.shown)


def test_parameters_are_checked_in_a_table_that_grows(kernel: Kernel) -> None:
    ran = kernel.run("%ocichat check temperature top_k max_tokens")
    assert not ran.error_lines
    (table,) = ran.shown
    for name in ("temperature", "top_k", "max_tokens"):
        assert f">{name}</code>" in table["text/html"]
    updates = [m for m in ran.messages if m["msg_type"] == "update_display_data"]
    assert updates
    assert kernel.value("[row.parameter for row in _oci_check.rows]") == [
        "temperature",
        "top_k",
        "max_tokens",
    ]


def test_a_check_that_is_stopped_keeps_its_rows(kernel: Kernel) -> None:
    kernel.run("waits_s[0] = 0.3")
    ran, _ = kernel.run_and_interrupt("%ocichat check", when="</code>")
    kernel.run("waits_s[0] = 0.01")
    (line,) = ran.error_lines
    assert line.startswith("Stopped: the check was stopped by you after ")
    assert "</code>" in ran.shown[-1]["text/html"]


def test_tab_completes_axes(kernel: Kernel) -> None:
    text = "%%ocisweep temperat\nHi"
    reply = kernel.complete(text, len("%%ocisweep temperat"))
    assert reply["matches"] == ["temperature="]
    start, end = reply["cursor_start"], reply["cursor_end"]
    assert text[start:end] == "temperat"


def test_where_no_widgets_are_drawn_the_stored_result_says_so(kernel: Kernel) -> None:
    kernel.run(
        "import ocinb.widgets.sweep.placing as placing; placing.PATIENCE_S = 0.1"
    )
    kernel.run("r", cell="undrawn")
    said: list[str] = []
    while not any("did not draw the view's widgets" in each for each in said):
        message = kernel.client.get_iopub_msg(timeout=20)
        if message["msg_type"] == "update_display_data":
            said.append(message["content"]["data"]["text/plain"])
    assert "6 of 6 trials finished" in said[-1]
    kernel.run("placing.PATIENCE_S = 4.0")
