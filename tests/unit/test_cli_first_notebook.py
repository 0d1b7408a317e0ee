from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ocinb.cli import first_notebook

if TYPE_CHECKING:
    from pathlib import Path


def test_the_notebook_is_found_and_holds_an_answer_cell() -> None:
    cells = first_notebook.read(first_notebook.find())
    assert [cell for cell in cells if cell.asks]
    assert next(cell.heading for cell in cells if cell.heading) == "First chat"


def test_a_source_may_be_a_string_or_a_list_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    cells = [
        {"cell_type": "code", "source": "a = 1\nb = 2"},
        {"cell_type": "code", "source": ["a = 1\n", "b = 2"]},
    ]
    path.write_text(json.dumps({"cells": cells}))
    one, other = first_notebook.read(path)
    assert one == other == first_notebook.Cell("code", "a = 1\nb = 2")


def test_only_a_markdown_heading_is_a_heading() -> None:
    cell = first_notebook.Cell
    assert cell("markdown", "## Ask on\n\nText").heading == "Ask on"
    assert cell("markdown", "Text").heading == ""
    assert cell("code", "# a comment").heading == ""


def test_only_a_cell_magic_asks() -> None:
    cell = first_notebook.Cell
    assert cell("code", "%%ocichat --seed 7\nHello").asks
    assert not cell("code", "%ocichat local").asks
