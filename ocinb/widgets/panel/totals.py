"""Tokens and seconds of each turn, and of all together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocinb.errors import one_line
from ocinb.rendering import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ocinb.conversation import Turn

__all__ = ["totals_html"]

_HEAD = (
    "",
    "prompt tokens",
    "answer tokens",
    "first token",
    "total",
    "tokens/s",
    "end",
)


def totals_html(turns: Sequence[Turn]) -> str:
    """Return a table as safe HTML: a row for each turn, and the sums."""
    rows = [_row(number, turn) for number, turn in enumerate(turns, 1)]
    prompt, answer, seconds = (sum(filter(None, column)) for column in _sums(turns))
    total = ("all", f"{prompt:,}", f"{answer:,}", "", f"{seconds:.1f} s", "", "")
    body = "".join(map(_line, [*rows, total]))
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in _HEAD)
    return (
        '<div class="ocinb tex2jax_ignore mathjax_ignore"><div class="ocinb-table">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></div>"
    )


def _row(number: int, turn: Turn) -> tuple[str, ...]:
    usage, timings = turn.usage, turn.timings
    return (
        f"{number}: {one_line(turn.prompt, 40)}",
        f"{usage['input_tokens']:,}" if usage else "",
        f"{usage['output_tokens']:,}" if usage else "",
        _seconds(timings.ttft_s, 2),
        _seconds(timings.total_s, 1),
        "" if timings.tokens_per_s is None else f"{timings.tokens_per_s:.0f}",
        one_line(turn.finish_reason or turn.status, 40),
    )


def _sums(turns: Sequence[Turn]) -> tuple[list[float | None], ...]:
    usages = [turn.usage for turn in turns]
    return (
        [usage["input_tokens"] if usage else None for usage in usages],
        [usage["output_tokens"] if usage else None for usage in usages],
        [turn.timings.total_s for turn in turns],
    )


def _seconds(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f} s"


def _line(cells: tuple[str, ...]) -> str:
    first, *rest = map(escape, cells)
    more = "".join(f"<td>{cell}</td>" for cell in rest)
    return f'<tr><th scope="row">{first}</th>{more}</tr>'
