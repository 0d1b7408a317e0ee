"""Names of columns, each of which stands once."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from ocinb.sweep.values import Row

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FIELDS", "OWN", "TIMINGS", "names_of_axes", "names_of_scores"]

TIMINGS: Final = ("tpot_s", "itl_mean_s", "output_tokens_per_s")
"""Columns that follow from others, by the formulas of `ocinb.sweep.timing`."""

_FIRST: Final = ("repeat", "seed", "status", "text")
FIELDS: Final = (
    *_FIRST,
    *(each.name for each in fields(Row) if each.name not in {*_FIRST, "key"}),
)
"""Fields of a row in the order of columns; its key stands last."""

OWN: Final = ("setting", "prompt", "prompt_text", *FIELDS, *TIMINGS, "key")
"""Every column that is neither an axis nor a score."""


def names_of_axes(axes: Iterable[str]) -> dict[str, str]:
    """Return axis -> column: `param_error` for an axis that is called `error`."""
    return _named(axes, set(OWN), "param_")


def names_of_scores(scorers: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return scorer -> column, `score_` and its name.

    Args:
        scorers: their names.
        taken: columns that are there already.
    """
    found: dict[str, str] = {}
    used = set(taken)
    for scorer in scorers:
        found[scorer] = _free(normalize("NFC", f"score_{scorer}"), used)
        used.add(found[scorer])
    return found


def _named(names: Iterable[str], taken: set[str], prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    used = set(taken)
    for name in names:
        column = normalize("NFC", name)
        found[name] = _free(prefix + column if column in used else column, used)
        used.add(found[name])
    return found


def _free(name: str, used: set[str]) -> str:
    chosen, number = name, 1
    while chosen in used:
        number += 1
        chosen = f"{name}_{number}"
    return chosen
