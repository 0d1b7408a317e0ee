"""Memory that a large sweep takes, and how a kernel answers meanwhile.

    pip install -e ".[local,sweep]"
    python benchmarks/sweep_memory.py [--trials 100000]

A server in another process answers at once. A sweep of that many trials is planned and
run with 200 connections in the background; every 50 ms the main thread notes how much
memory this process has and how late it was woken up, as a cell or a widget would be.
Then a sweep with 200 open requests, which are never answered, is cancelled.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from ocinb import ChatOCIModelDeploymentVLLM
from ocinb.local import Script
from ocinb.local.credentials import Credentials
from ocinb.local.scripts.server import ScriptedServer
from ocinb.local.scripts.steps import Wait
from ocinb.sweep import grid, run_sweep

CONNECTIONS = 200
REPEATS = 10
SETTINGS = 10
EVERY_S = 0.05
MEGABYTE = 1024 * 1024


def serve() -> None:
    """Answer until the parent closes our standard input; `wait` for ever."""
    answer = Script.answer("It works.", coalesce=True)
    never = Script([Wait(3600)])

    def script(request: object) -> Script:
        return never if b"wait" in request.body else answer

    with ScriptedServer(script, key_id=None, public_key=b"", ocid="ocid1.x") as server:
        print(server.endpoint, flush=True)
        sys.stdin.read()


def begin(endpoint: str, folder: str, prompts: list[str]) -> object:
    model = ChatOCIModelDeploymentVLLM(endpoint=endpoint, auth=Credentials().auth())
    return run_sweep(
        model,
        grid(temperature=[round(0.1 * i, 1) for i in range(SETTINGS)]),
        prompts,
        repeats=REPEATS,
        max_concurrency=CONNECTIONS,
        max_rps=5000,
        limit=None,
        store=Path(folder, "store.db"),
        progress=False,
        background=True,
    )


def large(endpoint: str, trials: int) -> None:
    me = psutil.Process()
    with tempfile.TemporaryDirectory() as folder:
        begin(endpoint, folder, ["first"]).wait()  # imports, and a first connection
    before = me.memory_info().rss
    most, late_s = before, []
    with tempfile.TemporaryDirectory() as folder:
        prompts = [f"prompt {i}" for i in range(trials // SETTINGS // REPEATS)]
        start, cpu = time.monotonic(), time.process_time()
        sweep = begin(endpoint, folder, prompts)
        planned_s = time.monotonic() - start
        planned_cpu_s = time.process_time() - cpu
        while True:
            asleep = time.monotonic()
            time.sleep(EVERY_S)
            late_s.append(time.monotonic() - asleep - EVERY_S)
            most = max(most, me.memory_info().rss)
            if sweep.progress.is_over:
                break
        print(sweep.progress)
        sweep.wait()
    grown = (most - before) / MEGABYTE
    lateness = statistics.quantiles(late_s, n=100)
    print(f"planning              {planned_s:8.1f} s, {planned_cpu_s:.1f} s CPU")
    print(f"memory grew by at most{grown:8.1f} MB for {trials:,} trials (goal: 60)")
    print(
        f"main thread late      {lateness[49] * 1e3:8.1f} ms (median), "
        f"{lateness[98] * 1e3:.1f} ms (p99; goal: 100)"
    )


def cancelled(endpoint: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sweep = begin(endpoint, folder, [f"wait {i}" for i in range(10)])
        while sweep.progress.open < CONNECTIONS:
            time.sleep(0.01)
        start = time.monotonic()
        sweep.cancel()
        took_s = time.monotonic() - start
        print(
            f"cancelled {CONNECTIONS} open requests after {took_s * 1e3:.0f} ms (goal: 1,000)"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--trials", type=int, default=100_000)
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    command = [sys.executable, __file__, "--serve"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:
        endpoint = server.stdout.readline().strip()
        cancelled(endpoint)
        large(endpoint, given.trials)
        server.stdin.close()


if __name__ == "__main__":
    main()
