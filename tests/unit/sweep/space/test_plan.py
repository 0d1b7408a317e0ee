"""Trials: which there are, in which order, with which seed, at what cost."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from ocinb.errors import ParameterError
from ocinb.sweep.space import grid
from ocinb.sweep.space.plan import messages_of, params_of

SPACE = grid(temperature=[0, 0.5, 1])


def test_each_prompt_is_asked_with_each_setting_as_often_as_wished():
    plan = SPACE.plan(["a", "b"], repeats=2)

    seen = Counter((t.setting.number, t.prompt.number, t.repeat) for t in plan)

    assert len(plan) == len(seen) == 12
    assert set(seen.values()) == {1}


def test_settings_alternate_and_another_one_begins_each_time():
    plan = SPACE.plan(["a", "b"], repeats=1)

    assert [trial.setting.number for trial in plan] == [0, 1, 2, 1, 2, 0]


@pytest.mark.parametrize(
    ("seed", "sent"),
    [
        ("per-repeat", [0, 1, 2]),
        (40, [40, 41, 42]),
        (np.int64(40), [40, 41, 42]),
        ("fixed", [0, 0, 0]),
        (None, [None, None, None]),
    ],
)
def test_seeds_go_with_repeats(seed: Any, sent: Any):
    plan = grid(temperature=[1]).plan("a", repeats=3, seed=seed)

    assert [trial.seed for trial in plan] == sent
    assert [params_of(trial).get("seed") for trial in plan] == sent


def test_a_seed_that_is_an_axis_counts():
    plan = grid(seed=[7, 8]).plan("a", repeats=2)

    assert sorted(params_of(trial)["seed"] for trial in plan) == [7, 7, 8, 8]


def test_a_system_axis_stands_for_the_prompts_own():
    talk = [SystemMessage("old"), HumanMessage("Hi")]
    plan = grid(system=["new", None]).plan([talk, "b"])

    said = {
        (t.setting.number, t.prompt.number): [m.text for m in messages_of(t)]
        for t in plan
    }

    assert said == {
        (0, 0): ["new", "Hi"],
        (0, 1): ["new", "b"],
        (1, 0): ["old", "Hi"],
        (1, 1): ["b"],
    }
    assert all("system" not in params_of(trial) for trial in plan)


def test_an_estimate_says_requests_tokens_and_minutes():
    plan = grid(max_tokens=[100, 300]).plan(["x" * 400], repeats=3)

    estimate = plan.estimate()

    assert estimate.requests == 6
    assert estimate.prompt_tokens == 600
    assert estimate.answer_tokens == 1200
    assert str(estimate) == (
        "6 requests (2 settings x 1 prompt x 3 repeats), about 600 prompt tokens, at "
        "most 1,200 answer tokens, at most about 4 s on a usual server"
    )


def test_an_estimate_knows_no_tokens_where_nothing_bounds_them():
    plan = SPACE.plan("x")

    assert plan.estimate().answer_tokens is None
    assert "of any length" in str(plan.estimate())
    assert plan.estimate(max_tokens=10).answer_tokens == 30


def test_temperature_0_and_the_same_seed_are_warned_of_with_repeats():
    repeated = SPACE.plan("x", repeats=2, seed="fixed").warnings({})

    assert [line.split(":")[0] for line in repeated] == [
        "temperature 0 with repeats",
        "the same seed for each repeat",
    ]
    assert SPACE.plan("x", seed="fixed").warnings({}) == []
    assert grid(top_p=[1]).plan("x", repeats=2).warnings({"temperature": 0})


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"repeats": 0}, "repeats must be an integer >= 1 (got 0)"),
        ({"repeats": 2.0}, "repeats must be an integer >= 1 (got 2.0)"),
        ({"repeats": True}, "repeats must be an integer >= 1 (got True)"),
        ({"seed": "x"}, "seed must be 'per-repeat', 'fixed', an integer or None"),
        ({"seed": [1]}, "seed must be 'per-repeat', 'fixed', an integer or None"),
        ({"seed": -1}, "seed must be an integer >= 0 (got -1)"),
    ],
)
def test_what_is_no_plan_is_one_clear_line(options: Any, line: Any):
    with pytest.raises(ParameterError) as caught:
        SPACE.plan("x", **options)

    assert line in str(caught.value)
