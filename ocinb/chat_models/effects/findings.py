"""What a check of a deployment's parameters found: a table that reads as text too."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from ocinb.errors import one_line
from ocinb.rendering import escape, stylesheet
from ocinb.sampling.checks import refuse_unknown

__all__ = ["Finding", "ParameterReport", "Result"]

Result = Literal["honoured", "no observable effect", "refused", "not checkable"]

_RESULTS: Final[tuple[Result, ...]] = get_args(Result)
_ONE_LINE: Final = 'style="white-space: nowrap"'
_COLUMNS: Final = ("parameter", "result", "tried", "seen")


@dataclass(frozen=True)
class Finding:
    """What was found out about one parameter.

    Attributes:
        parameter: its name.
        result: whether the deployment acts on it.
        tried: the values that were sent, in words.
        seen: what the answers showed, the server's words of a refusal, or why nothing
            can be told; it may quote a model or a server, so it is untrusted text.
        status: the HTTP status of a refusal or failure.
    """

    parameter: str
    result: Result
    tried: str
    seen: str
    status: int | None = None

    def __str__(self) -> str:
        return ": ".join(map(one_line, (self.parameter, self.result, self.seen)))

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain values."""
        return {
            "parameter": self.parameter,
            "result": self.result,
            "tried": self.tried,
            "seen": self.seen,
            "status": self.status,
        }


@dataclass(frozen=True, repr=False)
class ParameterReport:
    """Which parameters a deployment acts on, one row each.

    Prints as a table; `report["top_k"].result` is one row's result and
    `pandas.DataFrame(report.to_dicts())` all of them.

    Attributes:
        model: name of the model that was asked.
        rows: one for each parameter, in the order asked.
        requests: how many requests were sent, retries apart.
    """

    model: str
    rows: tuple[Finding, ...]
    requests: int

    def __getitem__(self, name: str) -> Finding:
        for row in self.rows:
            if row.parameter == name:
                return row
        raise refuse_unknown(name, [row.parameter for row in self.rows])

    def names(self, result: Result) -> list[str]:
        """Return the parameters with this result."""
        return [row.parameter for row in self.rows if row.result == result]

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return the rows as plain values, for a data frame or a file."""
        return [row.to_dict() for row in self.rows]

    @property
    def summary(self) -> str:
        """The number of parameters with each result, in one line."""
        counts = Counter(row.result for row in self.rows)
        said = ", ".join(f"{counts[r]} {r}" for r in _RESULTS if counts[r])
        sent = f"{self.requests} {'request' if self.requests == 1 else 'requests'}"
        return f"{self.model}: {said or 'no parameters'} ({sent})"

    def __str__(self) -> str:
        table = [_COLUMNS, *map(_cells, self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join(map(str.ljust, cells, widths)).rstrip() for cells in table]
        return "\n".join([self.summary, "", *lines])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th {_ONE_LINE}>{name}</th>" for name in _COLUMNS)
        body = "".join(f"<tr>{_html_cells(row)}</tr>" for row in self.rows)
        return (
            f"<style>{stylesheet()}</style>"
            '<div class="ocinb tex2jax_ignore mathjax_ignore">'
            f'<p>{escape(self.summary)}</p><div class="ocinb-table"><table>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></div>"
        )


def _cells(row: Finding) -> tuple[str, str, str, str]:
    status = f" (status {row.status})" if row.status is not None else ""
    return row.parameter, row.result, row.tried, one_line(row.seen) + status


def _html_cells(row: Finding) -> str:
    parameter, result, *rest = map(escape, _cells(row))
    if row.result != "honoured":
        result = f"<strong>{result}</strong>"
    named = f"<code {_ONE_LINE}>{parameter}</code>"
    narrow = "".join(f"<td {_ONE_LINE}>{cell}</td>" for cell in (named, result))
    return narrow + "".join(f"<td>{cell}</td>" for cell in rest)
