"""What a deployment did at once, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.errors import ParameterError
from ocinb.sweep.metrics.load import (
    Goodput,
    Throughput,
    goodput,
    peak_concurrency,
    throughput,
)
from tests.unit.sweep.metrics.rows import row


def ran(start: float, end: float, **facts: Any) -> Any:
    told = {"started_at": start, "e2e_s": end - start, "completion_tokens": 11}
    return row("x", **{**told, **facts})


def test_throughput_is_by_the_time_from_first_to_last():
    rows = [ran(10, 12), ran(11, 15), ran(11, 20, status="failed")]
    assert throughput(rows) == Throughput(10, 2 / 10, 22 / 10)


def test_tokens_that_the_server_did_not_count_are_not_guessed():
    found = throughput([ran(0, 1), ran(0, 2, completion_tokens=None)])
    assert found == Throughput(2, 1, None)


def test_without_an_answer_there_is_no_throughput():
    assert throughput([]) is None
    assert throughput([ran(0, 1, status="failed")]) is None


def test_goodput_counts_what_met_every_limit():
    rows = [
        ran(0, 2, ttft_s=0.5),  # tpot (2 - 0.5) / 10 = 0.15
        ran(0, 2, ttft_s=1.5),  # too late
        ran(0, 4, ttft_s=0.5),  # tpot 0.35
        ran(0, 1, ttft_s=0.5, status="failed"),
    ]
    found = goodput(rows, max_ttft_s=1, max_tpot_s=0.2, max_e2e_s=3)
    assert found == Goodput(1 / 4, 1 / 4)
    assert goodput(rows, max_e2e_s=3) == Goodput(2 / 4, 2 / 4)


def test_what_was_not_measured_meets_no_limit_on_it():
    assert goodput([ran(0, 1)], max_ttft_s=9) == Goodput(0, 0)
    one_token = ran(0, 1, completion_tokens=1)
    assert goodput([one_token], max_tpot_s=0.001) == Goodput(1, 1)


def test_goodput_without_a_limit_is_refused():
    with pytest.raises(ParameterError, match="goodput needs a limit"):
        goodput([ran(0, 1)])
    assert goodput([], max_e2e_s=1) is None


def test_peak_concurrency_is_the_most_at_once():
    assert peak_concurrency([ran(0, 4), ran(1, 2), ran(2, 5), ran(3, 6)]) == 3
    assert peak_concurrency([ran(0, 1), ran(1, 2)]) == 1
    assert peak_concurrency([]) == 0
