"""Kills a sweep at random moments, and counts what is lost and what is sent twice.

    pip install -e ".[test]"
    python benchmarks/sweep_crash.py [--kills 20] [--trials 2000]

A process sweeps over a scripted deployment on loopback that answers in a tenth of a second.
It is killed with SIGKILL after a random time, again and again; each new one goes on where
the last one stopped. At the end one runs to its end. Lost: rows that were on the disk and
are not any more. Doubled: requests of the last run beyond the trials that were missing.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ocinb.local import Script
from tests.contract.crashing import child, committed
from tests.contract.stage import Stage


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--trials", type=int, default=2000)
    chosen = options.parse_args()
    repeats = chosen.trials // 4
    lost = 0
    known: set[bytes] = set()
    with (
        tempfile.TemporaryDirectory() as folder,
        Stage() as stage,
        stage.playing(Script.answer("yes", delay_s=0.1)),
    ):
        store = Path(folder) / "s.db"

        for kill in range(chosen.kills):
            process = child(stage.endpoint, stage.profile_path, store, repeats)
            while len(committed(store)) == len(known) and process.poll() is None:
                time.sleep(0.01)
            time.sleep(random.uniform(0, 0.5))  # noqa: S311 - any moment
            seen = committed(store)
            process.kill()
            process.communicate()
            kept = committed(store)
            lost += len((known | seen) - kept)
            known = kept
            print(f"kill {kill + 1}: {len(kept)} rows, {lost} lost", flush=True)
        sent = len(stage.requests)
        child(stage.endpoint, stage.profile_path, store, repeats).communicate()
        missing = 4 * repeats - len(known)
        doubled = len(stage.requests) - sent - missing
        whole = len(committed(store))
    print(f"{whole} of {4 * repeats} rows; {lost} lost; {doubled} requests too many")


if __name__ == "__main__":
    main()
