"""pandas, brought in when a table is made, and what its fields may hold."""

from __future__ import annotations

import math
from typing import Any

from ocinb.errors import MissingExtraError

__all__ = ["is_missing", "pandas", "whole"]


def pandas() -> Any:
    """Return the pandas module.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import pandas as pd  # noqa: PLC0415 - heavy, and only a table needs it
    except ImportError as error:
        msg = "the results of a sweep need pandas, which is not installed"
        raise MissingExtraError(msg, hint='pip install "ocinb[sweep]"') from error
    return pd


def is_missing(value: Any) -> bool:
    """Tell whether a field of a table holds nothing: None, NaN or pandas' own NA."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or type(value).__name__ == "NAType"


def whole(value: Any) -> Any:
    """Return a value whose text, if it is one, has no half characters."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
