"""The tables of a store; what a row holds is said once, by the values of a sweep."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from ocinb.sweep.store.record import SweepRecord
from ocinb.sweep.values import Attempt, Planned, Prompt, Row, Score, Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "APPLICATION",
    "ATTEMPT",
    "LONG",
    "PLANNED",
    "PROMPT",
    "SCORE",
    "SETTING",
    "SWEEP",
    "TABLES",
    "TRIAL",
    "VERSION",
    "insert",
]

VERSION: Final = 1
"""Of the tables; SQLite's `user_version`."""

APPLICATION: Final = 0x6F63696E
"""Says that a file is ours; SQLite's `application_id`."""

LONG: Final = ("text", "reasoning", "error", "tool_calls")
"""What may be long stands last, so that the numbers are read without it."""


def _columns(value: type[Any]) -> tuple[str, ...]:
    names = [field.name for field in fields(value)]
    short = [name for name in names if name not in LONG]
    return (*short, *(name for name in LONG if name in names))


SWEEP: Final = tuple(name for name in _columns(SweepRecord) if name != "id")
SETTING: Final = ("sweep", *_columns(Setting))
PROMPT: Final = ("sweep", *_columns(Prompt), "short")
PLANNED: Final = ("sweep", *_columns(Planned))
TRIAL: Final = _columns(Row)
ATTEMPT: Final = _columns(Attempt)
SCORE: Final = _columns(Score)


def _table(name: str, columns: Sequence[str], key: str, *, rowid: bool = True) -> str:
    listed = ", ".join(f'"{column}"' for column in columns)
    kind = "" if rowid else " WITHOUT ROWID"
    return f"CREATE TABLE {name} ({listed}, PRIMARY KEY ({key})){kind}"


_SWEEPS: Final = (
    "CREATE TABLE sweep (id INTEGER PRIMARY KEY, plan_key UNIQUE, "
    f"{', '.join(name for name in SWEEP if name != 'plan_key')})"
)
TABLES: Final = (
    _SWEEPS,
    _table("setting", SETTING, "sweep, number"),
    _table("prompt", PROMPT, "sweep, number"),
    _table("planned", PLANNED, "sweep, setting, prompt, repeat", rowid=False),
    _table("trial", TRIAL, "key"),
    _table("attempt", ATTEMPT, "key, number, started_at", rowid=False),
    _table("score", SCORE, "key, name", rowid=False),
    "CREATE TABLE change (number)",
    "INSERT INTO change VALUES (0)",
)
"""`change` counts what was committed, so that a reader knows whether to read again."""


def insert(table: str, columns: Sequence[str], otherwise: str) -> str:
    """Return the statement that puts a row into a table.

    Args:
        table: its name.
        columns: in the order of the values.
        otherwise: `OR REPLACE` or the like, or what follows the values.
    """
    first, last = (
        (f" {otherwise}", "") if otherwise.startswith("OR") else ("", f" {otherwise}")
    )
    listed = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join("?" * len(columns))
    return f"INSERT{first} INTO {table} ({listed}) VALUES ({marks}){last}"
