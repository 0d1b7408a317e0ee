"""Rules for the notebooks themselves; nbval runs their cells."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def by_name(path: Path) -> str:
    return path.name


def code_of(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_first_notebook_is_there() -> None:
    assert [path.name for path in NOTEBOOKS][:1] == ["01-first-chat.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_a_notebook_is_named_by_number_verb_and_object(path: Path) -> None:
    assert re.fullmatch(r"\d\d(-[a-z]+){2,}\.ipynb", path.name)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_a_notebook_is_valid_and_its_cells_have_distinct_names(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    names = [cell["id"] for cell in notebook.cells]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_a_notebook_keeps_only_outputs_that_are_compared(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    for place, cell in enumerate(code_of(notebook), 1):
        # nbval takes outputs only where a cell was run: in order, from the top.
        assert cell.execution_count == (place if cell.outputs else None), cell.id
        assert set(cell.metadata) <= {"tags"}, cell.id
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            assert cell.outputs == [], cell.id
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert set(notebook.metadata.language_info) == {"name"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_an_output_holds_nothing_of_one_machine_or_one_run(path: Path) -> None:
    for cell in code_of(nbformat.read(path, as_version=4)):
        for output in cell.outputs:
            assert output.output_type in {"stream", "execute_result"}, cell.id
            shown = str(output)
            assert not re.search(r"/home|/root|/work|/tmp|127\.0\.0\.1", shown), cell.id
            assert not re.search(r"opc-request-id|\d\.\d+ s\b", shown), cell.id


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_every_answer_is_marked_as_changing_from_run_to_run(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.source.startswith("%%ocichat"):
            assert "nbval-ignore-output" in cell.metadata.get("tags", []), cell.id


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_a_notebook_begins_with_a_title_and_ends_with_text(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert cells[0].source.startswith("# ")
    assert cells[-1].cell_type == "markdown"
