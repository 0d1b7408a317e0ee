"""The magic in Notebook 7."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from tests.browser.boxes import boxes_of
from tests.browser.patient import ANSWER, LAST, SET_UP, tell

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

CELLS = (
    f"{SET_UP}\nseven = Patient(name='seven', text=Path('seven.md').read_text())",
    "%%ocichat seven\nOne of each.",
)
ASKED = 1
STEPS = 3


@dataclass(frozen=True)
class Answered:
    """An answer in Notebook 7, while it grew and when it was whole."""

    notebook: OpenNotebook
    seen: list[str]
    growing: list[Any]


@pytest.fixture(scope="module")
def answered(lab: Lab) -> Answered:
    (lab.jupyter.root / "seven.md").write_text(ANSWER)
    path = lab.write("seven.ipynb", *CELLS)
    notebook = lab.open(path, application="Notebook 7")
    assert notebook.page.evaluate("jupyterapp.name") == "Jupyter Notebook"
    notebook.use_theme("Light")  # another test may have left the other one
    notebook.run(0)
    with notebook.watched(ASKED) as seen:
        notebook.start(ASKED)
        notebook.wait_for_text(ASKED, LAST)
    growing = boxes_of(notebook, ASKED)
    tell(lab.jupyter.root, "seven", "end")
    notebook.wait_for_reply(ASKED)
    notebook.wait_for_bundle(ASKED)
    notebook.picture("notebook7", ASKED)
    return Answered(notebook, seen, growing)


def test_the_answer_grows_before_the_readers_eyes(answered: Answered) -> None:
    lengths = [len(text) for text in answered.seen if "One of each" in text]
    assert len(lengths) >= STEPS
    assert lengths == sorted(lengths)


def test_it_grows_where_it_will_stand(answered: Answered) -> None:
    assert answered.growing == boxes_of(answered.notebook, ASKED)


def test_the_saved_notebook_holds_the_bundle(answered: Answered) -> None:
    answered.notebook.save()
    path = answered.notebook.path
    (output,) = nbformat.read(path, as_version=4).cells[ASKED].outputs
    assert output["data"].keys() == {"text/html", "text/plain", "text/markdown"}
    assert output["data"]["text/plain"] == ANSWER
