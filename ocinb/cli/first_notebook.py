"""Where the first notebook lies, and its cells."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

__all__ = ["NAME", "Cell", "find", "read"]

NAME: Final = "01-first-chat.ipynb"


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook."""

    kind: Literal["code", "markdown", "raw"]
    source: str

    @property
    def asks(self) -> bool:
        """Whether running the cell streams an answer."""
        return self.source.startswith("%%ocichat")

    @property
    def heading(self) -> str:
        """The text of the cell's heading, "" if it begins with none."""
        first = self.source.partition("\n")[0]
        is_heading = self.kind == "markdown" and first.startswith("#")
        return first.lstrip("# ") if is_heading else ""


def find() -> Path:
    """Return the notebook's path: beside this module, or in a source checkout."""
    here = Path(__file__)
    places = (here.with_name(NAME), here.parents[2] / "notebooks" / NAME)
    return next(place for place in places if place.is_file())


def read(path: Path) -> tuple[Cell, ...]:
    """Read the cells of a notebook file (format 4)."""
    notebook = json.loads(path.read_text("utf-8"))
    # A cell's source is one string or a list of lines; joining serves both.
    return tuple(
        Cell(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]
    )
