"""The same trials in one process and on Dask workers: rows, time, and time a trial.

    pip install -e ".[local,sweep,dask]"
    python benchmarks/sweep_dask.py [--trials 1000] [--workers 2] [--at-once 32]

A server in another process answers each request after a moment. All runs are on one
machine, so that workers gain nothing: what they need more is what the hand-over costs.
Rounds alternate; the table shows medians.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distributed import Client, LocalCluster

from ocinb import ChatOCIModelDeploymentVLLM
from ocinb.local import Script
from ocinb.local.credentials import Credentials
from ocinb.local.scripts.server import ScriptedServer
from ocinb.local.scripts.steps import Wait
from ocinb.sweep import grid, run_sweep

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVED_AFTER_S = 0.05
TEMPERATURES = [round(0.1 * i, 1) for i in range(10)]
COMPARED = ("status", "seed", "text", "finish_reason", "completion_tokens")


def serve() -> None:
    """Answer until the parent closes our standard input."""
    answer = Script.answer("word " * 25, tokens=50)
    script = Script([Wait(SERVED_AFTER_S), *answer.steps])
    with ScriptedServer(script, key_id=None, public_key=b"", ocid="ocid1.x") as server:
        print(server.endpoint, flush=True)
        sys.stdin.read()


def rows(
    model: Any, trials: int, at_once: int, client: Any
) -> tuple[float, Sequence[Any]]:
    """Run a sweep; return its seconds, and what its rows say apart from times."""
    prompts = [f"Describe thing number {i}." for i in range(trials // 10)]
    with tempfile.TemporaryDirectory() as folder:
        begun_s = time.perf_counter()
        result: Any = run_sweep(
            model,
            grid(temperature=TEMPERATURES),
            prompts,
            max_concurrency=at_once,
            limit=None,
            store=Path(folder, "store.db"),
            progress=False,
            client=client,
        )
        seconds = time.perf_counter() - begun_s
        columns = result.store.rows(result.record.id, COMPARED)
        return seconds, list(zip(*columns.values(), strict=True))


def compare(endpoint: str, given: argparse.Namespace, folder: Path) -> None:
    """Print a line for each way."""
    keys = Credentials()
    auth = keys.auth(keys.write_profile(folder))
    model = ChatOCIModelDeploymentVLLM(endpoint=endpoint, auth=auth)
    with (
        LocalCluster(
            n_workers=given.workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
        ) as cluster,
        Client(cluster) as client,
        ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool,
    ):
        ways = {"one process": None, "Dask": client, "ProcessPoolExecutor": pool}
        times: dict[str, list[float]] = {name: [] for name in ways}
        found: dict[str, Sequence[Any]] = {}
        for way in ways.values():
            rows(model, 40, given.at_once, way)  # workers import what they need
        for _ in range(given.rounds):
            for name, way in ways.items():
                seconds, found[name] = rows(model, given.trials, given.at_once, way)
                times[name].append(seconds)
    usual_s = statistics.median(times["one process"])
    print(
        f"{'':22}{'rows equal':>12}{'s':>8}{'ms a trial':>12}{'overhead':>10}{'ratio':>8}"
    )
    for name, each in times.items():
        median_s = statistics.median(each)
        is_equal = found[name] == found["one process"]
        over_ms = (median_s - usual_s) / given.trials * 1000
        print(
            f"{name:22}{f'{is_equal} {len(found[name])}':>12}{median_s:8.2f}"
            f"{median_s / given.trials * 1000:12.2f}{over_ms:7.2f} ms"
            f"{median_s / usual_s:8.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, __file__, "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as server,
    ):
        try:
            compare(server.stdout.readline().strip(), given, Path(folder))
        finally:
            server.stdin.close()


if __name__ == "__main__":
    main()
