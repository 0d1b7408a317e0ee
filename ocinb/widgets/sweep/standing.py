"""How each setting stands in one metric: its mean, its interval and who is best."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ParameterError, one_line
from ocinb.rendering import escape
from ocinb.sweep.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ocinb.sweep.results import SweepResult

__all__ = [
    "HEAD_HTML",
    "Line",
    "Standing",
    "line_html_of",
    "metrics_of",
    "scale_of",
    "standing",
]

BEST, LEADS, TIED, ALONE = "best", "leads", "tied", ""
_NAMED: Final = 3
_PAIR: Final = 2

HEAD_HTML: Final = (
    '<div class="ocinb ocinb-figures ocinb-figures-head"><span>mean</span>'
    "<span>95 % interval</span><span></span><span>answered</span><span></span></div>"
)


@dataclass(frozen=True)
class Line:
    """One setting.

    Attributes:
        number: of the setting.
        name: its values, in one line.
        mean: of the metric; NaN if it has no value.
        low: lower end of the 95 % interval; NaN if there is none.
        high: its upper end.
        n: trials that were answered.
        planned: trials there are.
        failed: trials that failed.
        mark: whether it is best, or may be.
        note: what the interval is, where it is not the usual one.
    """

    number: int
    name: str
    mean: float
    low: float
    high: float
    n: int
    planned: int
    failed: int
    mark: str = ALONE
    note: str = ""


@dataclass(frozen=True)
class Standing:
    """All settings in one metric.

    Attributes:
        lines: one a setting.
        told: which one is best, with those that cannot be told from it, or why nobody
            can say.
    """

    lines: tuple[Line, ...]
    told: str


def metrics_of(result: SweepResult) -> list[tuple[str, str]]:
    """Return what may be chosen: text and name of each metric, scores first."""
    trials = result.trials
    scores = [(f"{scorer} (score)", name) for scorer, name in trials.scores.items()]
    known = [(f"{m.name}: {m.help}", m.name) for m in METRICS.values()]
    return [(one_line(text, 80), name) for text, name in (*scores, *known)]


def standing(
    result: SweepResult,
    metric: str,
    *,
    higher: bool | None = None,
    by_value: bool = False,
) -> Standing:
    """Return how the settings stand.

    Args:
        result: of a sweep.
        metric: its name.
        higher: whether more is better; None is as it is known.
        by_value: True puts the best first, False keeps the order of the space.

    Raises:
        ParameterError: there is no such metric.
        MissingExtraError: pandas is not installed.
    """
    rows = result.summary(metrics=[metric]).to_dict("records")
    marks, told, is_higher = _marks(result, metric, higher=higher)
    if sum(not math.isnan(row[f"{metric}_mean"]) for row in rows) < _PAIR:
        marks, told = {}, ""  # nothing to be better than
    names = {setting.number: str(setting) for setting in result.settings}
    lines = [
        Line(
            number=row["setting"],
            name=one_line(names[row["setting"]], 200),
            mean=float(row[f"{metric}_mean"]),
            low=float(row[f"{metric}_low"]),
            high=float(row[f"{metric}_high"]),
            n=int(row["n"]),
            planned=int(row["planned"]),
            failed=int(row["failed"]),
            mark=marks.get(row["setting"], ALONE),
            note=str(row["note"]),
        )
        for row in rows
    ]
    if by_value:
        lines.sort(key=lambda line: _place(line, is_higher=is_higher))
    return Standing(tuple(lines), told)


def _place(line: Line, *, is_higher: bool) -> tuple[bool, float]:
    if math.isnan(line.mean):
        return True, 0.0
    return False, -line.mean if is_higher else line.mean


def _marks(
    result: SweepResult, metric: str, *, higher: bool | None
) -> tuple[dict[int, str], str, bool]:
    """Return setting -> its mark, what is told, and whether more is better."""
    try:
        best = result.best(metric, higher=higher)
    except ParameterError as error:  # nobody knows which way is better, or no value
        return {}, error.message, bool(higher)
    tied = {setting.number: TIED for setting in best.ties}
    lead = BEST if best.distinguishable else LEADS
    told = f"best {metric}: {best.leader}"
    if best.ties:
        others = "; ".join(map(str, best.ties[:_NAMED]))
        more = len(best.ties) - _NAMED
        others += f" and {more:,} more" if more > 0 else ""
        told = f"no best {metric}: {best.leader} is not distinguishable from {others}"
    told += f" ({best.note})" if best.note else ""
    return {best.leader.number: lead, **tied}, told, best.higher


def line_html_of(line: Line, scale: tuple[float, float]) -> str:
    """Return the figures of a setting as safe HTML.

    Args:
        line: the setting.
        scale: where the bars of all settings begin and end.
    """
    failed = f"{line.failed:,} failed" if line.failed else ""
    mark = f'<span class="ocinb-mark-best">{escape(line.mark)}</span>'
    cells = (
        f"<strong>{_number(line.mean)}</strong>",
        escape(_interval(line)),
        _bar(line, scale),
        f"{line.n:,} of {line.planned:,}",
        f"{mark if line.mark else ''} {escape(failed)}",
    )
    title = f' title="{escape(one_line(line.note, 200))}"' if line.note else ""
    inner = "".join(f"<span>{cell}</span>" for cell in cells)
    return f'<div class="ocinb ocinb-figures"{title}>{inner}</div>'


def scale_of(lines: Sequence[Line]) -> tuple[float, float]:
    """Return the least and the greatest number of all intervals."""
    ends = [
        end
        for line in lines
        for end in (line.low, line.mean, line.high)
        if not math.isnan(end)
    ]
    return (min(ends), max(ends)) if ends else (0.0, 1.0)


def _interval(line: Line) -> str:
    if math.isnan(line.low):
        return "-"
    return f"{_number(line.low)} to {_number(line.high)}"


def _number(value: Any) -> str:
    return "-" if math.isnan(value) else f"{value:.3g}"


def _bar(line: Line, scale: tuple[float, float]) -> str:
    """Draw the interval with the mean in it, on the scale of all settings."""
    span = scale[1] - scale[0]
    if math.isnan(line.mean) or span <= 0:
        return ""
    low, high = (
        (line.mean, line.mean) if math.isnan(line.low) else (line.low, line.high)
    )
    left, middle, right = (
        100 * (each - scale[0]) / span for each in (low, line.mean, high)
    )
    return (
        '<span class="ocinb-interval" aria-hidden="true">'
        f'<i style="left:{left:.1f}%;width:{right - left:.1f}%"></i>'
        f'<b style="left:{middle:.1f}%"></b></span>'
    )
