"""`ocinb enable` with a real IPython: the magics are there, and ocinb is not imported."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ocinb.cli import main
from ocinb.cli.startup import NAME
from tests.contract.magic_kernel import running_kernel

if TYPE_CHECKING:
    from pathlib import Path

WITHIN_S = 60

UNUSED = """\
import sys
names = {name.partition(".")[0] for name in sys.modules}
print("ocinb imported:", "ocinb" in names)
print("names left over:", [n for n in dir() if "ocinb" in n])
get_ipython().run_line_magic("ocichat", "help")
print("ocinb imported:", "ocinb" in sys.modules)
"""
ASKED = """\
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script
server = LocalDeployment(script=Script.answer("It works.")).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=server.endpoint, auth=server.auth)
get_ipython().run_cell("%%ocichat llm\\nhi")
server.stop()
"""
SWEPT = """\
get_ipython().run_cell("%%ocisweep nobody temperature=0,1\\nhi")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path / "ipython"


def ipython(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code in an IPython of its own, where nothing is loaded by hand."""
    script = folder.parent / "cell.ipy"
    script.write_text(code)
    return subprocess.run(  # noqa: S603 - this interpreter and our own code
        [sys.executable, "-m", "IPython", "--colors=NoColor", str(script)],
        env={**os.environ, "IPYTHONDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )


def test_the_magics_are_there_and_loaded_only_when_used(folder: Path) -> None:
    assert main(["enable"]) == 0
    done = ipython(UNUSED, folder)
    before, after = done.stdout.split("Chat with a model", 1)
    assert "ocinb imported: False" in before
    assert "names left over: []" in before
    assert "ocinb imported: True" in after
    assert done.stderr == ""


def test_a_cell_is_answered_without_load_ext(folder: Path) -> None:
    main(["enable"])
    done = ipython(ASKED, folder)
    assert "It works." in done.stdout, done.stderr


def test_a_notebook_kernel_knows_the_cell_too(folder: Path) -> None:
    main(["enable"])
    with running_kernel(IPYTHONDIR=str(folder)) as kernel:
        assert kernel.value("'ocinb' in __import__('sys').modules") is False
        assert not kernel.run(ASKED.partition("get_ipython")[0]).error_lines
        assert "It works." in str(kernel.run("%%ocichat llm\nhi").shown)
        kernel.run("server.stop()")


def test_the_sweep_is_known_too(folder: Path) -> None:
    main(["enable"])
    done = ipython(SWEPT, folder)
    assert "neither an alias nor a chat model" in done.stderr + done.stdout


def test_after_disable_the_magics_are_gone(folder: Path) -> None:
    ipython("1", folder)  # fills its profile
    startup = folder / "profile_default" / "startup"
    before = {path.name: path.read_bytes() for path in startup.iterdir()}
    assert before
    main(["enable"])
    assert {path.name for path in startup.iterdir()} == {*before, NAME}
    main(["disable"])
    assert {path.name: path.read_bytes() for path in startup.iterdir()} == before
    done = ipython("%ocichat help", folder)
    assert "`%ocichat` not found" in done.stderr + done.stdout


def test_a_kernel_without_ocinb_starts_all_the_same(folder: Path) -> None:
    main(["enable"])
    hidden = (
        "import sys; sys.modules['ocinb'] = None\nprint('running')\n%ocichat help\n"
    )
    done = ipython(hidden, folder)
    assert "running" in done.stdout
    assert (folder / "profile_default" / "startup" / NAME).is_file()
    assert "ocinb" in done.stderr + done.stdout
