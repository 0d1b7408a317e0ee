"""Which trials of a plan have a row, in little memory."""

from __future__ import annotations

import sys

import pytest

from ocinb.sweep.store import Kept


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def test_each_key_has_its_status():
    kept = Kept([(key(1), "ok"), (key(3), "failed"), (key(200), "ok")])
    assert dict(kept) == {key(1): "ok", key(3): "failed", key(200): "ok"}
    assert key(2) not in kept
    assert key(201) not in kept
    assert kept.get(key(0)) is None
    with pytest.raises(KeyError):
        kept[key(4)]


def test_a_key_that_is_planned_twice_is_one_key():
    assert len(Kept([(key(1), "ok"), (key(1), "ok"), (key(2), "ok")])) == 2


def test_nothing_is_kept_of_nothing():
    assert dict(Kept(())) == {}
    assert key(1) not in Kept(())


def test_a_key_takes_little_more_than_itself():
    kept = Kept((key(number), "ok") for number in range(10_000))
    taken = sum(map(sys.getsizeof, vars(kept).values()))
    assert taken < 20 * len(kept)
