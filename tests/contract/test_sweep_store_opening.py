"""A file that cannot be a store is refused in one line and left as it is."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from ocinb.errors import StoreError
from ocinb.sweep.store import Store, SweepRecord, opening
from ocinb.sweep.store.opening import trouble

WORKING = """
import os, sys
from ocinb.errors import StoreError
from ocinb.sweep.store import Store, SweepRecord
from ocinb.sweep.values import Planned, Row

def key(number):
    return number.to_bytes(16, "big")

def lower_rights():
    if os.geteuid() == 0:
        os.seteuid(65534)  # the rights of folders do not count for root
"""

posix = pytest.mark.skipif(os.name != "posix", reason="rights are others there")


def told(code: str, *arguments: str) -> list[str]:
    """Return the lines that code prints in another process that can keep a sweep."""
    done = subprocess.run(  # noqa: S603 - this interpreter and the lines of a test
        [sys.executable, "-c", WORKING + code, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def refusal(path: Path) -> str:
    with pytest.raises(StoreError) as raised:
        Store(path)
    line = str(raised.value)
    assert "\n" not in line
    assert str(path) in line
    return line


def test_folders_above_a_store_are_made(tmp_path: Path):
    store = Store(tmp_path / "deep" / "er" / "a.db")
    assert store.path == (tmp_path / "deep" / "er" / "a.db").resolve()
    assert store.sweeps() == []


def test_a_folder_is_refused(tmp_path: Path):
    assert "cannot be a store: it is a folder - name a file in it" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"my notes", b"SQLite format 3\0" + b"x" * 5000])
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    said = refusal(path)
    assert "another kind of file" in said or "is damaged" in said
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_of_somebody_else_is_left_as_it_is(tmp_path: Path):
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE trial (x)")
        theirs.commit()
    before = path.read_bytes()
    assert "another kind of file, no store of sweeps" in refusal(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_store_of_a_newer_version_is_left_as_it_is(tmp_path: Path):
    path = tmp_path / "a.db"
    Store(path)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version=7")
    before = path.read_bytes()
    said = refusal(path)
    assert "was written by a newer ocinb: it has version 7, known is 1" in said
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_store(tmp_path: Path):
    path = tmp_path / "a.db"
    path.touch()
    assert Store(path).sweeps() == []


def test_a_name_may_hold_what_an_address_would_not(tmp_path: Path):
    path = tmp_path / "a ?mode=memory#%20 ü.db"
    with closing(Store(path)) as store:
        store.begin(SweepRecord("plan"), [], [])
    assert path.exists()
    assert len(Store(path).sweeps()) == 1


def test_a_place_whose_parent_is_a_file_is_named(tmp_path: Path):
    (tmp_path / "taken").touch()
    assert "cannot be made: " in refusal(tmp_path / "taken" / "a.db")


def test_kernels_that_make_one_store_at_once_all_have_it(tmp_path: Path):
    code = WORKING + "Store(sys.argv[1]).begin(SweepRecord(sys.argv[2]), [], [])"
    path = tmp_path / "a.db"
    made = [
        subprocess.Popen([sys.executable, "-c", code, str(path), name])  # noqa: S603 - this interpreter and the lines of a test
        for name in "abc"
    ]
    assert [process.wait(60) for process in made] == [0, 0, 0]
    assert {sweep.plan_key for sweep in Store(path).sweeps()} == {*"abc"}


class TestWithoutALog:
    """Where SQLite's write-ahead log does not work, there is none, and a note."""

    def test_rows_are_kept_all_the_same(self, tmp_path: Path):
        path = tmp_path / "a.db"
        (tmp_path / "a.db-shm").mkdir()  # memory cannot be shared here
        with closing(Store(path)) as store:
            assert str(path) in store.note
            assert "has no write-ahead log" in store.note
            store.begin(SweepRecord("plan"), [], [])
            with closing(Store(path)) as other:
                assert "has no write-ahead log" in other.note
                other.begin(SweepRecord("another"), [], [])
            assert len(store.sweeps()) == 2

    def test_a_store_that_is_written_to_can_be_opened(self, tmp_path: Path):
        path = tmp_path / "a.db"
        with (
            closing(Store(path)),
            closing(sqlite3.connect(path, isolation_level=None)) as busy,
        ):
            busy.execute("BEGIN IMMEDIATE")
            assert Store(path).sweeps() == []

    def test_as_on_a_folder_that_machines_share_though_it_had_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        path = tmp_path / "a.db"
        with closing(Store(path)) as store:
            store.begin(SweepRecord("plan"), [], [])
        table = f"host:/share {tmp_path.resolve()} nfs4 rw 0 0"
        monkeypatch.setattr(opening, "mounts", lambda: table)
        with closing(Store(path)) as store:
            assert "no write-ahead log (nfs4 is shared between machines)" in store.note
            store.begin(SweepRecord("another"), [], [])
            assert len(store.sweeps()) == 2
            with closing(sqlite3.connect(path)) as found:
                assert found.execute("PRAGMA journal_mode").fetchone() == ("delete",)

    def test_and_where_it_works_there_is_no_note(self, tmp_path: Path):
        assert Store(tmp_path / "a.db").note == ""
        with closing(sqlite3.connect(tmp_path / "a.db")) as found:
            assert found.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@posix
class TestRights:
    def test_a_folder_that_is_read_only_is_named(self):
        code = """
lower_rights()
try:
    Store(sys.argv[1] + "/a.db")
except StoreError as error:
    print(error)
"""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o555)
            said = told(code, folder)
            assert list(Path(folder).iterdir()) == []
        (line,) = said
        assert line == (
            f"{folder}/a.db cannot be made: Permission denied - "
            'store="other/folder/name.db" names another place'
        )

    def test_a_store_that_is_read_only_is_read_and_not_written(self):
        code = """
lower_rights()
store = Store(sys.argv[1] + "/a.db")
print(store.note)
print([sweep.plan_key for sweep in store.sweeps()])
try:
    store.begin(SweepRecord("b"), [], [])
except StoreError as error:
    print(error)
"""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.db"
            with closing(Store(path)) as store:
                store.begin(SweepRecord("a"), [], [])
            path.chmod(0o444)
            Path(folder).chmod(0o555)
            note, found, refused = told(code, folder)
        assert note == f"{path} can only be read: nothing can be added to it"
        assert found == "['a']"
        assert refused.startswith(f"{path} cannot be written: Permission denied")


def test_a_store_whose_folder_is_taken_away_is_named(tmp_path: Path):
    path = tmp_path / "deep" / "a.db"
    store = Store(path)
    path.unlink()
    path.parent.rmdir()
    with pytest.raises(StoreError, match=r"a\.db cannot be read: No such file"):
        store.sweeps()
    with pytest.raises(StoreError, match=r"a\.db cannot be written: No such file"):
        store.begin(SweepRecord("plan"), [], [])


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("database is locked", "another process has held it for 10 s - end that"),
        ("database or disk is full", "the disk is full - make room"),
        ("database disk image is malformed", "it is damaged (database disk image"),
        ("disk I/O error", "disk I/O error - store="),
    ],
)
def test_what_sqlite_says_becomes_one_line(tmp_path: Path, said: str, line: str):
    error = trouble(tmp_path / "a.db", sqlite3.OperationalError(said), "written")
    assert f"{tmp_path / 'a.db'} cannot be written: {line}" in str(error)
