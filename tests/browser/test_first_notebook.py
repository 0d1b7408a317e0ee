"""Notebook 01 in a real JupyterLab, with the real small model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01-first-chat.ipynb"
WIDGET = "application/vnd.jupyter.widget-view+json"
VISIBLE_STEPS = 5


@dataclass(frozen=True)
class Played:
    """What one run of the whole notebook showed."""

    frames: dict[str, list[str]]
    outputs: dict[str, list[dict[str, Any]]]
    reopened: OpenNotebook
    position: dict[str, int]

    def answer(self, name: str) -> str:
        return "".join(self.outputs[name][-1]["data"]["text/plain"])


@pytest.fixture(scope="module")
def played(lab: Lab) -> Played:
    """Run every cell, save, and open the file again where there is no kernel."""
    path = lab.copy(NOTEBOOK)
    cells = nbformat.read(path, as_version=4).cells
    position = {c.id: i for i, c in enumerate(cells) if c.cell_type == "code"}
    opened = lab.open(path)
    frames = {name: opened.run_and_watch(index) for name, index in position.items()}
    outputs = {name: opened.outputs(index) for name, index in position.items()}
    opened.picture("first-notebook", position["ask"])
    opened.save()
    opened.page.close()
    return Played(frames, outputs, lab.open(path, kernel=False), position)


@pytest.mark.parametrize("name", ["ask", "again", "python"])
def test_the_answer_grows_before_the_readers_eyes(played: Played, name: str) -> None:
    lengths = [len(text) for text in played.frames[name]]
    growing = [n for i, n in enumerate(lengths) if n > max(lengths[:i], default=0)]
    assert len(growing) >= VISIBLE_STEPS


@pytest.mark.parametrize("name", ["load", "local", "ask", "again", "python", "stop"])
def test_no_cell_fails(played: Played, name: str) -> None:
    outputs = played.outputs[name]
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]


@pytest.mark.parametrize("name", ["ask", "again"])
def test_what_is_saved_is_one_static_bundle(played: Played, name: str) -> None:
    (output,) = played.outputs[name]
    assert {"text/html", "text/plain", "text/markdown"} == set(output["data"])
    assert WIDGET not in output["data"]


@pytest.mark.parametrize("name", ["ask", "again"])
def test_the_answer_is_readable_without_a_kernel(played: Played, name: str) -> None:
    words = played.answer(name).split()
    shown = played.reopened.text(played.position[name])
    assert len(words) > 10
    assert words[0] in shown
    assert "not found" not in shown
    played.reopened.picture("reopened", played.position[name])
