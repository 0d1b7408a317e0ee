"""What a diagnosis found: rows that read as text, as a table and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

from ocinb.doctor.outcome import Result
from ocinb.errors import one_line
from ocinb.rendering import escape, stylesheet

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Report", "Row"]

_COLUMNS: Final = ("result", "check", "measured, and what to do")
_WORDS: Final[Mapping[Result, str]] = {
    "pass": "passed",
    "fail": "failed",
    "skipped": "skipped",
}
_WIDE: Final = 13
"""Room for the name of a check in the text table."""

_NARROW: Final = 9
_LONGEST: Final = 600


@dataclass(frozen=True)
class Row:
    """What one check found.

    Attributes:
        check: its name.
        result: pass, fail or skipped.
        measured: what was found, or why nothing was; untrusted text.
        fix: what to do; empty where there is nothing to do.
        seconds: how long it took.
    """

    check: str
    result: Result
    measured: str
    fix: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        shown = "FAIL" if self.result == "fail" else self.result
        measured = one_line(self.measured, _LONGEST)
        line = f"{shown:<{_NARROW}}{self.check:<{_WIDE}}{measured}"
        more = f"\n{'':<{_NARROW + _WIDE}}-> {one_line(self.fix, _LONGEST)}"
        return f"{line.rstrip()}{more if self.fix else ''}"


@dataclass(frozen=True, repr=False)
class Report:
    """What a diagnosis found, one row for each check in order.

    Prints as a table; `report["tools"].fix` is what to do about one check.

    Attributes:
        endpoint: where requests went, "" if no address could be read.
        model: the name of the model that was asked.
        source: where the endpoint came from; "" if it was given.
        rows: one for each check, in the order in which they ran.
        seconds: how long all of them took.
    """

    endpoint: str
    model: str
    source: str
    rows: tuple[Row, ...]
    seconds: float = 0.0

    def __getitem__(self, check: str) -> Row:
        return next(row for row in self.rows if row.check == check)

    @property
    def ok(self) -> bool:
        """Whether no check failed."""
        return all(row.result != "fail" for row in self.rows)

    @property
    def title(self) -> str:
        """What was asked, in one line."""
        where = self.endpoint or "no endpoint"
        source = f" (from {self.source})" if self.source else ""
        return one_line(f"{where}{source}, model {self.model}", _LONGEST)

    @property
    def summary(self) -> str:
        """How many checks passed, failed and were skipped, in one line."""
        counts = Counter(row.result for row in self.rows)
        told = [f"{counts[r]} {_WORDS[r]}" for r in get_args(Result) if counts[r]]
        return f"{', '.join(told) or 'nothing checked'} in {self.seconds:.1f} s"

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return {
            "ok": self.ok,
            "endpoint": self.endpoint,
            "source": self.source,
            "model": self.model,
            "seconds": round(self.seconds, 3),
            "checks": [_plain(row) for row in self.rows],
        }

    def to_json(self) -> str:
        """Return all of it as JSON text."""
        return json.dumps(self.to_dict(), indent=2)

    def __str__(self) -> str:
        return "\n".join([self.title, "", *map(str, self.rows), "", self.summary])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
        body = "".join(f"<tr>{_html_cells(row)}</tr>" for row in self.rows)
        return (
            f"<style>{stylesheet()}</style>"
            '<div class="ocinb tex2jax_ignore mathjax_ignore">'
            f'<p>{escape(self.title)}</p><div class="ocinb-table"><table>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            f"<p>{escape(self.summary)}</p></div>"
        )


def _plain(row: Row) -> dict[str, Any]:
    return {**asdict(row), "seconds": round(row.seconds, 3)}


def _html_cells(row: Row) -> str:
    measured, fix = (escape(one_line(t, _LONGEST)) for t in (row.measured, row.fix))
    is_fail = row.result == "fail"
    result = f"<strong>{row.result}</strong>" if is_fail else row.result
    narrow = (result, f"<code>{escape(row.check)}</code>")
    cells = [f'<td style="white-space: nowrap">{cell}</td>' for cell in narrow]
    todo = f"<br>→ {f'<strong>{fix}</strong>' if is_fail else fix}" if fix else ""
    wide = f'<td style="overflow-wrap: anywhere">{measured}{todo}</td>'
    return "".join([*cells, wide])
