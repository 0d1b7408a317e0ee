"""What may be passed as client, and what is said of anything else."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ocinb.errors import MissingExtraError, ParameterError
from ocinb.sweep.farm.workers import workers_of


def test_an_executor_tells_how_many_workers_it_has():
    with ThreadPoolExecutor(3) as pool:
        workers = workers_of(pool)
        workers.exchange.close(is_read=False)

    assert workers.count == 3


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(MissingExtraError, match=r"ocinb\[dask\]"):
        workers_of(object())


def test_anything_else_is_refused():
    with pytest.raises(ParameterError, match="got str"):
        workers_of("tcp://127.0.0.1:1")
