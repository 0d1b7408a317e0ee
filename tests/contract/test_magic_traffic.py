"""What streamed answers cost between kernel and page, in a real kernel."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.magic_kernel import Kernel, Ran, running_kernel
from tests.contract.reciter import RECITER

if TYPE_CHECKING:
    from collections.abc import Iterator

STREAMS = 16
TOKENS = 150
SIXTEEN = f"""
from concurrent.futures import ThreadPoolExecutor

many = [Reciter(tokens=recited({TOKENS}), rate=100) for _ in range({STREAMS})]
names = [f"many{{n}}" for n in range({STREAMS})]
globals().update(zip(names, many))

def ask(name):
    get_ipython().run_cell_magic("ocichat", f"{{name}} -c {{name}}", "Recite.")

with ThreadPoolExecutor({STREAMS}) as pool:
    list(pool.map(ask, names))
"""

# What a Jupyter server lets through from one kernel before it drops output.
MESSAGES_PER_S = 1_000
BYTES_PER_S = 1_000_000


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with running_kernel() as kernel:
        code = f"%load_ext ocinb\n{RECITER}\nllm = Reciter(tokens=recited(500))\n"
        assert not kernel.run(code).error_lines
        yield kernel


def size_of(message: dict[str, Any]) -> int:
    parts = (message[key] for key in ("header", "parent_header", "metadata", "content"))
    return sum(len(json.dumps(part, default=str).encode()) for part in parts)


def busiest_second(ran: Ran) -> tuple[int, int]:
    """Return the most messages and the most bytes that came within a second."""
    times = [message["header"]["date"].timestamp() for message in ran.messages]
    sizes = list(map(size_of, ran.messages))
    windows = [
        [size for size, time in zip(sizes, times, strict=True) if 0 <= time - start < 1]
        for start in times
    ]
    return max(map(len, windows)), max(map(sum, windows))


def test_a_short_answer_costs_at_most_120_bytes_a_token(kernel: Kernel):
    ran = kernel.run("%%ocichat llm\nRecite.")
    assert not ran.error_lines
    assert sum(map(size_of, ran.messages)) / 500 <= 120


def test_sixteen_answers_at_once_lose_nothing_and_stay_under_the_servers_limits(
    kernel: Kernel,
):
    ran = kernel.run(SIXTEEN)
    assert not ran.error_lines
    told = {stored["text/plain"] for stored in ran.shown}
    assert len(ran.shown) == STREAMS
    assert told == {kernel.value(f'"".join(recited({TOKENS}))')}
    messages, size = busiest_second(ran)
    assert messages < MESSAGES_PER_S / 2
    assert size < BYTES_PER_S
