"""All finished trials of a sweep as one table, and what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from ocinb.sweep import timing
from ocinb.sweep.results.extra import pandas, whole
from ocinb.sweep.results.naming import FIELDS, names_of_axes, names_of_scores
from ocinb.sweep.values import Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pandas import DataFrame

    from ocinb.sweep.store import Store
    from ocinb.sweep.values import Setting

__all__ = ["Trials", "read"]

_TYPES: Final = {
    each.name: {"float": "float64", "float | None": "float64"}.get(
        str(each.type), {"int": "int64", "int | None": "Int64"}.get(str(each.type), "")
    )
    for each in fields(Row)
}
"""Type of each column of numbers; a whole number that may be missing is an Int64."""


@dataclass(frozen=True)
class Trials:
    """The finished trials of a sweep at one moment.

    Attributes:
        frame: one row for each.
        settings: of the sweep, by number.
        axes: axis -> column.
        scores: scorer -> column.
        planned: setting -> how many trials are planned.
    """

    frame: DataFrame
    settings: Sequence[Setting]
    axes: Mapping[str, str]
    scores: Mapping[str, str]
    planned: Mapping[int, int]

    @property
    def count(self) -> int:
        """Trials that are planned."""
        return sum(self.planned.values())

    @property
    def is_ok(self) -> Any:
        """An array that tells of each row whether it is ok."""
        return (self.frame["status"] == "ok").to_numpy(dtype=bool)


def read(store: Store, sweep_id: int) -> Trials:
    """Return the finished trials of a sweep.

    Raises:
        MissingExtraError: pandas is not installed.
        StoreError: the store cannot be read.
    """
    pd = pandas()
    settings = store.settings(sweep_id)
    rows = dict(store.rows(sweep_id))
    scores = store.scores(sweep_id)
    planned = store.planned(sweep_id)
    texts = store.prompt_texts(sweep_id)
    axes = names_of_axes(dict.fromkeys(name for s in settings for name in s.values))
    scorers = names_of_scores(dict.fromkeys(scores["name"]), axes.values())
    columns = _axis_columns(pd, settings, axes, rows["setting"])
    columns |= {
        name: pd.Series(rows[name], dtype="int64") for name in ("setting", "prompt")
    }
    columns["prompt_text"] = [texts.get(number, "") for number in rows["prompt"]]
    columns |= {name: _typed(pd, name, rows[name]) for name in FIELDS}
    columns |= {
        name: pd.Series(values, dtype="float64")
        for name, values in _timings(rows).items()
    }
    columns |= _score_columns(rows["key"], scores, scorers)
    columns["key"] = [key.hex() for key in rows["key"]]
    return Trials(
        pd.DataFrame(columns),
        settings,
        axes,
        scorers,
        dict(zip(planned["setting"], planned["count"], strict=True)),
    )


def _axis_columns(
    pd: Any, settings: Sequence[Setting], axes: Mapping[str, str], numbers: list[int]
) -> dict[str, Any]:
    place = {setting.number: at for at, setting in enumerate(settings)}
    places = [place[number] for number in numbers]
    return {
        column: pd.Series([whole(s.value(axis)) for s in settings])
        .take(places)
        .reset_index(drop=True)
        for axis, column in axes.items()
    }


def _typed(pd: Any, name: str, values: list[Any]) -> Any:
    if not _TYPES[name]:
        return values
    if _TYPES[name] == "Int64":
        return pd.array([v if type(v) is int else None for v in values], dtype="Int64")
    return pd.Series(values, dtype=_TYPES[name])


def _timings(rows: Mapping[str, list[Any]]) -> dict[str, list[float | None]]:
    tokens, e2e_s = rows["completion_tokens"], rows["e2e_s"]
    return {
        "tpot_s": list(map(timing.tpot_s, rows["ttft_s"], e2e_s, tokens)),
        "itl_mean_s": list(map(timing.itl_mean_s, rows["content_s"], tokens)),
        "output_tokens_per_s": list(map(timing.output_tokens_per_s, e2e_s, tokens)),
    }


def _score_columns(
    keys: Sequence[bytes], scores: Mapping[str, list[Any]], columns: Mapping[str, str]
) -> dict[str, list[Any]]:
    """Return a column for each scorer, and one for its errors where it had any.

    A value is a number, or a text where the scorer gave one.
    """
    found: dict[str, dict[bytes, Any]] = {name: {} for name in columns}
    errors: dict[str, dict[bytes, str]] = {}
    told = (scores[name] for name in ("key", "name", "value", "text", "error"))
    for key, name, value, text, error in zip(*told, strict=True):
        found[name][key] = value if value is not None else text or None
        if error:
            errors.setdefault(name, {})[key] = error
    return {
        column: list(map(found[name].get, keys)) for name, column in columns.items()
    } | {
        f"{columns[name]}_error": [of.get(key, "") for key in keys]
        for name, of in errors.items()
    }
