"""`ocinb demo --lab` after its last cell: JupyterLab with the notebook open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

OPEN_LAB = """
import sys
from ocinb.cli.demo import open_lab
from ocinb.cli.first_notebook import find
sys.exit(open_lab(find()))
"""
READY_WITHIN_S = 60


def start(folder: Path) -> subprocess.Popen[bytes]:
    browser = folder / "browser"
    browser.write_text(
        '#!/bin/sh\necho "$1" >"$ADDRESS.part"\nmv "$ADDRESS.part" "$ADDRESS"\n'
    )
    browser.chmod(0o700)
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR")
    own = {name: str(folder / name) for name in names}
    own |= {"BROWSER": f"{browser} %s", "ADDRESS": str(folder / "address")}
    return subprocess.Popen(  # noqa: S603 - this interpreter, our own code
        [sys.executable, "-c", OPEN_LAB],
        cwd=folder,
        env=os.environ | own,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + READY_WITHIN_S
    while not path.exists():
        assert process.poll() is None, "JupyterLab did not start"
        assert time.monotonic() < end, "no browser was opened"
        time.sleep(0.1)
    return path.read_text()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of the notebook in which somebody has already worked."""
    path = tmp_path / "01-first-chat.ipynb"
    path.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return path


def test_a_browser_is_opened_and_ctrl_c_ends_jupyterlab(
    tmp_path: Path, mine: Path
) -> None:
    before = mine.read_text()
    with start(tmp_path) as process:
        address = wait_for(tmp_path / "address", process)
        page = Path(address.strip().removeprefix("file://")).read_text()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        process.wait(timeout=READY_WITHIN_S)
    assert mine.name in page
    assert process.returncode == 0
    assert mine.read_text() == before
