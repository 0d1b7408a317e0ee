"""An answer on its way, in JupyterLab: how it looks, and what may happen to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from tests.browser.boxes import boxes_of
from tests.browser.conftest import ARTIFACTS, THEMES
from tests.browser.patient import ANSWER, LAST, SET_UP, tell

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

PATIENTS = """
answer = Path("one-of-each.md").read_text()
looked_at, cleared, stopped, stalled = (
    Patient(name=name, text=answer)
    for name in ("looked_at", "cleared", "stopped", "stalled")
)
"""
CELLS = (
    SET_UP + PATIENTS,
    "%%ocichat looked_at\nOne of each.",
    "%%ocichat cleared\nOnce more.",
    "print(_oci.text[-12:])",
    "%%ocichat stopped\nOnce more.",
    "print('the next cell works')",
    "%%ocichat stalled\nOnce more.",
)
LOOKED_AT, CLEARED, PRINTED, STOPPED, NEXT, STALLED = range(1, 7)
WIDGET = "application/vnd.jupyter.widget-view+json"

CLEAR = "() => window.jupyterapp.commands.execute('notebook:clear-cell-output')"


@dataclass(frozen=True)
class Looks:
    """Where every element of an answer stands and how it looks, in both themes."""

    growing: list[Any]
    paused: list[Any]
    stored: list[Any]


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> OpenNotebook:
    (lab.jupyter.root / "one-of-each.md").write_text(ANSWER)
    opened = lab.open(lab.write("growing.ipynb", *CELLS))
    opened.run(0)
    return opened


@pytest.fixture(scope="module")
def errors(notebook: OpenNotebook) -> list[str]:
    """What the page complains of from now on."""
    said: list[str] = []
    notebook.page.on("pageerror", lambda error: said.append(str(error)))
    notebook.page.on(
        "console", lambda line: said.append(line.text) if line.type == "error" else None
    )
    return said


def looks_of(notebook: OpenNotebook, name: str) -> list[Any]:
    found = []
    for theme in reversed(THEMES):  # other tests expect the light one
        notebook.use_theme(theme)
        found.append(boxes_of(notebook, LOOKED_AT))
        output = notebook.cell(LOOKED_AT).locator(".jp-Cell-outputWrapper")
        output.evaluate("output => output.scrollIntoView()")
        path = ARTIFACTS / f"answer-{name}-{theme.lower()}.png"
        notebook.page.screenshot(path=path)
    return found


def click(notebook: OpenNotebook, command: str) -> None:
    notebook.page.locator(f'.jp-Toolbar [data-command="{command}"]').click()


@pytest.fixture(scope="module")
def looks(notebook: OpenNotebook, root: Path) -> Looks:
    notebook.start(LOOKED_AT)
    notebook.wait_for_text(LOOKED_AT, LAST)
    growing = looks_of(notebook, "growing")
    assert WIDGET in notebook.outputs(LOOKED_AT)[0]["data"]
    tell(root, "looked_at", "rest")
    notebook.wait_for_bundle(LOOKED_AT)
    paused = looks_of(notebook, "paused")
    tell(root, "looked_at", "end")
    notebook.wait_for_reply(LOOKED_AT)
    notebook.wait_for_text(LOOKED_AT, "Patient")
    return Looks(growing, paused, looks_of(notebook, "stored"))


@pytest.fixture(scope="module")
def root(lab: Lab) -> Path:
    return lab.jupyter.root


def test_an_answer_grows_where_it_will_stand(looks: Looks) -> None:
    assert len(looks.growing[0]) > 40
    assert looks.growing == looks.paused == looks.stored


def test_output_that_is_cleared_meanwhile_costs_nothing_but_the_display(
    notebook: OpenNotebook, root: Path, errors: list[str]
) -> None:
    notebook.start(CLEARED)
    notebook.wait_for_text(CLEARED, LAST)
    notebook.page.evaluate(CLEAR)
    assert notebook.outputs(CLEARED) == []
    tell(root, "cleared", "end")
    notebook.wait_for_reply(CLEARED)
    notebook.run(PRINTED)
    assert notebook.text(PRINTED).strip() == LAST[-11:]
    assert errors == []


def test_the_stop_button_keeps_the_text_that_came(
    notebook: OpenNotebook, errors: list[str]
) -> None:
    notebook.start(STOPPED)
    notebook.wait_for_text(STOPPED, LAST)
    click(notebook, "notebook:interrupt-kernel")
    notebook.wait_for_reply(STOPPED)
    notebook.wait_for_text(STOPPED, "stopped by you")
    assert LAST in notebook.text(STOPPED)
    notebook.run(NEXT)
    assert "the next cell works" in notebook.text(NEXT)
    assert errors == []


def test_a_kernel_that_is_restarted_in_a_stall_leaves_the_text_in_the_notebook(
    notebook: OpenNotebook, root: Path
) -> None:
    tell(root, "stalled", "rest")
    notebook.start(STALLED)
    notebook.wait_for_text(STALLED, LAST)
    notebook.wait_for_bundle(STALLED)
    click(notebook, "notebook:restart-kernel")
    notebook.page.locator(".jp-Dialog-button.jp-mod-accept").click()
    notebook.wait_for_kernel()
    assert LAST in notebook.text(STALLED)
    notebook.run(NEXT)
    notebook.save()
    (output,) = nbformat.read(notebook.path, as_version=4).cells[STALLED].outputs
    assert output["data"].keys() == {"text/html", "text/plain", "text/markdown"}
    assert LAST in output["data"]["text/plain"]
    assert "this answer is not finished" in output["data"]["text/html"]
