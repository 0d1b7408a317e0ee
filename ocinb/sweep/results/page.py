"""A table of untrusted texts, as safe HTML and as plain text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ocinb.errors import one_line
from ocinb.rendering import escape, plain_text, stylesheet

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LONGEST", "Cell", "page", "plain", "table"]

LONGEST: Final = 200
"""Characters of a text that a cell shows."""

_PLAIN: Final = 40
"""Characters of a text that a column of plain text shows."""

_CLASSES: Final = "tex2jax_ignore mathjax_ignore"


@dataclass(frozen=True)
class Cell:
    """One field of a table.

    Attributes:
        text: any text; it is cut.
        note: it was not said by a model, but about it.
        remark: one line of ours that stands behind the text.
    """

    text: str
    note: bool = False
    remark: str = ""

    def shown(self, limit: int) -> str:
        """Return one inert line of the text, cut."""
        return one_line(plain_text(self.text[: limit * 4]), limit)


def page(title: str, tables: Sequence[str], notes: Sequence[str]) -> str:
    """Return static HTML without scripts that loads nothing.

    Args:
        title: any text.
        tables: HTML that `table` made.
        notes: any texts, one a line.
    """
    told = "".join(f'<p class="ocinb-note">{_escaped(note)}</p>' for note in notes)
    return (
        f"<style>{stylesheet()}</style>"
        f'<div class="ocinb ocinb-sweep {_CLASSES}">'
        f"<p><strong>{_escaped(title)}</strong></p>{''.join(tables)}{told}</div>"
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Return a table as safe HTML; "" if it has no rows.

    Args:
        heads: any texts.
        rows: as many cells each.
    """
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{_escaped(each)}</th>' for each in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return (
        '<div class="ocinb-table"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def plain(
    title: str,
    tables: Sequence[tuple[Sequence[str], Sequence[Sequence[Cell]]]],
    notes: Sequence[str],
) -> str:
    """Return the same as text that is inert in a terminal, with columns in line."""
    parts = [one_line(title, LONGEST * 2)]
    for heads, rows in tables:
        if rows:
            parts += ["", *_lines(heads, rows)]
    return "\n".join([*parts, *(f"* {one_line(note, LONGEST * 2)}" for note in notes)])


def _cell(cell: Cell) -> str:
    shown = escape(cell.shown(LONGEST))
    shown = f"<em>{shown}</em>" if cell.note and shown else shown
    remark = f" <em>({escape(cell.remark)})</em>" if cell.remark else ""
    return f"<td>{shown}{remark}</td>"


def _plain(cell: Cell) -> str:
    remark = f" ({cell.remark})" if cell.remark else ""
    return cell.shown(_PLAIN) + remark


def _escaped(text: str) -> str:
    return escape(one_line(plain_text(text[: LONGEST * 8]), LONGEST * 2))


def _lines(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
    shown = [[one_line(head, _PLAIN) for head in heads]]
    shown += [[_plain(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in shown]
