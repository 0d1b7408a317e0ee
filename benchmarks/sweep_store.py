"""What a sweep's store and its tables cost, and what a killed kernel loses.

    python benchmarks/sweep_store.py [--kills 20] [--trials 100000] [--rows 1000000]

CPU time of this process. The goals are those of the specification: 100,000 trials are
read as a table within 1.5 s, 1,000,000 are summarised by one parameter within 3 s, no row
that was committed is lost to kill -9. The yardstick of a row is a plain loop that puts
the same values into a table of SQLite with one commit for each 100.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from ocinb.sweep.results import SweepResult
from ocinb.sweep.results.summary import summarised
from ocinb.sweep.results.trials import Trials
from ocinb.sweep.store import Store, SweepRecord
from ocinb.sweep.store.schema import TRIAL
from ocinb.sweep.store.texts import row_values
from ocinb.sweep.values import Planned, Prompt, Row, Score, Setting

SETTINGS = 20
PROMPTS = 500
TEXT = "An answer of some length, as a model gives it. " * 8

CHILD = """
import sys
from ocinb.sweep.store import Store
from ocinb.sweep.values import Row
store = Store(sys.argv[1])
for number in range(int(sys.argv[2]), 10**9):
    store.add(Row(number.to_bytes(16, "big"), "ok", 0, text="x" * 300))
    if number % 50 == 49:
        store.flush()
        print(number + 1, flush=True)
"""


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def row(number: int) -> Row:
    return Row(
        key(number),
        "failed" if number % 97 == 0 else "ok",
        0,
        seed=number % 5,
        text=TEXT,
        finish_reason="stop",
        model_name="model",
        prompt_tokens=30,
        completion_tokens=60 + number % 7,
        ttft_s=0.1 + number % 11 / 100,
        content_s=1.0,
        e2e_s=1.2 + number % 13 / 100,
        chunks=60,
        started_at=1.7e9 + number,
        request_id="A" * 32 + "/" + "B" * 32,
    )


def cpu(of: object) -> tuple[float, object]:
    begun = time.process_time()
    found = of()  # type: ignore[operator]  # any function without arguments
    return time.process_time() - begun, found


def line(what: str, value: float, unit: str, goal: float | None = None) -> None:
    ratio = "" if goal is None else f"   goal {goal:g} {unit}: {value / goal:.2f}x"
    print(f"{what:<52}{value:>10.2f} {unit}{ratio}")


def plan(store: Store, trials: int) -> int:
    settings = [
        Setting(n, {"temperature": n % 5 / 4, "top_p": 0.5 + n // 5 / 8})
        for n in range(SETTINGS)
    ]
    sweep = store.begin(
        SweepRecord("plan"), settings, (Prompt(n, ()) for n in range(PROMPTS))
    )
    store.plan(
        sweep,
        (
            Planned(
                n % SETTINGS, n // SETTINGS % PROMPTS, n // SETTINGS // PROMPTS, key(n)
            )
            for n in range(trials)
        ),
    )
    return sweep


def adding(folder: Path, trials: int) -> tuple[Store, int]:
    rows = [row(n) for n in range(trials)]
    store = Store(folder / "a.db")
    spent, sweep = cpu(lambda: plan(store, trials))
    line("plan, a trial", spent / trials * 1e6, "us")

    def add() -> None:
        for each in rows:
            store.add(each)
        store.flush()

    own, _ = cpu(add)
    bare, _ = cpu(lambda: plainly(folder / "b.db", rows))
    line("add a row (CPU of all threads)", own / trials * 1e6, "us")
    line("the same by a plain loop, 100 rows a commit", bare / trials * 1e6, "us")
    line("ratio", own / bare, "x")
    line("at 1,000 rows a second, a commit each 50 ms", paced(folder, rows), "us")
    for n in range(trials):
        store.add_score(Score(key(n), "exact", float(n % 3 == 0)))
    store.flush()
    return store, int(str(sweep))


def paced(folder: Path, rows: list[Row]) -> float:
    store = Store(folder / "c.db")
    store.flush()

    def pace(add: object) -> None:
        for first in range(0, 2000, 10):
            for each in rows[first : first + 10]:
                add(each)  # type: ignore[operator]  # takes a row
            time.sleep(0.01)

    idle, _ = cpu(lambda: pace(id))
    spent, _ = cpu(lambda: pace(store.add))
    store.close()
    return (spent - idle) / 2000 * 1e6


def plainly(path: Path, rows: list[Row]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        listed = ", ".join(f'"{name}"' for name in TRIAL)
        connection.execute(f"CREATE TABLE trial ({listed}, PRIMARY KEY (key))")
        marks = ", ".join("?" * len(TRIAL))
        for number, each in enumerate(rows):
            if number % 100 == 0:
                connection.execute("BEGIN")
            connection.execute(f"INSERT INTO trial VALUES ({marks})", row_values(each))  # noqa: S608 - marks alone
            if number % 100 == 99:
                connection.execute("COMMIT")


def loading(store: Store, sweep: int, trials: int) -> None:
    import pandas as pd

    pd.DataFrame({"text": ["x"]})  # imports are not what is measured
    spent, _ = cpu(lambda: store.rows(sweep))
    line(f"{trials:,} trials as columns", spent, "s")
    spent, _ = cpu(lambda: SweepResult(store, sweep).df)
    line(f"{trials:,} trials as a table, with scores", spent, "s", 1.5 * trials / 1e5)
    result = SweepResult(store, sweep)
    assert len(result) == trials  # noqa: S101 - and what follows is not the reading
    spent, _ = cpu(result.summary)
    line(f"{SETTINGS} settings of them summarised", spent, "s")
    spent, _ = cpu(result._repr_mimebundle_)
    line("their display", spent, "s")
    spent, _ = cpu(lambda: result.best("exact"))
    line("the best of their settings", spent, "s")
    spent, _ = cpu(lambda: store.kept(sweep))
    line(f"which of {trials:,} are there", spent, "s")


def summarising(count: int) -> None:
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    numbers = np.arange(count)
    frame = pd.DataFrame(
        {
            "temperature": numbers % 5 / 4,
            "setting": numbers % 5,
            "prompt": numbers // 5 % 1000,
            "repeat": numbers // 5000,
            "status": np.where(numbers % 97 == 0, "failed", "ok"),
            "ttft_s": rng.gamma(2.0, 0.1, count),
            "tpot_s": rng.gamma(2.0, 0.01, count),
            "e2e_s": rng.gamma(2.0, 1.0, count),
            "output_tokens_per_s": rng.gamma(2.0, 10.0, count),
            "score_exact": (rng.random(count) < 0.7).astype(float),
        }
    )
    settings = [Setting(n, {"temperature": n / 4}) for n in range(5)]
    trials = Trials(
        frame,
        settings,
        {"temperature": "temperature"},
        {"exact": "score_exact"},
        dict.fromkeys(range(5), count // 5),
    )
    for metrics in (["ttft_s"], None):
        spent, table = cpu(lambda: summarised(trials, ["temperature"], metrics))  # noqa: B023 - called at once
        assert len(table) == 5  # type: ignore[arg-type]  # noqa: S101 - a table
        what = "5 metrics" if metrics is None else "1 metric"
        line(f"{count:,} rows by one parameter, {what}", spent, "s", 3 * count / 1e6)


def killing(folder: Path, times: int) -> None:
    path = folder / "killed.db"
    store = Store(path)
    sweep = store.begin(SweepRecord("plan"), [], [])
    store.plan(sweep, (Planned(0, 0, n, key(n)) for n in range(500_000)))
    told = lost = 0
    rng = random.Random(0)  # noqa: S311 - no secret
    for _ in range(times):
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path), str(told)],
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout is not None  # noqa: S101 - for the types
            child.stdout.readline()
            time.sleep(rng.random() * 0.3)
            child.kill()
            told = int(["0", *child.stdout.read().split()][-1]) or told
        kept = store.kept(sweep)
        lost += sum(key(n) not in kept for n in range(told))
    line(f"rows committed before {times} times kill -9", told, "")
    line("of which are lost", lost, "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, sweep = adding(folder, chosen.trials)
        loading(store, sweep, chosen.trials)
        store.close()
        summarising(chosen.rows)
        killing(folder, chosen.kills)


if __name__ == "__main__":
    main()
