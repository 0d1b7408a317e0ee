"""`ocinb serve` as a user runs it, and the lines it prints taken at their word."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import textwrap
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = [sys.executable, "-m", "ocinb.cli", "serve"]
END_WITHIN_S = 60


@dataclass(frozen=True)
class Served:
    """A running `ocinb serve`, and what it printed."""

    process: subprocess.Popen[str]
    said: str

    @property
    def endpoint(self) -> str:
        return self._word_after("endpoint")

    @property
    def profile(self) -> Path:
        return Path(self._word_after("profile"))

    @property
    def code(self) -> str:
        """The lines of Python it told us to run."""
        lines = [line for line in self.said.splitlines() if line.startswith("  ")]
        return textwrap.dedent("\n".join(lines))

    def _word_after(self, name: str) -> str:
        found = re.search(rf"^{name} +(\S+)", self.said, re.MULTILINE)
        assert found, self.said
        return found[1]


@contextmanager
def serving(*options: str) -> Iterator[Served]:
    with subprocess.Popen(  # noqa: S603 - this interpreter, fixed words
        [*COMMAND, *options], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                break
        try:
            yield Served(process, said)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - this interpreter, fixed words
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=END_WITHIN_S,
    )


def test_the_printed_lines_connect_and_the_model_answers(served: Served) -> None:
    ask = "\nprint(model.invoke('Say hello.').text)"
    done = run("-c", served.code + ask)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_there_are_three_lines_of_python(served: Served) -> None:
    assert len(served.code.splitlines()) == 3


def test_the_key_is_not_printed(served: Served) -> None:
    assert "PRIVATE KEY" not in served.said
    assert "key.pem" not in served.said


def test_the_profile_is_for_the_user_alone(served: Served) -> None:
    assert served.profile.stat().st_mode & 0o777 == 0o600
    assert served.profile.parent.stat().st_mode & 0o777 == 0o700


def test_without_a_signature_nobody_gets_in(served: Served) -> None:
    answer = httpx.post(served.endpoint, json={"messages": []})
    assert answer.status_code == 401
    assert answer.headers["opc-request-id"]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_and_takes_the_key_with_it(by: signal.Signals) -> None:
    with serving() as served:
        assert served.profile.is_file()
        served.process.send_signal(by)
        assert served.process.wait(timeout=END_WITHIN_S) == 0
        assert not served.profile.parent.exists()


def test_it_listens_where_it_is_told_to() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with serving("--port", port) as served:
        assert served.endpoint.startswith(f"http://127.0.0.1:{port}/")


def test_a_model_file_that_is_not_there_is_one_line() -> None:
    done = run("-m", "ocinb.cli", "serve", "--model", "missing.gguf")
    assert done.returncode == 2
    assert done.stderr == "ocinb: there is no model file missing.gguf\n"


def test_a_file_that_is_no_model_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.gguf"
    path.write_text("these are notes")
    done = run("-m", "ocinb.cli", "serve", "--model", str(path))
    assert done.returncode in (1, 2)
    assert done.stderr.count("\n") == 1
    assert "notes.gguf" in done.stderr


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run("-m", "ocinb.cli", "serve", "--port", port)
    assert done.returncode in (1, 2)
    assert done.stderr.count("\n") == 1
    assert port in done.stderr


def test_a_model_that_dies_ends_the_command(tmp_path: Path) -> None:
    with (
        (tmp_path / "errors").open("w+") as errors,
        subprocess.Popen(  # noqa: S603 - this interpreter, fixed words
            COMMAND, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline()
        for child in psutil.Process(process.pid).children():
            child.kill()
        assert process.wait(END_WITHIN_S) == 1
        errors.seek(0)
        assert "the model's process ended by itself" in errors.read()
