"""One thread that writes everything, many rows to a commit."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast

from ocinb.sweep.store.opening import connect, trouble
from ocinb.sweep.store.texts import holdable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ocinb.errors import StoreError

__all__ = ["GROUP_ROWS", "GROUP_S", "Writer"]

GROUP_S: Final = 0.05
"""How long a row may wait for others."""

GROUP_ROWS: Final = 100
"""How many rows are written without any more waiting."""

RETRY_S: Final = 5.0
"""After so long, rows that could not be written are tried again."""

Result = TypeVar("Result")

Waiting: TypeAlias = "tuple[str, tuple[Any, ...]]"
"""A statement and its values."""

_COUNT: Final = "UPDATE change SET number = number + 1"


class Writer:
    """Takes rows from any thread, at once, and commits them in groups.

    A row that cannot be written stays here and is tried again; nothing is lost as long
    as the process lives. A writer belongs to the process that made it.

    Args:
        path: of a store that is there, or `:memory:`.
    """

    def __init__(self, path: Path | str) -> None:
        self.process = os.getpid()
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._waiting: deque[Waiting | _Job] = deque()
        self._jobs = 0
        self._problem: StoreError | None = None
        self._ended = False
        self._news = threading.Condition()
        self._thread = threading.Thread(
            target=self._work, name="ocinb-store", daemon=True
        )
        self._thread.start()

    @property
    def problem(self) -> StoreError | None:
        """Why rows are not written at present."""
        return self._problem

    def add(self, statement: str, values: tuple[Any, ...]) -> None:
        """Take what is to be written soon; this never waits for the disk."""
        with self._news:
            self._waiting.append((statement, values))
            if len(self._waiting) == 1 or len(self._waiting) == GROUP_ROWS:
                self._news.notify_all()

    def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do a work in one transaction, after all that was added before it.

        Raises:
            StoreError: it cannot be done, or what was added before it cannot be written.
        """
        job = _Job(work)
        with self._news:
            self._waiting.append(job)
            self._jobs += 1
            self._news.notify_all()
        return cast("Result", job.done.result())

    def flush(self) -> None:
        """Return as soon as everything that was added is on the disk.

        Raises:
            StoreError: it cannot be written.
        """
        self.run(_nothing)

    def end(self) -> None:
        """Write what is left and end the thread.

        Raises:
            StoreError: something cannot be written; the thread goes on then.
        """
        self.flush()
        self._stop()
        self._thread.join()

    def abandon(self) -> None:
        """End without an error to anybody: nobody holds the store any more."""
        if os.getpid() == self.process and self._thread.is_alive():
            self._stop()
            if threading.current_thread() is not self._thread:
                self._thread.join(GROUP_S * 20)

    def _stop(self) -> None:
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _work(self) -> None:
        while self._await():
            rows, job = self._take()
            error = self._write(rows) if rows else None
            if error is not None:
                self._put_back(rows, error)
            elif rows:
                self._problem = None
            if job is not None:
                self._do(job, error)
        if self._connection is not None:
            self._connection.close()

    def _await(self) -> bool:
        """Wait for enough to write; False at the end."""
        with self._news:
            if self._problem is not None:
                self._news.wait_for(self._urgent, RETRY_S)
            self._news.wait_for(lambda: self._waiting or self._ended)
            if not self._problem:
                self._news.wait_for(self._enough, GROUP_S)
            return bool(self._waiting) and not (self._ended and self._problem)

    def _urgent(self) -> bool:
        return self._jobs > 0 or self._ended

    def _enough(self) -> bool:
        return self._urgent() or len(self._waiting) >= GROUP_ROWS

    def _take(self) -> tuple[list[Waiting], _Job | None]:
        rows: list[Waiting] = []
        with self._news:
            while self._waiting:
                first = self._waiting.popleft()
                if isinstance(first, _Job):
                    self._jobs -= 1
                    return rows, first
                rows.append(first)
        return rows, None

    def _put_back(self, rows: Sequence[Waiting], error: StoreError) -> None:
        with self._news:
            self._waiting.extendleft(reversed(rows))
            self._problem = error

    def _write(self, rows: Sequence[Waiting]) -> StoreError | None:
        groups: dict[str, list[tuple[Any, ...]]] = {}
        for statement, values in rows:
            groups.setdefault(statement, []).append(values)
        try:
            self._transact(lambda connection: _execute(connection, groups))
        except sqlite3.Error as error:
            found = trouble(self._path, error, "written")
            found.message += f"; {len(rows)} rows wait in memory"
            found.__cause__ = error
            return found
        return None

    def _do(self, job: _Job, before: StoreError | None) -> None:
        if before is not None:
            job.done.set_exception(before)
            return
        try:
            result = self._transact(job.work)
        except sqlite3.Error as error:
            found = trouble(self._path, error, "written")
            found.__cause__ = error
            job.done.set_exception(found)
        except Exception as error:  # noqa: BLE001 - it belongs to who waits for the work
            job.done.set_exception(error)
        else:
            job.done.set_result(result)

    def _transact(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        if self._connection is None:
            self._connection = connect(self._path)
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            before = connection.total_changes
            result = work(connection)
            if connection.total_changes != before:
                connection.execute(_COUNT)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result


class _Job:
    """A work that somebody waits for."""

    def __init__(self, work: Callable[[sqlite3.Connection], Any]) -> None:
        self.work = work
        self.done: Future[Any] = Future()


def _nothing(_connection: sqlite3.Connection) -> None:
    """Do nothing: what was added before is written then."""


def _execute(
    connection: sqlite3.Connection, groups: dict[str, list[tuple[Any, ...]]]
) -> None:
    for sql, values in groups.items():
        if not _fits(connection, sql, values):
            connection.executemany(sql, map(holdable, values))


def _fits(
    connection: sqlite3.Connection, sql: str, values: Sequence[tuple[Any, ...]]
) -> bool:
    """Write values as they are; False if SQLite cannot hold one of them."""
    try:
        connection.executemany(sql, values)
    except (
        *(UnicodeEncodeError, OverflowError, sqlite3.InterfaceError),
        sqlite3.ProgrammingError,  # what InterfaceError was before Python 3.11
    ):
        return False
    return True
