"""How far the time to the first token is from what the server itself measured.

    pip install -e ".[local]"
    python benchmarks/sweep_ttft.py [--trials 500] [--streams 50]

A server in another process thinks for 0.1 to 0.4 s, then streams 50 tokens, one every
20 ms. Its first token tells how long it was, by its own clock, from the last byte of the
request to just before it wrote that token. The error is our figure less that one; what the
network and both event loops take is in it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson

from ocinb import ChatOCIModelDeploymentVLLM
from ocinb.local.credentials import Credentials
from ocinb.sweep import grid, run_sweep

TOKENS = 50
GAP_S = 0.02
THINKS_S = (0.1, 0.4)
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


def event(text: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    data = b"data: " + orjson.dumps({"id": "x", "choices": [choice]}) + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            arrived = time.monotonic()
            writer.write(HEAD)
            await asyncio.sleep(random.uniform(*THINKS_S))  # noqa: S311 - how long a server thinks
            writer.write(event(f"{time.monotonic() - arrived:.6f}"))
            for _ in range(TOKENS - 2):
                await asyncio.sleep(GAP_S)
                writer.write(event(" word"))
            writer.write(event("", "stop"))
            writer.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve() -> None:
    """Answer until the parent closes our standard input."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


def measure(port: int, trials: int, streams: int) -> None:
    endpoint = f"http://127.0.0.1:{port}/ocid1.x/predict"
    model = ChatOCIModelDeploymentVLLM(endpoint=endpoint, auth=Credentials().auth())
    with tempfile.TemporaryDirectory() as folder:
        result = run_sweep(
            model,
            grid(temperature=[0.5]),
            [f"prompt {i}" for i in range(trials)],
            max_concurrency=streams,
            limit=None,
            store=Path(folder, "store.db"),
            progress=False,
        )
        names = ("status", "text", "ttft_s", "lag_s")
        rows = result.store.rows(result.record.id, names)
    if rows["status"].count("ok") != trials:
        message = f"only {rows['status'].count('ok')} trials succeeded"
        raise RuntimeError(message)
    told = [float(text.split()[0]) for text in rows["text"]]
    errors = sorted(ours - its for ours, its in zip(rows["ttft_s"], told, strict=True))
    p95 = errors[int(0.95 * (len(errors) - 1))]
    lags = sorted(rows["lag_s"])
    print(
        f"{streams} streams, {trials} trials: TTFT error median "
        f"{statistics.median(errors) * 1e3:.2f} ms, p95 {p95 * 1e3:.2f} ms (goal: 5), "
        f"most {errors[-1] * 1e3:.1f} ms; longest lag of the loop in half of the "
        f"trials {lags[len(lags) // 2] * 1e3:.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--streams", type=int, default=50)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve())
        return
    command = [sys.executable, __file__, "--serve"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:
        measure(int(server.stdout.readline()), given.trials, given.streams)
        server.stdin.close()


if __name__ == "__main__":
    main()
