"""A table of trials as a file, whole or not at all."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocinb.errors import MissingExtraError
from ocinb.saved.file import write_whole
from ocinb.sweep.results.extra import is_missing

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["write_csv", "write_jsonl", "write_parquet"]


def write_csv(frame: DataFrame, path: str | Path) -> Path:
    """Write a table as CSV in UTF-8 and return where it is.

    Raises:
        ConfigurationError: it cannot be written; what was there is as it was.
    """
    return _write(path, _flat(frame).to_csv(index=False).encode())


def write_jsonl(frame: DataFrame, path: str | Path) -> Path:
    """Write a table as one JSON object a line and return where it is.

    Raises:
        ConfigurationError: it cannot be written; what was there is as it was.
    """
    text = frame.to_json(orient="records", lines=True, double_precision=15)
    return _write(path, text.encode())


def write_parquet(frame: DataFrame, path: str | Path) -> Path:
    """Write a table as Parquet and return where it is.

    Raises:
        ConfigurationError: it cannot be written; what was there is as it was.
        MissingExtraError: pyarrow is not installed.
    """
    whole = io.BytesIO()
    try:
        _flat(frame).to_parquet(whole, index=False, engine="pyarrow")
    except ImportError as error:
        msg = "Parquet needs pyarrow, which is not installed"
        raise MissingExtraError(msg, hint="pip install pyarrow, or to_csv") from error
    return _write(path, whole.getvalue())


def _write(path: str | Path, content: bytes) -> Path:
    target = Path(path).expanduser()
    write_whole(target, content)
    return target


def _flat(frame: DataFrame) -> DataFrame:
    """Return a table whose columns hold one kind of value each.

    An axis may have texts, numbers and lists at once; such a column becomes JSON.
    """
    mixed = {
        name: frame[name].map(_as_json)
        for name in frame.columns
        if frame[name].dtype == object and not _is_plain(frame[name].tolist())
    }
    return frame.assign(**mixed)


def _is_plain(values: list[Any]) -> bool:
    kinds = {type(value) for value in values if not is_missing(value)}
    return len(kinds) <= 1 and kinds <= {str, int, float, bool}


def _as_json(value: Any) -> str | None:
    return None if is_missing(value) else json.dumps(value)
