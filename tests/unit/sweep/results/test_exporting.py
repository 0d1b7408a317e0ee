"""The table of trials as a file, whole or not at all."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from ocinb.errors import ConfigurationError, MissingExtraError
from ocinb.sweep.results.exporting import write_parquet
from tests.unit.sweep.results.made import made

if TYPE_CHECKING:
    from pathlib import Path

    from ocinb.sweep.results import SweepResult

pd = pytest.importorskip("pandas")

TEXT = 'Grüße 🙂, "quoted"\nand a second line; =1+1'


@pytest.fixture
def result() -> SweepResult:
    return made(
        lambda s, p, k: (
            {"text": TEXT, "e2e_s": 0.1 + s, "seed": k or None}
            | {"error": "boom" if p else ""}
        ),
        settings=[{"stop": ["a"], "system": "x"}, {"stop": None, "system": None}],
        scores=lambda *_: {"good": 1.0},
    )


def test_csv_holds_every_row_and_column(result: SweepResult, tmp_path: Path):
    path = result.to_csv(tmp_path / "r.csv")
    read = pd.read_csv(path)
    assert list(read.columns) == list(result.df.columns)
    assert len(read) == 8
    assert read["text"].tolist() == [TEXT] * 8
    assert read["stop"][0] == '["a"]'
    assert read["stop"].isna().sum() == 4


def test_a_line_of_json_is_a_trial(result: SweepResult, tmp_path: Path):
    path = result.to_jsonl(tmp_path / "r.jsonl")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(rows) == 8
    assert rows[0]["text"] == TEXT
    assert rows[0]["stop"] == ["a"]
    assert rows[-1]["stop"] is None
    assert rows[0]["seed"] is None
    assert rows[-1]["error"] == "boom"
    assert rows[-1]["e2e_s"] == 1.1


def test_parquet_keeps_types(result: SweepResult, tmp_path: Path):
    pytest.importorskip("pyarrow")
    read = pd.read_parquet(result.to_parquet(tmp_path / "r.parquet"))
    assert read["e2e_s"].tolist() == result.df["e2e_s"].tolist()
    assert read["text"].tolist() == [TEXT] * 8
    assert read["stop"].tolist()[0] == '["a"]'
    assert read["seed"].tolist()[1] == 1


def test_without_pyarrow_parquet_names_it(
    result: SweepResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    frame = result.df
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError, match="pip install pyarrow, or to_csv"):
        write_parquet(frame, tmp_path / "r.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(result: SweepResult, tmp_path: Path):
    for write in (result.to_csv, result.to_jsonl, result.to_parquet):
        with pytest.raises(ConfigurationError, match="cannot be written"):
            write(tmp_path / "missing" / "r.x")


def test_a_file_that_is_there_is_replaced_whole(result: SweepResult, tmp_path: Path):
    path = tmp_path / "r.csv"
    path.write_text("x" * 100_000)
    result.to_csv(str(path))
    assert "xxx" not in path.read_text("utf-8")
    assert list(tmp_path.iterdir()) == [path]
