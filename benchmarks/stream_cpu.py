"""CPU time a streamed chunk costs: ocinb, raw httpx and the peers, in one run.

    pip install -e ".[local]" langchain-community langchain-openai
    python benchmarks/stream_cpu.py

A server in another process sends 2,000 chunks for each answer, one write a chunk.
Every client reads the whole answer in turn, several times; the table shows the median
CPU time of the reading thread for each chunk. Peers that are not installed are left
out. langchain-community's class asks only that a package called `ads` can be found:
an empty folder of that name is put on the path where oracle-ads is not installed.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from ocinb import ChatOCIModelDeploymentVLLM
from ocinb.local.scripts.script import Script
from ocinb.local.scripts.server import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNKS = 2000
ROUNDS = 7


def unsigned(request: object) -> object:
    return request


def serve() -> None:
    """Answer until the parent closes our standard input."""
    script = Script.answer("word " * CHUNKS)
    with ScriptedServer(script, key_id=None, public_key=b"", ocid="ocid1.x") as server:
        print(server.endpoint, flush=True)
        sys.stdin.read()


def raw_httpx(endpoint: str) -> Callable[[], int]:
    client = httpx.Client()
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}

    def read() -> int:
        url = endpoint.replace("/predict", "/predictWithResponseStream")
        with client.stream("POST", url, json={**body, "stream": True}) as answer:
            return sum(
                1
                for line in answer.iter_lines()
                if line.startswith("data: {") and json.loads(line[6:])
            )

    return read


def of_model(model: object) -> Callable[[], int]:
    return lambda: sum(1 for _ in model.stream("x"))


def of_model_async(model: object, runner: asyncio.Runner) -> Callable[[], int]:
    async def read() -> int:
        count = 0
        async for _ in model.astream("x"):
            count += 1
        return count

    return lambda: runner.run(read())


def community(endpoint: str) -> object:
    if importlib.util.find_spec("ads") is None:
        folder = tempfile.mkdtemp()
        Path(folder, "ads").mkdir()
        Path(folder, "ads", "__init__.py").touch()
        sys.path.append(folder)
    from langchain_community.chat_models import ChatOCIModelDeploymentVLLM as Peer

    auth = {"signer": unsigned}
    return Peer(endpoint=endpoint, auth=auth)


def openai(endpoint: str) -> object:
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(base_url=f"{endpoint}/v1", api_key="none", model="odsc-llm")


def clients(endpoint: str) -> dict[str, object]:
    found: dict[str, object] = {
        "ocinb": ChatOCIModelDeploymentVLLM(endpoint=endpoint, auth=unsigned)
    }
    peers = {"langchain_community": community, "langchain_openai": openai}
    for name, make in peers.items():
        if importlib.util.find_spec(name) is None:
            print(f"left out: {name} is not installed")
        else:
            found[name] = make(endpoint)
    return found


def cpu_us(read: Callable[[], int]) -> float:
    start = time.thread_time()
    count = read()
    used = time.thread_time() - start
    if count < CHUNKS:
        message = f"only {count} chunks came"
        raise RuntimeError(message)
    return used / CHUNKS * 1e6


def measured(readers: dict[str, Callable[[], int]]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in readers}
    for turn in range(ROUNDS + 1):
        for name, read in readers.items():
            used = cpu_us(read)
            if turn:  # the first round warms up
                taken[name].append(used)
    return {name: statistics.median(values) for name, values in taken.items()}


def table(title: str, figures: dict[str, float]) -> None:
    print(f"\n{title:<28}{'us/chunk':>10}{'ocinb / it':>12}")
    for name, figure in figures.items():
        print(f"{name:<28}{figure:>10.1f}{figures['ocinb'] / figure:>12.2f}")


def compare(endpoint: str) -> None:
    models = clients(endpoint)
    sync = {name: of_model(model) for name, model in models.items()}
    table("stream", measured({**sync, "raw httpx": raw_httpx(endpoint)}))
    # one loop for all rounds, so that connections are kept as in a notebook
    with asyncio.Runner() as runner:
        asynchronous = {n: of_model_async(m, runner) for n, m in models.items()}
        table("astream", measured(asynchronous))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    if parser.parse_args().serve:
        serve()
        return
    warnings.simplefilter("ignore")
    with subprocess.Popen(
        [sys.executable, __file__, "--serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        compare(server.stdout.readline().strip())
        server.stdin.close()


if __name__ == "__main__":
    main()
