"""The panel in an old session: JupyterLab 3.6 with the widgets of ipywidgets 7."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import READ_CELL, Lab
from tests.conftest import Jupyter, free_port, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
SET_UP = """
import ipywidgets
from ocinb import ChatOCIModelDeploymentVLLM, ChatPanel, LocalDeployment
from ocinb.local import Script

deployment = LocalDeployment(script=Script.answer("The sky is **blue** today.")).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=deployment.endpoint, auth=deployment.auth)
panel = ChatPanel(llm)
print(ipywidgets.__version__)
"""
PANEL, TOLD = 1, 2
TELL = "print(dict(panel.params), [turn.text for turn in panel.conversation.turns])"


@pytest.fixture(scope="module")
def old_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An environment with the old packages, and this one's for everything else."""
    folder = tmp_path_factory.mktemp("old")
    run(sys.executable, "-m", "venv", str(folder))
    python = str(folder / "bin/python")
    tell = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(python, "-c", tell).strip())
    around = (sysconfig.get_path("purelib"), str(HERE.parents[1]))
    (packages / "around.pth").write_text("\n".join(around))
    wanted = (HERE / "old-lab-constraints.txt").read_text().split()
    run(python, "-m", "pip", "install", "--quiet", *wanted)
    return python


def run(*command: str) -> str:
    """Run a program to its end and return what it printed."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - this interpreter and our own options


@pytest.fixture(scope="module")
def old_lab(
    browser: Browser, old_python: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("old-lab")
    url = f"http://127.0.0.1:{free_port()}"
    jupyter = Jupyter(url, "secret-of-the-test", home / "root", home)
    with running_server("jupyterlab", jupyter, python=old_python):
        spec = home / "data/kernels/new"
        spec.mkdir(parents=True)
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        told = {"argv": argv, "display_name": "new", "language": "python"}
        (spec / "kernel.json").write_text(json.dumps(told))
        size: Any = {"width": 1280, "height": 900}
        context = browser.new_context(viewport=size)
        context.set_default_timeout(60_000)
        context.add_init_script(READ_CELL)
        yield Lab(jupyter, context, count())
        context.close()


def test_the_panel_is_drawn_and_works(old_lab: Lab) -> None:
    notebook = old_lab.open(old_lab.write("old.ipynb", SET_UP, "panel", TELL))
    notebook.run(0)
    assert notebook.text(0).strip().startswith("7.7")
    notebook.run(PANEL)
    page = notebook.page
    prompt = page.get_by_label("Prompt", exact=True).first
    prompt.fill("Why is the sky blue?")
    prompt.press("Enter")
    notebook.wait_for_text(PANEL, "The sky is blue today.")
    box = page.get_by_label("top_p", exact=True)
    box.fill("0,7")
    box.press("Tab")
    notebook.wait_for_text(PANEL, "0,7 was read as 0.7")
    page.locator(".ocinb-panel").get_by_role("button", name="Regenerate").click()
    notebook.wait_for_text(PANEL, "2 / 2")
    notebook.picture("panel-old-lab", PANEL)
    notebook.run(TOLD)
    assert "{'top_p': 0.7} ['The sky is **blue** today.']" in notebook.text(TOLD)


def test_newer_widgets_that_are_not_drawn_are_said_plainly(old_lab: Lab) -> None:
    cells = (SET_UP, "panel", "panel.ask('Why is the sky blue?').result(30).text")
    notebook = old_lab.open(old_lab.write("mixed.ipynb", *cells, kernel="new"))
    notebook.run(0)
    assert notebook.text(0).strip().startswith("8.")
    notebook.run(PANEL)
    notebook.wait_for_text(PANEL, "This front end did not draw the panel's widgets")
    notebook.run(TOLD)
    notebook.wait_for_text(PANEL, "The sky is blue today.")
    notebook.picture("panel-not-drawn", PANEL)
