"""No row is lost: not by a full disk, a killed kernel or one that holds the file."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ocinb.errors import StoreError
from ocinb.sweep.store import Store, SweepRecord, opening
from ocinb.sweep.values import Planned, Row
from tests.contract.test_sweep_store_opening import WORKING, posix, told

if TYPE_CHECKING:
    from pathlib import Path


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def planned(path: Path, count: int) -> int:
    with closing(Store(path)) as store:
        sweep = store.begin(SweepRecord("plan"), [], [])
        store.plan(sweep, (Planned(0, 0, n, key(n)) for n in range(count)))
    return sweep


@posix
def test_rows_wait_for_room_on_a_full_disk_and_are_written_then(tmp_path: Path):
    code = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(sys.argv[1])
sweep = store.begin(SweepRecord("plan"), [], [])
store.plan(sweep, [Planned(0, 0, n, key(n)) for n in range(20)])
limit = os.path.getsize(sys.argv[1] + "-wal") + 10_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
for number in range(20):
    store.add(Row(key(number), "ok", 0, text="x" * 5000))
for end in (store.flush, store.flush, store.close):
    try:
        end()
    except StoreError as error:
        print(error)
print(store.problem is not None)
resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
store.close()
print(len(store.kept(sweep)))
"""
    *refused, problem, kept = told(code, str(tmp_path / "a.db"))
    assert len(refused) == 3
    for line in refused:
        assert line.startswith(f"{tmp_path / 'a.db'} cannot be written: ")
        assert "20 rows wait in memory" in line
    assert (problem, kept) == ("True", "20")


def test_rows_wait_for_a_kernel_that_holds_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(opening, "WAIT_S", 0.05)
    path = tmp_path / "a.db"
    sweep = planned(path, 2)
    with (
        closing(Store(path)) as store,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        store.add(Row(key(0), "ok", 0))
        with pytest.raises(StoreError, match="1 rows wait in memory"):
            store.flush()
        store.add(Row(key(1), "ok", 0))
        other.execute("ROLLBACK")
        store.flush()
        assert store.problem is None
        assert len(store.kept(sweep)) == 2


def test_a_full_group_is_written_at_once_and_a_small_one_soon(tmp_path: Path):
    path = tmp_path / "a.db"
    planned(path, 0)
    with closing(Store(path)) as store:
        before = store.changes()
        for number in range(1000):
            store.add(Row(key(number), "ok", 0))
        store.flush()
        commits = store.changes() - before
    assert 1 <= commits <= 11


def test_who_adds_never_waits_for_the_disk(tmp_path: Path):
    path = tmp_path / "a.db"
    sweep = planned(path, 500)
    with (
        closing(Store(path)) as store,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")  # nothing can be written meanwhile
        for number in range(500):
            store.add(Row(key(number), "ok", 0))
        assert len(store.kept(sweep)) == 0
        other.execute("COMMIT")
        store.flush()
        assert len(store.kept(sweep)) == 500


def test_an_error_of_a_plan_reaches_who_made_it_and_the_store_goes_on(tmp_path: Path):
    def broken(count: int) -> object:
        yield Planned(0, 0, 0, key(0))
        msg = f"plan {count}"
        raise LookupError(msg)

    path = tmp_path / "a.db"
    sweep = planned(path, 0)
    with closing(Store(path)) as store:
        with pytest.raises(LookupError, match="plan 3"):
            store.plan(sweep, broken(3))
        store.plan(sweep, [Planned(0, 0, 0, key(0))])
        store.add(Row(key(0), "ok", 0))
        store.flush()
        assert len(store.kept(sweep)) == 1


@posix
@pytest.mark.parametrize("after", [1, 150, 400])
def test_a_kernel_that_is_killed_loses_no_row_that_was_written(
    tmp_path: Path, after: int
):
    code = """
store = Store(sys.argv[1])
for number in range(int(sys.argv[2]), 1_000_000):
    store.add(Row(key(number), "ok", 0, text="x" * 500))
    if number % 50 == 49:
        store.flush()
        print(number + 1, flush=True)
"""
    path = tmp_path / "a.db"
    sweep = planned(path, 5000)
    with subprocess.Popen(  # noqa: S603 - this interpreter and the lines of a test
        [sys.executable, "-c", WORKING + code, str(path), "0"],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        told_kept = 0
        while told_kept < after:
            told_kept = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        told_kept = int(([str(told_kept), *child.stdout.read().split()])[-1])
    with closing(Store(path)) as store:
        kept = store.kept(sweep)
        assert len(kept) >= min(told_kept, 5000)
        assert all(key(number) in kept for number in range(min(told_kept, 5000)))
        store.add(Row(key(4999), "ok", 0))
        store.flush()
        assert key(4999) in store.kept(sweep)


def test_a_kernel_that_ends_without_closing_writes_what_it_added(tmp_path: Path):
    path = tmp_path / "a.db"
    sweep = planned(path, 1)
    code = "store = Store(sys.argv[1]); store.add(Row(key(0), 'ok', 0))"
    assert told(code, str(path)) == []
    assert len(Store(path).kept(sweep)) == 1
