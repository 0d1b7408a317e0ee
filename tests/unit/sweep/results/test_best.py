"""The best setting is named only where the trials can tell."""

from __future__ import annotations

import random

import pytest

from ocinb.errors import ParameterError
from ocinb.sweep.metrics import pareto_front
from tests.unit.sweep.results.made import made

pytest.importorskip("pandas")

MANY = [f"prompt {n}" for n in range(12)]
THREE = [{"temperature": t} for t in (0.1, 0.5, 0.9)]


def noise(*place: int) -> float:
    return random.Random(str(place)).random()  # noqa: S311 - no secret


def test_a_clear_winner_is_the_best():
    result = made(
        lambda s, p, k: {"e2e_s": 1.0 + s + noise(s, p, k) / 10},
        settings=THREE,
        prompts=MANY,
    )
    best = result.best("e2e_s")
    assert best.distinguishable
    assert best.setting.values == {"temperature": 0.1}
    assert best.interval.low < best.value < best.interval.high
    assert str(best).startswith("temperature=0.1: e2e_s 1.0")


def test_what_is_hard_about_a_prompt_does_not_hide_a_winner():
    result = made(
        lambda s, p, k: {"e2e_s": 10.0 * p + 0.1 * s + noise(s, p, k) / 100},
        prompts=MANY,
    )
    first, second = result.summary(metrics="e2e_s").to_dict("records")
    assert first["e2e_s_high"] > second["e2e_s_low"]
    assert result.best("e2e_s").setting.number == 0


def test_a_leader_by_chance_is_refused_and_its_ties_are_named():
    result = made(
        lambda s, p, k: {"e2e_s": 1.0 + noise(s, p, k)}, settings=THREE, prompts=MANY
    )
    best = result.best("e2e_s")
    assert not best.distinguishable
    assert {best.leader.number, *(tie.number for tie in best.ties)} == {0, 1, 2}
    with pytest.raises(
        ParameterError, match="is not distinguishable from temp"
    ) as told:
        _ = best.setting
    assert "\n" not in str(told.value)
    assert "not distinguishable from" in str(best)


def test_settings_that_are_equal_are_tied():
    result = made(lambda *_: {"e2e_s": 0.1}, prompts=MANY, repeats=3)
    assert [tie.number for tie in result.best("e2e_s").ties] == [1]


def test_the_best_of_many_by_chance_is_not_the_best():
    """Of 30 equal settings the first and the last look different, one by one."""
    result = made(
        lambda s, p, k: {"e2e_s": 1.0 + noise(s, p, k)},
        settings=[{"temperature": n / 30} for n in range(30)],
        prompts=MANY,
        repeats=1,
    )
    best = result.best("e2e_s")
    assert len(best.ties) == 29
    last = result.compare(best.leader, best.ties[-1]).differences
    assert last["distinguishable"].all()


def test_among_equals_a_second_metric_chooses():
    result = made(
        lambda s, p, k: {"e2e_s": 3.0 - s + noise(s, p, k) / 10},
        settings=THREE,
        prompts=MANY,
        scores=lambda s, *_: {"valid": float(s < 2)},
    )
    assert [tie.number for tie in result.best("valid").ties] == [1]
    best = result.best("valid", then="e2e_s")
    assert best.setting.number == 1
    assert (best.metric, best.then, best.value) == ("score_valid", "e2e_s", 1.0)
    assert str(best).endswith("among equals by e2e_s")


def test_which_way_is_better_is_known_or_has_to_be_said():
    result = made(
        lambda s, p, _: {"text": "word " * (1 + s + p), "e2e_s": 1.0 + s + p / 9},
        prompts=MANY,
        scores=lambda s, *_: {"cost": float(s)},
    )
    assert result.best("cost").leader.number == 1
    assert result.best("cost", higher=False).leader.number == 0
    with pytest.raises(
        ParameterError, match="which way is better is not known of words"
    ):
        result.best("words")
    assert result.best("words", higher=True).leader.number == 1
    assert result.best("words", higher={"words": False}).leader.number == 0
    with pytest.raises(ParameterError, match="not known of words"):
        result.pareto("e2e_s", "words")


def test_settings_without_a_value_and_failures_of_the_leader_are_noted():
    def facts(s: int, p: int, k: int) -> dict[str, object]:
        broken = s == 2 or (s == 0 and k == 1)
        return {"e2e_s": 1.0 + s + p / 100, "error": "boom" if broken else ""}

    best = made(facts, settings=THREE, prompts=MANY).best("e2e_s")
    assert best.setting.number == 0
    assert best.note == (
        "12 of its 24 trials failed; 1 settings have no value and were left out"
    )


def test_without_a_value_nothing_is_best():
    with pytest.raises(ParameterError, match="no trial has a value of e2e_s yet"):
        made(lambda *_: None).best("e2e_s")


def test_a_single_trial_of_each_distinguishes_nothing():
    result = made(lambda s, *_: {"e2e_s": 1.0 + s}, prompts=["p"], repeats=1)
    assert not result.best("e2e_s").distinguishable


class TestTheFront:
    def test_holds_what_no_other_setting_beats_in_both(self):
        times = (1.0, 2.0, 3.0)
        scores = (0.2, 0.1, 0.9)
        result = made(
            lambda s, *_: {"e2e_s": times[s]},
            settings=THREE,
            scores=lambda s, *_: {"good": scores[s]},
        )
        table = result.pareto("e2e_s", "good")
        assert table["setting"].tolist() == [0, 1, 2]
        assert table["on_front"].tolist() == [True, False, True]
        assert result.pareto("good", "e2e_s")["setting"].tolist() == [2, 0, 1]

    def test_leaves_out_a_setting_without_a_value_of_both(self):
        result = made(
            lambda *_: {"e2e_s": 1.0},
            scores=lambda s, *_: {"good": 1.0} if s else {},
        )
        assert result.pareto("e2e_s", "good")["setting"].tolist() == [1]

    @pytest.mark.parametrize(
        ("points", "on_front"),
        [
            ([], []),
            ([(1, 1)], [True]),
            ([(1, 1), (1, 1)], [True, True]),
            ([(1, 2), (1, 1), (2, 1)], [False, True, False]),
            ([(3, 1), (1, 3), (2, 2), (3, 3)], [True, True, True, False]),
        ],
    )
    def test_is_found_among_points(
        self, points: list[tuple[float, float]], on_front: list[bool]
    ):
        front = pareto_front(points, ("lower", "lower"))
        assert [place in front for place in range(len(points))] == on_front
