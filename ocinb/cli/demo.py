"""`ocinb demo`: the first notebook, run cell by cell where one can watch it."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from ocinb.cli import first_notebook
from ocinb.cli.kernel import Kernel, KernelFailed
from ocinb.cli.progress import Progress
from ocinb.errors import MissingExtraError
from ocinb.local.weights import fetch_weights
from ocinb.rendering import plain_text

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from ocinb.cli.first_notebook import Cell

__all__ = ["run"]

INSTALL_LAB: Final = f"{shlex.quote(sys.executable)} -m pip install jupyterlab"
STREAM_AS_TEXT: Final = "--OciChatMagics.view=text"
ADDRESS: Final = f"http://localhost:8888/lab/tree/{first_notebook.NAME}"


def run(arguments: Namespace) -> int:
    """Fetch the small model, run the notebook, say how to go on.

    Raises:
        OcinbError: the model cannot be fetched, JupyterLab is asked for and not
            installed, or a cell fails.
    """
    started_s = time.monotonic()
    if arguments.lab and find_spec("jupyterlab") is None:
        msg = "--lab needs JupyterLab, which is not installed"
        raise MissingExtraError(msg, hint=f"{INSTALL_LAB}, or the extra ocinb[lab]")
    fetch_weights(progress=Progress("Fetching a small model", sys.stderr))
    notebook = first_notebook.find()
    with Kernel(input, STREAM_AS_TEXT) as kernel:
        first_token_s = play(first_notebook.read(notebook), kernel, sys.stdout)
    waited_s = first_token_s - started_s
    sys.stdout.write(f"The first token came {waited_s:.1f} s after the start.\n")
    if arguments.lab:
        return open_lab(notebook)
    sys.stdout.write(_how_to_go_on())
    return 0


def play(cells: Iterable[Cell], kernel: Kernel, out: TextIO) -> float:
    """Run the cells in order and write what they print as it comes.

    Returns:
        The monotonic time in seconds of the first piece of the first answer.

    Raises:
        KernelFailed: a cell ended with an error, or no cell brought an answer.
    """
    first_tokens_s = []
    number, heading = 0, ""
    for cell in cells:
        heading = cell.heading or heading
        if cell.kind == "code":
            number += 1
            out.write(f"\n── {heading} ──\n" if heading else "")
            heading = ""
            printed_s = _run(cell, number, kernel, out)
            first_tokens_s += printed_s[:1] if cell.asks else []
    if not first_tokens_s:
        msg = "no cell of the notebook brought an answer"
        raise KernelFailed(msg)
    return first_tokens_s[0]


def _run(cell: Cell, number: int, kernel: Kernel, out: TextIO) -> list[float]:
    """Run one cell; returns the times at which it wrote to stdout."""
    written = _shown(number, cell.source)
    out.write(written)
    printed_s = []
    for printed in kernel.run(cell.source):
        if printed.source == "error":
            msg = f"cell {number} of the notebook failed"
            raise KernelFailed(msg, server_message=printed.text)
        if printed.source == "stdout":
            printed_s.append(time.monotonic())
        written = plain_text(printed.text)
        out.write(written)
        out.flush()
    out.write("\n" if written.endswith("\n") else "\n\n")
    return printed_s


def open_lab(notebook: Path) -> int:
    """Copy the notebook into this folder and run JupyterLab until it is stopped."""
    copy = Path.cwd() / notebook.name
    if not copy.exists():
        shutil.copyfile(notebook, copy)
    command = [sys.executable, "-m", "jupyterlab", copy.name]
    if os.geteuid() == 0:
        command.append("--allow-root")
    with subprocess.Popen(command) as lab:  # noqa: S603 - this interpreter, fixed words
        # Ctrl-C reaches JupyterLab too, which asks before it stops; it decides.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return lab.wait()
        finally:
            signal.signal(signal.SIGINT, before)


def _shown(number: int, source: str) -> str:
    first, *rest = source.splitlines()
    prompt = f"In [{number}]: "
    margin = "...: ".rjust(len(prompt))
    return "\n".join([prompt + first, *(margin + line for line in rest)]) + "\n"


def _how_to_go_on() -> str:
    install = "" if find_spec("jupyterlab") else f"  {INSTALL_LAB}\n"
    return f"Go on in JupyterLab ({ADDRESS}):\n{install}  {_command()} demo --lab\n"


def _command() -> str:
    """Return how this command was called, for the user to call it again."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m ocinb.cli"
    return shlex.quote(str(called))
