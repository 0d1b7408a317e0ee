"""A list of model deployments as people read it: text for terminals, and inert HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ocinb.errors import one_line
from ocinb.rendering import escape, stylesheet
from ocinb.wire.choosing import counted, day_of, tail_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ocinb.wire.listing import Deployment

__all__ = ["table_of"]

ROWS_LIMIT: Final = 100
"""Rows that are shown; all of them can be picked."""

_COLUMNS: Final = ("", "name", "model", "OCID", "created", "endpoint")
_LONGEST: Final = 40
_PICK: Final = "%ocichat use NAME, or the end of its OCID, picks one"


def table_of(
    deployments: Sequence[Deployment], compartment: str, current: str
) -> dict[str, str]:
    """Return what a notebook shows and stores of a list.

    Args:
        deployments: in any order; their texts are untrusted.
        compartment: the OCID of what they are in.
        current: the endpoint that is asked now.
    """
    shown = sorted(deployments, key=lambda d: (d.name.casefold(), d.created))
    rows = [_row(deployment, current) for deployment in shown[:ROWS_LIMIT]]
    count = len(deployments)
    title = counted(count, compartment)
    notes = [f"{count - len(rows)} more are not shown"] if count > len(rows) else []
    notes += [_PICK] if rows else []
    return {
        "text/plain": "\n".join([title, *_lines(rows), *notes]),
        "text/html": _html(title, rows, notes),
    }


def _row(deployment: Deployment, current: str) -> tuple[str, ...]:
    return (
        "*" if current and deployment.endpoint == current else "",
        one_line(deployment.name, _LONGEST),
        one_line(deployment.model, _LONGEST),
        tail_of(deployment.ocid),
        day_of(deployment),
        urlsplit(deployment.endpoint).netloc or "no usable address",
    )


def _lines(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(_COLUMNS, *rows, strict=True)]
    for row in (_COLUMNS, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _html(title: str, rows: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in _COLUMNS[1:])
    body = "".join(f"<tr>{''.join(_cells(row))}</tr>" for row in rows)
    table = (
        '<div class="ocinb-table"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    under = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return (
        f"<style>{stylesheet()}</style>"
        '<div class="ocinb tex2jax_ignore mathjax_ignore">'
        f"<p>{escape(title)}</p>{table if rows else ''}{under}</div>"
    )


def _cells(row: Sequence[str]) -> Iterable[str]:
    mark, name, model, ocid, created, host = map(escape, row)
    yield f"<td><strong>{name}</strong> (current)</td>" if mark else f"<td>{name}</td>"
    yield f"<td>{model}</td>"
    yield from (
        f'<td style="white-space:nowrap">{cell}</td>' for cell in (ocid, created)
    )
    yield f"<td>{host}</td>"
