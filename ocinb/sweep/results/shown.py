"""A sweep's results at a glance: settings and what they answered to the first prompts."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ocinb.errors import one_line
from ocinb.sweep.results.extra import is_missing
from ocinb.sweep.results.measured import usual
from ocinb.sweep.results.page import Cell
from ocinb.sweep.results.summary import summarised

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ocinb.sweep.results.trials import Trials

__all__ = ["PROMPTS", "SETTINGS", "at_a_glance"]

Table: TypeAlias = "tuple[list[str], list[list[Cell]]]"
"""Heads and rows."""

SETTINGS: Final = 20
PROMPTS: Final = 5
METRICS: Final = 4
"""How many of each are shown."""

_MOST: Final = 40
"""Characters of a value of an axis."""


def at_a_glance(trials: Trials) -> tuple[list[Table], list[str]]:
    """Return a table of figures and one of answers, and how to read them."""
    first = trials.settings[:SETTINGS]
    part = _part(trials, [setting.number for setting in first])
    texts = _texts(part)
    tables = [_figures(part), _answers(part, dict(sorted(texts.items())[:PROMPTS]))]
    return tables, _legend(trials, len(texts))


def _figures(trials: Trials) -> Table:
    """Return each setting's values, counts and means with their intervals."""
    metrics = _chosen(usual(trials))
    axes = list(trials.axes.values())
    rows = [
        [
            Cell(str(row["setting"])),
            *(Cell(_value(row[name])) for name in axes),
            *(Cell(f"{row['n']}/{row['planned']}"), Cell(str(row["failed"] or ""))),
            *(Cell(_figure(row, name)) for name in metrics),
        ]
        for row in summarised(trials, None, metrics).to_dict("records")
    ]
    return ["setting", *axes, "n", "failed", *metrics], rows


def _answers(trials: Trials, prompts: Mapping[int, str]) -> Table:
    """Return what each setting answered to some prompts."""
    cells = _cells(trials, list(prompts))
    nothing = Cell("no answer yet", note=True)
    rows = [
        [
            Cell(str(setting.number)),
            *(cells.get((setting.number, prompt), nothing) for prompt in prompts),
        ]
        for setting in trials.settings
    ]
    heads = [text or f"prompt {number}" for number, text in prompts.items()]
    return ["setting", *heads], rows if prompts else []


def _part(trials: Trials, numbers: Sequence[int]) -> Trials:
    """Return the trials of some settings alone."""
    frame = trials.frame
    chosen = frame[frame["setting"].isin(numbers)].reset_index(drop=True)
    settings = [s for s in trials.settings if s.number in numbers]
    return replace(trials, frame=chosen, settings=settings)


def _chosen(names: Sequence[str]) -> list[str]:
    """Return what is shown: scores first, then times."""
    scores = [name for name in names if name.startswith("score_")]
    return [*scores, *(name for name in names if name not in scores)][:METRICS]


def _texts(trials: Trials) -> dict[int, str]:
    first = trials.frame.drop_duplicates("prompt")
    return dict(
        zip(first["prompt"].tolist(), first["prompt_text"].tolist(), strict=True)
    )


def _cells(trials: Trials, prompts: Sequence[int]) -> dict[tuple[int, int], Cell]:
    frame = trials.frame[trials.frame["prompt"].isin(prompts)]
    found: dict[tuple[int, int], list[Any]] = {}
    for row in frame[
        ["setting", "prompt", "status", "text", "tool_calls", "error"]
    ].itertuples():
        found.setdefault((row.setting, row.prompt), []).append(row)
    return {place: _answer(rows) for place, rows in found.items()}


def _answer(rows: Sequence[Any]) -> Cell:
    """Return the first answer of several, and how many differ from one another."""
    good = [row for row in rows if row.status == "ok"]
    if not good:
        return Cell(f"failed: {rows[0].error}", note=True)
    text = good[0].text or _called(good[0].tool_calls) or "(empty)"
    different = len({row.text for row in good})
    failed = len(rows) - len(good)
    told = [
        *([f"{different} different of {len(good)}"] if different > 1 else []),
        *([f"{failed} failed"] if failed else []),
    ]
    return Cell(text, remark=", ".join(told))


def _called(calls: str) -> str:
    return ", ".join(
        f"{call.get('name')}({json.dumps(call.get('args'))})"
        for call in json.loads(calls or "[]")
    )


def _figure(row: dict[str, Any], name: str) -> str:
    value, low, high = (row[f"{name}_{which}"] for which in ("mean", "low", "high"))
    if math.isnan(value):
        return "-"
    return f"{value:.3g}" + ("" if math.isnan(low) else f" [{low:.3g}, {high:.3g}]")


def _value(value: Any) -> str:
    if is_missing(value):
        return ""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return one_line(text, _MOST)


def _legend(trials: Trials, prompts: int) -> list[str]:
    settings = len(trials.settings) - SETTINGS
    told = [
        *([f"{settings:,} more settings"] if settings > 0 else []),
        *([f"{prompts - PROMPTS:,} more prompts"] if prompts > PROMPTS else []),
    ]
    figures = (
        "figures: mean [95 % interval by prompt] of successful trials; n: ok/planned"
    )
    hidden = [f"not shown: {', '.join(told)}; see .df and .summary()"] if told else []
    return [figures, *hidden]
