"""The table of metrics in `docs/sweep.md`, made from the one list of them.

`python -m ocinb.sweep.metrics.reference docs/sweep.md` renews it in place.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from ocinb.sweep.metrics.catalogue import METRICS

__all__ = ["renewed", "table"]

_PLACE: Final = re.compile(r"(<!-- table: metrics -->\n).*?(<!-- end -->)", re.DOTALL)


def table() -> str:
    """Return the table of metrics as Markdown."""
    head = "| metric | unit | better | of | what it is |\n|---|---|---|---|---|\n"
    rows = [
        f"| `{each.name}` | {each.unit} | {each.better or ''} | {_OF[each.kind]} "
        f"| {each.help} |\n"
        for each in METRICS.values()
    ]
    return head + "".join(rows)


_OF: Final = {"row": "an answer", "group": "the repeats"}


def renewed(page: str) -> str:
    """Return a page with the table between its marks made anew."""
    return _PLACE.sub(lambda found: f"{found[1]}{table()}{found[2]}", page)


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.write_text(renewed(path.read_text("utf-8")), "utf-8")
