"""CPU time a trial of a sweep costs, beside raw asyncio and LangChain, in one run.

    pip install -e ".[local,sweep]" langchain-openai
    python benchmarks/sweep_cost.py [--trials 1000] [--rounds 3]

A server in another process answers each request after a moment with 50 tokens. ocinb
signs every request and stores every trial; the others do neither. The table shows the
median CPU time of this process for each trial, for 50, 200 and 500 open connections:
whole answers, and streamed ones whose first token and gaps are measured. Peers that are
not installed are left out.
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
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from ocinb import ChatOCIModelDeploymentVLLM
from ocinb.local import Script
from ocinb.local.credentials import Credentials
from ocinb.local.scripts.server import ScriptedServer
from ocinb.local.scripts.steps import Wait
from ocinb.sweep import grid, run_sweep

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECTIONS = (50, 200, 500)
TOKENS = 50
SERVED_AFTER_S = 0.05
SETTINGS = 1  # so that a batch of LangChain has as many prompts as connections


def serve() -> None:
    """Answer until the parent closes our standard input."""
    answer = Script.answer("word " * (TOKENS // 2), tokens=TOKENS)
    script = Script([Wait(SERVED_AFTER_S), *answer.steps], coalesce=False)
    with ScriptedServer(script, key_id=None, public_key=b"", ocid="ocid1.x") as server:
        print(server.endpoint, flush=True)
        sys.stdin.read()


def prompts(trials: int) -> list[str]:
    return [f"Describe thing number {i}." for i in range(trials // SETTINGS)]


def temperatures() -> list[float]:
    return [round(0.1 * i, 1) for i in range(SETTINGS)]


def ocinb(endpoint: str, trials: int, connections: int, *, stream: bool) -> None:
    model = ChatOCIModelDeploymentVLLM(endpoint=endpoint, auth=Credentials().auth())
    with tempfile.TemporaryDirectory() as folder:
        result = run_sweep(
            model,
            grid(temperature=temperatures()),
            prompts(trials),
            stream=stream,
            max_concurrency=connections,
            limit=None,
            store=Path(folder, "store.db"),
            progress=False,
        )
        rows = result.store.rows(result.record.id, ("status",))["status"]
        if rows.count("ok") != trials:
            message = f"only {rows.count('ok')} trials succeeded"
            raise RuntimeError(message)


async def raw(endpoint: str, trials: int, connections: int, *, stream: bool) -> None:
    """Ask with one shared httpx client and a semaphore, as people write it by hand."""
    url = endpoint.replace("/predict", "/predictWithResponseStream")
    limits = httpx.Limits(max_connections=connections)
    waiting = asyncio.Semaphore(connections)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:

        async def ask(prompt: str, temperature: float) -> None:
            messages = [{"role": "user", "content": prompt}]
            body = {"model": "m", "messages": messages, "temperature": temperature}
            async with waiting:
                if not stream:
                    (await client.post(endpoint, json=body)).json()
                    return
                asked = client.stream("POST", url, json={**body, "stream": True})
                async with asked as answer:
                    async for line in answer.aiter_lines():
                        if line.startswith("data: {"):
                            json.loads(line[6:])

        pairs = [(p, t) for t in temperatures() for p in prompts(trials)]
        await asyncio.gather(*(ask(*pair) for pair in pairs))


async def openai(endpoint: str, trials: int, connections: int, *, stream: bool) -> None:
    from langchain_openai import ChatOpenAI

    waiting = {"max_concurrency": connections}
    for temperature in temperatures():
        model = ChatOpenAI(
            base_url=f"{endpoint}/v1",
            api_key="none",
            model="odsc-llm",
            temperature=temperature,
            streaming=stream,
            max_retries=2,
        )
        await model.abatch(prompts(trials), config=waiting)


def runners(endpoint: str) -> dict[str, Callable[..., None]]:
    found: dict[str, Callable[..., None]] = {
        "ocinb": lambda *a, **k: ocinb(endpoint, *a, **k),
        "raw asyncio": lambda *a, **k: asyncio.run(raw(endpoint, *a, **k)),
    }
    if importlib.util.find_spec("langchain_openai") is None:
        print("left out: langchain_openai is not installed")
    else:
        runner = asyncio.Runner()  # its client belongs to one loop
        found["ChatOpenAI abatch"] = lambda *a, **k: runner.run(
            openai(endpoint, *a, **k)
        )
    return found


def cpu_ms(
    run: Callable[..., None], trials: int, at_once: int, *, stream: bool
) -> float:
    start = time.process_time()
    run(trials, at_once, stream=stream)
    return (time.process_time() - start) / trials * 1e3


def compare(endpoint: str, trials: int, rounds: int) -> None:
    print(f"{'':<20}{'connections':>12}{'CPU ms/trial':>14}{'ocinb / it':>12}")
    named = runners(endpoint)
    for stream in (False, True):
        print("streamed, with TTFT" if stream else "whole answers")
        for at_once in CONNECTIONS:
            taken: dict[str, list[float]] = {}
            for number in range(rounds + 1):
                for name, run in named.items():
                    used = cpu_ms(run, trials, at_once, stream=stream)
                    if number:  # the first round warms up
                        taken.setdefault(name, []).append(used)
            figures = {name: statistics.median(used) for name, used in taken.items()}
            for name, used in figures.items():
                ratio = figures["ocinb"] / used
                print(
                    f"  {name:<18}{at_once:>12}{used:>14.2f}{ratio:>12.2f}", flush=True
                )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    command = [sys.executable, __file__, "--serve"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:
        compare(server.stdout.readline().strip(), given.trials, given.rounds)
        server.stdin.close()


if __name__ == "__main__":
    main()
