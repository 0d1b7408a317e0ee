"""`ocinb demo` as a newcomer runs it: a process, a real kernel, the real model."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND = [sys.executable, "-m", "ocinb.cli", "demo"]
END_WITHIN_S = 120


@dataclass(frozen=True)
class Demo:
    """One run to its end."""

    code: int
    pieces: list[tuple[float, str]]
    errors: str

    @property
    def output(self) -> str:
        return "".join(text for _, text in self.pieces)


def start(environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this interpreter, fixed words
        COMMAND,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )


def read_piece(stream: IO[bytes] | None) -> str:
    assert stream is not None
    return os.read(stream.fileno(), 65536).decode("utf-8", "replace")


@pytest.fixture(scope="module")
def demo() -> Demo:
    with start() as process:
        pieces = []
        while piece := read_piece(process.stdout):
            pieces.append((time.monotonic(), piece))
        assert process.stderr is not None
        errors = process.stderr.read().decode()
    return Demo(process.returncode, pieces, errors)


def test_it_ends_well(demo: Demo) -> None:
    assert demo.code == 0, demo.errors
    assert "Traceback" not in demo.output + demo.errors


def test_it_shows_the_cells_it_runs(demo: Demo) -> None:
    assert "In [1]: %load_ext ocinb" in demo.output
    assert "In [2]: %ocichat local" in demo.output
    assert "In [3]: %%ocichat --temperature" in demo.output


def test_the_answer_arrives_bit_by_bit(demo: Demo) -> None:
    before = demo.output.index("In [3]:")
    after = demo.output.index("In [4]:")
    at, during = 0, []
    for when, text in demo.pieces:
        at += len(text)
        if before < at <= after:
            during.append(when)
    assert len(during) >= 5
    assert during[-1] - during[0] > 0.2


def test_the_answer_is_text_in_the_terminal(demo: Demo) -> None:
    answer = demo.output.partition("In [3]:")[2].partition("In [4]:")[0]
    assert len(answer.split()) > 30
    assert "\x1b" not in demo.output


def test_it_says_the_time_to_the_first_token_and_how_to_go_on(demo: Demo) -> None:
    assert re.search(r"first token came \d+\.\d s after the start", demo.output)
    assert "demo --lab" in demo.output
    assert "/lab/tree/01-first-chat.ipynb" in demo.output


def test_ctrl_c_ends_it_and_all_its_processes() -> None:
    with start() as process:
        seen = ""
        while "In [3]:" not in seen:
            seen += read_piece(process.stdout)
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=END_WITHIN_S)
    assert family, "the kernel and the model are processes of their own"
    assert process.returncode == 130
    assert b"Traceback" not in errors
    gone, alive = psutil.wait_procs(family, timeout=10)
    assert gone
    assert alive == []


def test_a_cache_that_cannot_be_written_is_one_line() -> None:
    with start({"OCINB_CACHE_DIR": "/dev/null/cache"}) as process:
        output, errors = process.communicate(timeout=END_WITHIN_S)
    assert process.returncode == 1
    assert output == b""
    assert errors.count(b"\n") == 1
    assert b"/dev/null/cache" in errors
    assert b"ocinb serve --model PATH.gguf" in errors
