"""A sweep's results at a glance: settings and what they answered to the first prompts."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import one_line
from ocinb.sweep.results.extra import is_missing
from ocinb.sweep.results.measured import usual
from ocinb.sweep.results.page import Cell
from ocinb.sweep.results.summary import summarised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ocinb.sweep.results.trials import Trials

__all__ = ["PROMPTS", "SETTINGS", "at_a_glance"]

SETTINGS: Final = 20
PROMPTS: Final = 5
METRICS: Final = 4
"""How many of each are shown."""

_MOST: Final = 40
"""Characters of a value of an axis."""


def at_a_glance(
    trials: Trials,
) -> tuple[tuple[list[str], list[list[Cell]]], list[str]]:
    """Return the heads and rows of a table, and what it leaves out."""
    first = trials.settings[:SETTINGS]
    numbers = [setting.number for setting in first]
    part = _part(trials, numbers)
    metrics = _chosen(usual(part))
    figures = summarised(part, None, metrics).to_dict("records")
    texts = _texts(part)
    prompts = sorted(texts)[:PROMPTS]
    heads = [
        *("setting", *trials.axes.values(), "n", "failed"),
        *metrics,
        *(texts[number] or f"prompt {number}" for number in prompts),
    ]
    cells = _answers(part, prompts)
    rows = [
        [
            Cell(str(row["setting"])),
            *(Cell(_value(row[name])) for name in trials.axes.values()),
            *(Cell(f"{row['n']}/{row['planned']}"), Cell(str(row["failed"] or ""))),
            *(Cell(_figure(row, name)) for name in metrics),
            *(
                cells.get((row["setting"], p), Cell("no answer yet", note=True))
                for p in prompts
            ),
        ]
        for row in figures
    ]
    return (heads, rows), _left_out(trials, len(texts))


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


def _answers(trials: Trials, prompts: Sequence[int]) -> dict[tuple[int, int], Cell]:
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


def _left_out(trials: Trials, prompts: int) -> list[str]:
    settings = len(trials.settings) - SETTINGS
    told = [
        *([f"{settings:,} more settings"] if settings > 0 else []),
        *([f"{prompts - PROMPTS:,} more prompts"] if prompts > PROMPTS else []),
    ]
    return [f"not shown: {', '.join(told)}; see .df and .summary()"] if told else []
