"""Settings of an old file that this version may not know."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ocinb.errors import ParameterError, one_line
from ocinb.sampling import PARAMETERS, ParameterWarning, check, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["restored"]


def restored(params: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the settings that can still be used, and a note for each other one."""
    usable: dict[str, Any] = {}
    notes: list[str] = []
    with warnings.catch_warnings():  # said when they were set
        warnings.simplefilter("ignore", ParameterWarning)
        for name, value in params.items():
            if name not in PARAMETERS:
                question = did_you_mean(str(name), PARAMETERS)
                notes.append(f"ignored: {one_line(str(name), 60)} is unknown{question}")
                continue
            try:
                usable[name] = check(name, value)
            except ParameterError as error:
                notes.append(f"ignored: {error.message}")
    return usable, notes
