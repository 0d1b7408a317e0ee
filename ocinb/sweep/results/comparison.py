"""Two settings side by side: what each answered, and how far apart they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ParameterError, one_line
from ocinb.sweep.results.difference import difference_of
from ocinb.sweep.results.extra import pandas
from ocinb.sweep.results.measured import measure, usual
from ocinb.sweep.results.page import Cell, page, plain, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

    from ocinb.sweep.results.trials import Trials
    from ocinb.sweep.values import Setting

__all__ = ["Comparison", "compared", "found_setting"]

SHOWN: Final = 5
"""Pairs of answers that a display shows."""


@dataclass(frozen=True)
class Comparison:
    """What two settings answered, and how far apart they are.

    Attributes:
        a: the first setting.
        b: the second one.
        df: a row for each prompt and repeat that either has: `prompt`, `prompt_text`,
            `repeat`, `text_a`, `text_b`, `same`, `error_a`, `error_b`.
        differences: a row for each metric: `metric`, `a`, `b` (means), `difference`
            (a less b), `low` and `high` (its 95 % interval, paired by prompt),
            `distinguishable`, `note`.
    """

    a: Setting
    b: Setting
    df: DataFrame
    differences: DataFrame

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        heads, rows = self._differences()
        texts, pairs = self._texts()
        more = len(self.df) - len(pairs)
        notes = [f"{more:,} more answers: see .df"] if more > 0 else []
        title = f"A: {self.a} | B: {self.b}"
        return {
            "text/html": page(title, [table(heads, rows), table(texts, pairs)], notes),
            "text/plain": plain(title, [(heads, rows), (texts, pairs)], notes),
        }

    def _differences(self) -> tuple[list[str], list[list[Cell]]]:
        heads = ["Metric", "A", "B", "A less B", "95 % interval", ""]
        rows = [
            [
                Cell(row.metric),
                *(Cell(f"{value:.3g}") for value in (row.a, row.b, row.difference)),
                Cell(f"{row.low:.3g} to {row.high:.3g}"),
                Cell("" if row.distinguishable else "not distinguishable", note=True),
            ]
            for row in self.differences.itertuples()
        ]
        return heads, rows

    def _texts(self) -> tuple[list[str], list[list[Cell]]]:
        heads = ["Prompt", "Repeat", "A", "B"]
        rows = [
            [
                Cell(row.prompt_text),
                Cell(str(row.repeat)),
                Cell(row.error_a or row.text_a, note=bool(row.error_a)),
                Cell(row.error_b or row.text_b, note=bool(row.error_b)),
            ]
            for row in self.df.sort_values(["repeat", "prompt"])
            .head(SHOWN)
            .itertuples()
        ]
        return heads, rows


def compared(trials: Trials, a: Any, b: Any) -> Comparison:
    """Return two settings side by side.

    Args:
        trials: of a sweep.
        a: see `found_setting`.
        b: another one.

    Raises:
        ParameterError: there is no such setting, or several.
    """
    first, second = (found_setting(trials.settings, each) for each in (a, b))
    return Comparison(
        first,
        second,
        _answers(trials, first.number, second.number),
        _differences(trials, first.number, second.number),
    )


def found_setting(settings: Sequence[Setting], wanted: Any) -> Setting:
    """Return the setting that somebody means.

    Args:
        settings: to choose from.
        wanted: its number, itself, or values that only it has.

    Raises:
        ParameterError: there is none, or there are several.
    """
    found = [each for each in settings if _is_meant(each, wanted)]
    if len(found) == 1:
        return found[0]
    shown = one_line(str(wanted), 100)
    if not found:
        msg = f"there is no setting {shown}: numbers are 0 to {len(settings) - 1}"
        raise ParameterError(msg)
    msg = f"{len(found)} settings have {shown}: name more of their values"
    raise ParameterError(msg)


_ABSENT: Final = object()


def _is_meant(setting: Setting, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        own, shown = setting.values, setting.shown
        return all(
            value in (own.get(name, _ABSENT), shown.get(name, _ABSENT))
            for name, value in wanted.items()
        )
    return bool(setting.number == getattr(wanted, "number", wanted))


def _answers(trials: Trials, a: int, b: int) -> DataFrame:
    at = ["prompt", "prompt_text", "repeat"]
    frame = trials.frame
    sides = [frame.loc[frame["setting"] == n, [*at, "text", "error"]] for n in (a, b)]
    both = sides[0].merge(sides[1], on=at, how="outer", suffixes=("_a", "_b"))
    both["same"] = both["text_a"] == both["text_b"]
    columns = ["text_a", "text_b", "same", "error_a", "error_b"]
    told = both[[*at, *columns]].sort_values(["prompt", "repeat"], ignore_index=True)
    texts = [name for name in columns if name != "same"]
    told[texts] = told[texts].fillna("")
    return told


def _differences(trials: Trials, a: int, b: int) -> DataFrame:
    rows = []
    for name in usual(trials):
        measured = measure(trials, name)
        values = [measured.values[measured.settings == n] for n in (a, b)]
        if not all(each.size for each in values):
            continue
        interval = difference_of(measured, a, b)
        means = float(values[0].mean()), float(values[1].mean())
        rows.append(
            {
                "metric": name,
                "a": means[0],
                "b": means[1],
                "difference": means[0] - means[1],
                "low": interval.low,
                "high": interval.high,
                "distinguishable": not interval.holds(0),
                "note": interval.note,
            }
        )
    columns = [
        "metric",
        "a",
        "b",
        "difference",
        "low",
        "high",
        "distinguishable",
        "note",
    ]
    return pandas().DataFrame(rows, columns=columns)
