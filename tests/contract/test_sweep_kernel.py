"""Sweeps in a real kernel: interrupted, in the background, beside other cells."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.contract.magic_kernel import running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.magic_kernel import Kernel

SETUP = """
import time
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script
from ocinb.local.scripts.steps import Delta, Status, Wait
from ocinb.sweep.run import run_sweep
from ocinb.sweep.space import grid

OK = Script.answer("One two three.")
SLOW = Script([Status(200), Delta("One"), Wait(60)])
server = LocalDeployment(script=lambda r: OK if r.json["seed"] == 0 else SLOW).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=server.endpoint, auth=server.auth)
usual = {"store": ":memory:", "max_concurrency": 200, "repeats": 500, "limit": None}

def open_ones(count):
    while server.connections < count:
        time.sleep(0.01)
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with running_kernel() as started:
        assert not started.run(SETUP).error_lines
        yield started


def test_an_interrupt_returns_what_there_is_within_a_second(kernel: Kernel):
    watch = (
        "import threading\n"
        "def tell():\n"
        "    open_ones(200)\n"
        "    time.sleep(0.5)\n"
        "    display('all ' + 'are open')\n"
        "threading.Thread(target=tell).start()\n"
        "result = run_sweep(llm, grid(temperature=[0, 1]), 'Hi', progress=False, **usual)\n"
        "ended_s = time.monotonic()\n"
    )
    ran, at_s = kernel.run_and_interrupt(watch, when="all are open")

    assert not ran.error_lines
    assert kernel.value("ended_s") - at_s < 1
    assert kernel.value("len(result)") == 2
    assert kernel.value("result.status") == "stopped"
    hung_up = kernel.value("[len(server.hangups), max(server.hangups)]")
    assert hung_up[0] >= 198
    assert hung_up[1] - at_s < 1.5


def test_another_cell_runs_while_a_sweep_runs(kernel: Kernel):
    started = kernel.run(
        "s = run_sweep(llm, grid(top_p=[0.5]), 'Hi', progress=False, background=True, "
        "**usual)"
    )
    begun_s = time.monotonic()
    ran = kernel.run("print(6 * 7)")
    took_s = time.monotonic() - begun_s

    assert not started.error_lines
    assert ran.stream("stdout") == "42\n"
    assert took_s < 1
    assert kernel.value("s.progress.state") == "running"
    ended = kernel.run("t = time.monotonic(); s.cancel(); print(time.monotonic() - t)")
    assert float(ended.stream("stdout")) < 1
    assert kernel.value("s.progress.state") == "stopped"
