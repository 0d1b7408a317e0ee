"""The page on sweeps lists the metrics that there are."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ocinb.sweep.metrics import METRICS
from ocinb.sweep.metrics.reference import renewed, table

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parents[4] / "docs" / "sweep.md"


def test_the_page_has_the_table_of_today() -> None:
    """Otherwise: python -m ocinb.sweep.metrics.reference docs/sweep.md."""
    page = PAGE.read_text("utf-8")
    assert table() in page
    assert renewed(page) == page


def test_every_metric_has_a_line_with_its_unit_and_its_help() -> None:
    lines = table().splitlines()[2:]
    assert len(lines) == len(METRICS)
    for line, metric in zip(lines, METRICS.values(), strict=True):
        assert line.startswith(f"| `{metric.name}` | {metric.unit} |")
        assert metric.help in line


def test_a_page_is_renewed_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table: metrics -->\nold\n<!-- end -->\nafter\n")
    monkeypatch.setattr(sys, "argv", ["reference", str(page)])
    monkeypatch.delitem(sys.modules, "ocinb.sweep.metrics.reference")
    runpy.run_module("ocinb.sweep.metrics.reference", run_name="__main__")
    assert page.read_text("utf-8") == (
        f"before\n<!-- table: metrics -->\n{table()}<!-- end -->\nafter\n"
    )
