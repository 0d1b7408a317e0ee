"""How far a sweep is, in one line."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.sweep.running.progress import Progress, in_words


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"kept": 3, "ok": 4, "open": 2}, "7 of 20 trials, 2 at once"),
        (
            {"ok": 4, "open": 2, "eta_s": 75.0},
            "4 of 20 trials, 2 at once, 1 min 15 s left",
        ),
        (
            {"ok": 4, "failed": 2, "cut": 5, "open": 1},
            "11 of 20 trials, 2 failed, 5 not sent, 1 at once",
        ),
        ({"state": "paused"}, "0 of 20 trials, paused"),
        ({"closed_s": 7.4}, "0 of 20 trials, the server asks to wait 7 s"),
        ({"open": 1, "trouble": "no host\n"}, "0 of 20 trials, 1 at once; no host"),
        (
            {"state": "done", "ok": 20, "elapsed_s": 3700.0},
            "20 of 20 trials, done in 1 h 1 min",
        ),
        (
            {"state": "stopped", "ok": 2, "elapsed_s": 3.0, "stopped": "by you"},
            "2 of 20 trials, stopped after 3 s: by you",
        ),
        (
            {"state": "failed", "elapsed_s": 3.0, "trouble": "no space"},
            "0 of 20 trials, failed after 3 s: no space",
        ),
    ],
)
def test_it_reads_well(fields: Any, line: Any):
    assert (
        str(Progress(**{"state": "running", "total": 20, "kept": 0, **fields})) == line
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.7, "1 min 0 s"),
        (3599.9, "1 h 0 min"),
        (90, "1 min 30 s"),
    ],
)
def test_times_are_told_as_people_do(seconds: Any, words: Any):
    assert in_words(seconds) == words
