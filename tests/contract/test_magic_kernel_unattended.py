"""A notebook that nobody watches: nbclient runs it, as nbconvert and nbval do."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import ocinb

SETUP = """
%load_ext ocinb
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script
server = LocalDeployment(script=Script.answer("Hello *there*.")).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=server.endpoint, auth=server.auth)
"""


def notebook(*sources: str) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, *sources)]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(autouse=True)
def _package_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(ocinb.__file__).parents[1]))


def test_each_answer_is_one_output_and_the_same_in_every_run():
    stored = []
    for _ in range(2):
        run = notebook("%%ocichat llm\nhi", "_oci.text")
        NotebookClient(run, timeout=60).execute()
        _, answer, text = (cell.outputs for cell in run.cells)
        assert [output.output_type for output in answer] == ["display_data"]
        assert answer[0].data["text/plain"] == "Hello *there*."
        assert text[0].data["text/plain"] == "'Hello *there*.'"
        stored.append(answer)
    assert stored[0] == stored[1]


def test_an_error_stops_the_run_and_is_one_line_in_the_notebook():
    run = notebook("%%ocichat llm --top-p 3\nhi", "reached = True")
    with pytest.raises(CellExecutionError, match="--top-p 3: top_p must be"):
        NotebookClient(run, timeout=60).execute()
    (error,) = run.cells[1].outputs
    assert error.output_type == "error"
    assert error.ename == "ParameterError"
    assert len(error.traceback) == 1
    assert not run.cells[2].outputs
