"""The store of sweeps: what was planned, what was answered, what it was worth."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ocinb.errors import StoreError
from ocinb.sweep.store.kept import Kept
from ocinb.sweep.store.opening import MEMORY, connect_to_read, make, trouble
from ocinb.sweep.store.schema import (
    ATTEMPT,
    PLANNED,
    PROMPT,
    SCORE,
    SETTING,
    SWEEP,
    TRIAL,
    insert,
)
from ocinb.sweep.store.texts import (
    attempt_values,
    planned_values,
    prompt_of,
    prompt_values,
    row_values,
    score_values,
    setting_of,
    setting_values,
    sweep_of,
    sweep_values,
)
from ocinb.sweep.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ocinb.sweep.store.record import SweepRecord
    from ocinb.sweep.values import Attempt, Planned, Prompt, Row, Score, Setting

__all__ = ["Store"]

Result = TypeVar("Result")

CHUNK: Final = 5_000
"""How many things of a plan are in memory at once."""

_ADD_SWEEP: Final = insert(
    "sweep",
    SWEEP,
    "ON CONFLICT (plan_key) DO UPDATE SET "
    + ", ".join(
        f"{name} = excluded.{name}"
        for name in SWEEP
        if name not in {"plan_key", "created_at"}
    ),
)
_ADD_SETTING: Final = insert("setting", SETTING, "OR REPLACE")
_ADD_PROMPT: Final = insert("prompt", PROMPT, "OR REPLACE")
_ADD_PLANNED: Final = insert("planned", PLANNED, "OR REPLACE")
_ADD_ATTEMPT: Final = insert("attempt", ATTEMPT, "OR REPLACE")
_ADD_SCORE: Final = insert("score", SCORE, "OR REPLACE")
_ADD_ROW: Final = insert(
    "trial",
    TRIAL,
    "ON CONFLICT (key) DO UPDATE SET "
    + ", ".join(f'"{name}" = excluded."{name}"' for name in TRIAL if name != "key")
    + " WHERE trial.status = 'failed'",
)


class Store:
    """A file with sweeps; several threads, processes and sweeps may use it at once.

    It may be closed and used again. In another process after a fork it opens the file
    anew.

    Args:
        path: of the file; folders above it are made. `":memory:"` is a store that ends
            with this object.

    Attributes:
        path: of the file, absolute; or `":memory:"`.
        note: what the user should know of the file; "" is nothing.

    Raises:
        StoreError: the file cannot be used, or is none of ours and left as it is.
    """

    def __init__(self, path: str | Path) -> None:
        self.path: Path | str = (
            MEMORY if path == MEMORY else Path(path).expanduser().resolve()
        )
        self.note = make(self.path) if isinstance(self.path, Path) else ""
        self._making = threading.Lock()
        self._current: Writer | None = None
        self._left_behind: list[Writer] = []
        if self.path == MEMORY:
            self._current = self._new_writer()

    def begin(
        self,
        sweep: SweepRecord,
        settings: Sequence[Setting],
        prompts: Iterable[Prompt],
    ) -> int:
        """Note a sweep and return its id.

        The same plan again is the same sweep: its id and the time when it was created
        stay, the rest is brought up to date.

        Raises:
            StoreError: it cannot be written.
        """

        def head(connection: sqlite3.Connection) -> int:
            connection.execute(_ADD_SWEEP, sweep_values(sweep))
            found = connection.execute(
                "SELECT id FROM sweep WHERE plan_key = ?", (sweep.plan_key,)
            )
            number: int = found.fetchone()[0]
            listed = (setting_values(number, setting) for setting in settings)
            connection.executemany(_ADD_SETTING, listed)
            return number

        number = self._writer.run(head)
        self._add_all(_ADD_PROMPT, (prompt_values(number, each) for each in prompts))
        return number

    def plan(self, sweep_id: int, planned: Iterable[Planned]) -> None:
        """Note which trials belong to a sweep, in little memory.

        Raises:
            StoreError: it cannot be written.
        """
        self._add_all(
            _ADD_PLANNED, (planned_values(sweep_id, each) for each in planned)
        )

    def kept(self, sweep_id: int) -> Kept:
        """Return which planned trials of a sweep have a row, and what became of them."""
        sql = (
            "SELECT trial.key, trial.status FROM planned "
            "JOIN trial ON trial.key = planned.key WHERE planned.sweep = ? "
            "ORDER BY trial.key"
        )
        return self._read(lambda found: Kept(found.execute(sql, (sweep_id,))))

    def add(self, row: Row, attempts: Sequence[Attempt] = ()) -> None:
        """Take a finished trial, from any thread; it is on the disk within 50 ms.

        A failed trial gives way to any later one with its key, one that is ok to none.
        This never waits and never fails for the disk: `flush` and `close` do, and
        `problem` tells.
        """
        writer = self._writer
        writer.add(_ADD_ROW, row_values(row))
        for attempt in attempts:
            writer.add(_ADD_ATTEMPT, attempt_values(attempt))

    def add_score(self, score: Score) -> None:
        """Take what a scorer said, as `add` does; the last one of its name stays."""
        self._writer.add(_ADD_SCORE, score_values(score))

    @property
    def problem(self) -> StoreError | None:
        """Why rows are not written at present, though they are kept in memory."""
        return None if self._current is None else self._current.problem

    def flush(self) -> None:
        """Return as soon as everything that was added is on the disk.

        Raises:
            StoreError: it cannot be written. It waits in memory, and the next `flush`
                tries again.
        """
        if self._current is not None:
            self._writer.flush()

    def close(self) -> None:
        """Write what is left, and end the thread.

        Raises:
            StoreError: as `flush`; the store stays open then.
        """
        with self._making:
            if self._current is None or self._current.process != os.getpid():
                return
            self._current.end()
            self._current = None
            if self.path == MEMORY:
                self.path = ""

    def sweeps(self) -> list[SweepRecord]:
        """Return all sweeps, the newest last."""
        sql = f"SELECT id, {', '.join(SWEEP)} FROM sweep ORDER BY created_at, id"  # noqa: S608 - names of our own fields
        return self._read(lambda found: [sweep_of(each) for each in found.execute(sql)])

    def settings(self, sweep_id: int) -> list[Setting]:
        """Return the settings of a sweep by their numbers."""
        sql = 'SELECT number, "values", labels FROM setting WHERE sweep = ? ORDER BY number'
        return self._read(
            lambda found: [
                setting_of(*each) for each in found.execute(sql, (sweep_id,))
            ]
        )

    def prompts(self, sweep_id: int, first: int | None = None) -> list[Prompt]:
        """Return the prompts of a sweep by their numbers, all or the first ones."""
        sql = (
            "SELECT number, messages, inputs, reference FROM prompt WHERE sweep = ? "
            "ORDER BY number LIMIT ?"
        )
        limit = -1 if first is None else first
        return self._read(
            lambda found: [
                prompt_of(*each) for each in found.execute(sql, (sweep_id, limit))
            ]
        )

    def prompt_texts(self, sweep_id: int) -> dict[int, str]:
        """Return the first 80 characters of each prompt's last message, by number."""
        sql = "SELECT number, short FROM prompt WHERE sweep = ? ORDER BY number"
        return self._read(lambda found: dict(found.execute(sql, (sweep_id,))))

    def rows(
        self, sweep_id: int, names: Sequence[str] = TRIAL
    ) -> Mapping[str, list[Any]]:
        """Return the finished trials of a sweep as columns, in the order of the plan.

        Columns `setting` and `prompt` hold their numbers; `repeat` is the one of this
        sweep's plan. `tool_calls` is JSON, "" where there are none.

        Args:
            sweep_id: of which sweep.
            names: fields of a row; all by default. Few are read faster.
        """
        wanted = [name for name in names if name in TRIAL and name != "repeat"]
        listed = "".join(f', trial."{name}"' for name in wanted)
        sql = (
            f"SELECT planned.setting, planned.prompt, planned.repeat{listed} "  # noqa: S608 - names of our own fields
            "FROM planned JOIN trial ON trial.key = planned.key WHERE planned.sweep = ? "
            "ORDER BY planned.setting, planned.prompt, planned.repeat"
        )
        columns = ("setting", "prompt", "repeat", *wanted)
        return self._read(
            lambda found: _by_column(found.execute(sql, (sweep_id,)), columns)
        )

    def text_of(self, key: bytes) -> str | None:
        """Return the answer of a trial that is ok; None if there is none."""
        sql = "SELECT text FROM trial WHERE key = ? AND status = 'ok'"
        found = self._read(lambda reads: reads.execute(sql, (key,)).fetchone())
        return None if found is None else str(found[0])

    def scores(self, sweep_id: int) -> Mapping[str, list[Any]]:
        """Return the scores of a sweep's rows as columns: those of a `Score`."""
        return self._about_rows("score", SCORE, sweep_id, "key, name")

    def attempts(self, sweep_id: int) -> Mapping[str, list[Any]]:
        """Return the requests of trials that needed several: those of an `Attempt`."""
        return self._about_rows("attempt", ATTEMPT, sweep_id, "started_at")

    def _about_rows(
        self, table: str, names: Sequence[str], sweep_id: int, order: str
    ) -> Mapping[str, list[Any]]:
        sql = (
            f"SELECT {', '.join(names)} FROM {table} WHERE key IN "  # noqa: S608 - names of our own fields
            f"(SELECT key FROM planned WHERE sweep = ?) ORDER BY {order}"
        )
        return self._read(
            lambda found: _by_column(found.execute(sql, (sweep_id,)), names)
        )

    def planned(self, sweep_id: int) -> Mapping[str, list[int]]:
        """Return how many trials are planned of each setting: `setting`, `count`."""
        sql = (
            "SELECT setting, count(*) FROM planned WHERE sweep = ? "
            "GROUP BY setting ORDER BY setting"
        )
        return self._read(
            lambda found: _by_column(
                found.execute(sql, (sweep_id,)), ("setting", "count")
            )
        )

    def count(self) -> int:
        """Return how many trials of all sweeps are finished."""
        sql = "SELECT count(*) FROM trial"
        return self._read(lambda found: int(found.execute(sql).fetchone()[0]))

    def forget(self, sweep_id: int) -> None:
        """Take a sweep out of the store; its trials stay, for others may have them.

        Raises:
            StoreError: it cannot be written.
        """

        def work(connection: sqlite3.Connection) -> None:
            for table in ("planned", "setting", "prompt"):
                sql = f"DELETE FROM {table} WHERE sweep = ?"  # noqa: S608 - our own names
                connection.execute(sql, (sweep_id,))
            connection.execute("DELETE FROM sweep WHERE id = ?", (sweep_id,))

        self._writer.run(work)

    def questions(self, sweep_id: int) -> int:
        """Return how many different questions the trials of a sweep ask."""
        sql = "SELECT count(DISTINCT key) FROM planned WHERE sweep = ?"
        return self._read(
            lambda found: int(found.execute(sql, (sweep_id,)).fetchone()[0])
        )

    def changes(self) -> int:
        """Return a number that is another one as soon as anybody wrote to the store."""
        return self._read(
            lambda found: int(found.execute("SELECT number FROM change").fetchone()[0])
        )

    def _add_all(self, sql: str, values: Iterable[tuple[Any, ...]]) -> None:
        waiting = iter(values)
        while chunk := list(islice(waiting, CHUNK)):
            self._writer.run(_many(sql, chunk))

    def _read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        if not isinstance(self.path, Path):
            return self._writer.run(work)
        try:
            with closing(connect_to_read(self.path)) as connection:
                return work(connection)
        except sqlite3.Error as error:
            raise trouble(self.path, error, "read") from error

    @property
    def _writer(self) -> Writer:
        found = self._current
        if found is not None and found.process == os.getpid():
            return found
        if not isinstance(self.path, Path):
            msg = "a store in memory ends when it is closed, and no fork has it"
            raise StoreError(msg, hint="name a file for the store")
        with self._making:
            if self._current is None or self._current.process != os.getpid():
                self._current = self._new_writer()
            return self._current

    def _new_writer(self) -> Writer:
        if self._current is not None:  # its connection may not even be closed here
            self._left_behind.append(self._current)
        made = Writer(self.path)
        weakref.finalize(self, made.abandon)
        return made


def _many(
    sql: str, values: Sequence[tuple[Any, ...]]
) -> Callable[[sqlite3.Connection], None]:
    def work(connection: sqlite3.Connection) -> None:
        connection.executemany(sql, values)

    return work


def _by_column(
    found: Iterator[tuple[Any, ...]], names: Sequence[str]
) -> Mapping[str, list[Any]]:
    columns: list[list[Any]] = [[] for _ in names]
    while chunk := list(islice(found, CHUNK)):
        for column, values in zip(columns, zip(*chunk, strict=True), strict=True):
            column.extend(values)
    return dict(zip(names, columns, strict=True))
