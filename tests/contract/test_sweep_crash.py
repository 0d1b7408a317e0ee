"""A kernel that dies in the middle of a sweep loses nothing that was written."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from ocinb.local import Script
from tests.contract.crashing import child, committed
from tests.contract.stage import Stage
from tests.contract.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

REPEATS = 50


def test_a_killed_sweep_loses_no_written_row_and_sends_only_what_is_missing(
    tmp_path: Path,
):
    store = tmp_path / "s.db"
    moments = random.Random(5)  # noqa: S311 - the same moments each time
    known: set[bytes] = set()
    with Stage() as stage, stage.playing(Script.answer("yes", delay_s=0.02)):
        for _ in range(3):
            process = child(stage.endpoint, stage.profile_path, store, REPEATS)
            more = len(known) + moments.randrange(5, 40)
            assert eventually(lambda: len(committed(store)) >= more, 30)  # noqa: B023
            seen = committed(store)
            process.kill()
            process.communicate()
            assert known < seen <= committed(store)
            known = committed(store)
        sent = len(stage.requests)
        said, _ = child(stage.endpoint, stage.profile_path, store, REPEATS).communicate(
            timeout=60
        )

        assert int(said) == 4 * REPEATS
        assert len(stage.requests) - sent == 4 * REPEATS - len(known)
        assert len(committed(store)) == 4 * REPEATS
