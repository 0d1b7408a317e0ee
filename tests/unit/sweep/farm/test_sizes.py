"""How many trials a slice has."""

from __future__ import annotations

from ocinb.sweep.farm.farm import MOST_TRIALS, _size


def sizes(trials: int, slots: int, at_once: int) -> list[int]:
    found = []
    while trials:
        found.append(_size(trials, slots, at_once))
        trials -= found[-1]
    return found


def test_all_trials_are_in_slices_of_at_most_200():
    found = sizes(10_000, 4, 8)

    assert sum(found) == 10_000
    assert max(found) == MOST_TRIALS == 200


def test_slices_become_smaller_so_that_workers_end_together():
    found = sizes(600, 2, 2)

    assert found == sorted(found, reverse=True)
    assert found[-1] < 5


def test_no_slice_is_too_small_for_what_its_worker_sends_at_once():
    assert len(sizes(600, 2, 16)) < 18


def test_few_trials_do_not_all_go_to_one_worker():
    assert sizes(10, 5, 100)[:3] == [2, 2, 2]
