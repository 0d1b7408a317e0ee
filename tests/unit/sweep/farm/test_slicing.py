"""Which trials a slice has, and how many."""

from __future__ import annotations

from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import HumanMessage

from ocinb.sweep.engine import question_of, target_of
from ocinb.sweep.engine.failures import Failure
from ocinb.sweep.engine.work import Work
from ocinb.sweep.farm.slicing import MOST_TRIALS, Slicing, size
from ocinb.sweep.space import Plan
from ocinb.sweep.values import Prompt, Setting


def sizes(trials: int, slots: int, at_once: int) -> list[int]:
    found = []
    while trials:
        found.append(size(trials, slots, at_once))
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


def work_of(settings: int, repeats: int) -> Work:
    target = target_of(FakeListChatModel(responses=["a"]), stream=False)
    plan = Plan(
        [Setting(number, {"top_p": number / 100}) for number in range(settings)],
        [Prompt(0, (HumanMessage("Hi"),))],
        repeats=repeats,
    )
    return Work(plan, lambda trial: question_of(target, trial), lambda _: False)


def test_every_trial_is_in_one_slice():
    slicing = Slicing(work_of(3, 500), 2)
    found: list[bytes] = []

    while jobs := slicing.next(4)[0]:
        found += jobs

    assert len(found) == len(set(found)) == 1500


def test_what_came_back_goes_out_again_and_counts_how_often():
    slicing = Slicing(work_of(3, 10), 2)
    jobs, tries = slicing.next(4)

    slicing.again(jobs, tries + 1)

    assert slicing.next(4) == (jobs, 1)


def test_a_setting_that_was_cut_off_ends_nothing_but_itself():
    work = work_of(2, 3000)
    slicing = Slicing(work, 1)
    slicing.next(1)  # and 599 others are waiting, half of them of each setting
    work.cut[0] = Failure("", "no")
    count = 0

    while jobs := slicing.next(1)[0]:
        assert {job.trial.setting.number for job in jobs.values()} == {1}
        count += len(jobs)

    assert work.not_sent[0] == 3000 - 100
    assert count == 3000 - 100


def test_trials_that_all_were_cut_off_are_not_the_end_of_the_plan():
    work = work_of(1, 700)
    slicing = Slicing(work, 1)
    slicing.next(1)
    work.cut[0] = Failure("", "no")

    assert slicing.next(1) == ({}, 0)
    assert work.not_sent[0] == 500
