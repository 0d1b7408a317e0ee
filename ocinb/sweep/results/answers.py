"""Metrics of answers, which are measured when somebody asks for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ocinb.sweep.results.extra import is_missing
from ocinb.sweep.values import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.sweep.metrics.catalogue import Metric
    from ocinb.sweep.results.trials import Trials

__all__ = ["answers_of"]


def answers_of(trials: Trials, metric: Metric) -> tuple[Any, Any]:
    """Return places of rows in the table, and the metric's value at each.

    A metric of all repeats of one (setting, prompt) has its value at the place of the
    first of them. Where there is no value, there is no place.
    """
    import numpy as np  # noqa: PLC0415 - heavy, and only a summary needs it

    found = (
        _of_rows(trials, metric) if metric.kind == "row" else _of_groups(trials, metric)
    )
    pairs = [(place, float(value)) for place, value in found if value is not None]
    places = np.array([place for place, _ in pairs], dtype=int)
    return places, np.array([value for _, value in pairs], dtype=float)


def _of_rows(trials: Trials, metric: Metric) -> Iterator[tuple[int, float | None]]:
    wanted = ("text", "tool_calls", "finish_reason", "reasoning")
    numbers = ("logprob_sum", "logprob_count", "completion_tokens")
    frame = trials.frame[trials.is_ok]
    names = (*wanted, *numbers)
    columns = [frame[name].astype(object).tolist() for name in names]
    for place, *values in zip(frame.index, *columns, strict=True):
        facts = {n: v for n, v in zip(names, values, strict=True) if not is_missing(v)}
        calls = json.loads(facts.pop("tool_calls", "") or "[]")
        row = Row(b"", "ok", 0, tool_calls=calls, **facts)
        yield place, metric.of(row)


def _of_groups(trials: Trials, metric: Metric) -> Iterator[tuple[int, float | None]]:
    groups: dict[tuple[int, int], list[int]] = {}
    frame = trials.frame[trials.is_ok]
    texts = dict(zip(frame.index, frame["text"].tolist(), strict=True))
    for place, setting, prompt in zip(
        frame.index, frame["setting"].tolist(), frame["prompt"].tolist(), strict=True
    ):
        groups.setdefault((setting, prompt), []).append(place)
    for places in groups.values():
        yield places[0], metric.of([texts[place] for place in places])
