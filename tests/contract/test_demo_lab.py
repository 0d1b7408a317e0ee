"""`ocinb demo --lab` after its last cell: JupyterLab with the notebook open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ocinb.cli.first_notebook import NAME, find

WHOLE_DEMO = "import sys; from ocinb.cli import main; sys.exit(main(['demo', '--lab']))"
LAB_ALONE = """
import sys
from ocinb.cli.demo import open_lab
from ocinb.cli.first_notebook import find
sys.exit(open_lab(find()))
"""
READY_WITHIN_S = 120


def start(code: str, folder: Path) -> subprocess.Popen[bytes]:
    browser = folder / "browser"
    browser.write_text(
        '#!/bin/sh\necho "$1" >"$ADDRESS.part"\nmv "$ADDRESS.part" "$ADDRESS"\n'
    )
    browser.chmod(0o700)
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR")
    own = {name: str(folder / name) for name in names}
    own |= {"BROWSER": f"{browser} %s", "ADDRESS": str(folder / "address")}
    return subprocess.Popen(  # noqa: S603 - this interpreter, our own code
        [sys.executable, "-c", code],
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


def open_and_press_ctrl_c(code: str, folder: Path) -> str:
    """Return the page that the browser is sent to."""
    with start(code, folder) as process:
        address = wait_for(folder / "address", process)
        page = Path(address.strip().removeprefix("file://")).read_text()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        process.wait(timeout=READY_WITHIN_S)
    assert process.returncode == 0
    return page


def test_after_the_demo_a_browser_opens_a_copy_of_the_notebook(tmp_path: Path) -> None:
    page = open_and_press_ctrl_c(WHOLE_DEMO, tmp_path)
    assert NAME in page
    assert (tmp_path / NAME).read_bytes() == find().read_bytes()


def test_a_copy_in_which_somebody_has_worked_is_kept(tmp_path: Path) -> None:
    mine = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    (tmp_path / NAME).write_text(mine)
    assert NAME in open_and_press_ctrl_c(LAB_ALONE, tmp_path)
    assert (tmp_path / NAME).read_text() == mine
