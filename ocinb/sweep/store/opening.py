"""A store's file is found, checked and opened, or refused in one line."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ocinb.errors import StoreError, one_line
from ocinb.sweep.store.filesystem import kind_of, mounts, shared
from ocinb.sweep.store.schema import APPLICATION, TABLES, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MEMORY", "connect", "connect_to_read", "make", "trouble"]

MEMORY: Final = ":memory:"

WAIT_S: Final = 10.0
"""How long another process may hold the file."""

_ELSEWHERE: Final = 'store="other/folder/name.db" names another place'


def make(path: Path) -> str:
    """Make a store, or check that there is one; return a note, or "".

    Raises:
        StoreError: the file is none of ours, or cannot be used. It is left as it is.
    """
    if path.is_dir():
        msg = f"{_shown(path)} cannot be a store: it is a folder"
        raise StoreError(msg, hint="name a file in it")
    try:
        is_new = not path.exists() or path.stat().st_size == 0
        if is_new:
            _make_file(path)
    except OSError as error:
        said = error.strerror or str(error)
        msg = f"{_shown(path)} cannot be made: {said}"
        raise StoreError(msg, hint=_ELSEWHERE) from error
    if not is_new:
        _refuse_foreign(path)
    if not _writable(path):
        return f"{_shown(path)} can only be read: nothing can be added to it"
    return _make_tables(path)


def connect(path: Path | str) -> sqlite3.Connection:
    """Open a store that is there to read and write."""
    connection = _writing(path)
    if path == MEMORY:
        _fill(connection)
        return connection
    # In WAL a commit is safe from the end of the process, and the file from the end of
    # the machine; a rollback journal has to be on the disk for the latter.
    is_wal = _mode(connection) == "wal"
    connection.execute(f"PRAGMA synchronous={'NORMAL' if is_wal else 'FULL'}")
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a store to read; also where nothing can be written."""
    try:
        return _reading(path, "mode=ro")
    except sqlite3.OperationalError:
        # WAL needs files beside it; without them nothing can be waiting in them
        if _writable(path) or _beside(path, "-wal").exists():
            raise
        return _reading(path, "immutable=1")


def trouble(path: Path | str, error: sqlite3.Error, doing: str) -> StoreError:
    """Return one line for what SQLite said.

    Args:
        path: of the store.
        error: what was raised.
        doing: `read` or `written`.
    """
    said = str(error)
    hint = _ELSEWHERE
    if "locked" in said:
        said = f"another process has held it for {WAIT_S:g} s"
        hint = "end that process, or use another store"
    elif "full" in said:
        said, hint = "the disk is full", "make room, then try again: it goes on"
    elif "malformed" in said or "not a database" in said:
        said, hint = f"it is damaged ({said})", "use another store, or a copy of it"
    elif "readonly" in said or "unable to open" in said:
        said = _denied(path)
    shown = path if path == MEMORY else _shown(Path(path))
    return StoreError(f"{shown} cannot be {doing}: {one_line(said, 200)}", hint=hint)


def _denied(path: Path | str) -> str:
    try:
        with Path(path).parent.joinpath(f".{Path(path).name}-probe").open("x") as probe:
            Path(probe.name).unlink()
    except OSError as error:
        return error.strerror or str(error)
    there = Path(path).exists()
    return "Permission denied" if there else "the file is gone"


def _make_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # another process was first
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _refuse_foreign(path: Path) -> None:
    """Look at a file through SQLite, which alone may open and close it.

    Raises:
        StoreError: it is no store, or one of a newer ocinb.
    """
    try:
        with closing(connect_to_read(path)) as connection:
            ours = _is_ours(connection, path)
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            ours = False
        else:
            raise trouble(path, error, "read") from error
    if not ours:
        msg = f"{_shown(path)} is another kind of file, no store of sweeps"
        raise StoreError(msg, hint="it is left as it is; name another file")


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    application, version = _pragmas(connection)
    if application != APPLICATION:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return not tables and not application and not version
    if version > VERSION:
        msg = (
            f"{_shown(path)} was written by a newer ocinb: it has version {version}, "
            f"known is {VERSION}"
        )
        raise StoreError(msg, hint="pip install -U ocinb, or name another file")
    return True


def _pragmas(connection: sqlite3.Connection) -> tuple[int, int]:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return application, version


def _make_tables(path: Path) -> str:
    try:
        why = _why_no_log(path)
        if why:
            _give_up_log(path)
        with closing(connect(path)) as connection:
            _fill(connection)
    except sqlite3.Error as error:
        raise trouble(path, error, "written") from error
    if not why:
        return ""
    return (
        f"{_shown(path)} has no write-ahead log ({why}): it is as safe, but each commit "
        "takes longer, and readers wait for it"
    )


def _fill(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process has just done so."""
    if _pragmas(connection)[0] == APPLICATION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _pragmas(connection)[0] != APPLICATION:
            _run(connection, TABLES)
            connection.execute(f"PRAGMA application_id={APPLICATION}")
            connection.execute(f"PRAGMA user_version={VERSION}")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _why_no_log(path: Path) -> str:
    """Return why there can be no write-ahead log; "" if there is one now."""
    kind = kind_of(path, mounts())
    if shared(kind):
        return f"{kind} is shared between machines"
    with closing(_writing(path)) as connection:
        try:
            return _try_log(connection)
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "full" in str(error):
                raise
            return one_line(str(error), 100)


def _try_log(connection: sqlite3.Connection) -> str:
    """Turn the log on in a new file; one that is there stays as it was made."""
    found = _mode(connection)
    if found != "wal" and _pragmas(connection)[0] == APPLICATION:
        return "it was made without one"
    if found != "wal":
        _switch(connection, "WAL")
        _run(connection, ("BEGIN IMMEDIATE", "COMMIT"))  # needs what lies beside it
        found = _mode(connection)
    return "" if found == "wal" else f"SQLite chose {found}"


def _give_up_log(path: Path) -> None:
    with closing(_writing(path)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")  # needs nothing beside it
        if _mode(connection) != "delete":
            _switch(connection, "DELETE")


def _switch(connection: sqlite3.Connection, mode: str) -> None:
    """Change the journal; two processes may want to do so at once."""
    end = time.monotonic() + WAIT_S
    while not _switched(connection, mode, last=time.monotonic() > end):
        time.sleep(0.02)


def _switched(connection: sqlite3.Connection, mode: str, *, last: bool) -> bool:
    try:
        connection.execute(f"PRAGMA journal_mode={mode}").fetchall()
    except sqlite3.OperationalError as error:  # SQLite itself does not wait here
        if last or "locked" not in str(error):
            raise
        return False
    return True


def _mode(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def _run(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.execute(statement)


def _reading(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?{how}", uri=True, timeout=WAIT_S, isolation_level=None
    )
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _writing(path: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.as_uri()}?mode=rw" if isinstance(path, Path) else path,
        uri=isinstance(path, Path),
        timeout=WAIT_S,
        isolation_level=None,
        check_same_thread=False,
    )


def _writable(path: Path) -> bool:
    effective = os.access in os.supports_effective_ids
    return os.access(path, os.W_OK, effective_ids=effective)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _shown(path: Path) -> str:
    return one_line(str(path), 300)
