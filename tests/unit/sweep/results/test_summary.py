"""What each setting, or each value of an axis, came to."""

from __future__ import annotations

import math
from statistics import fmean, stdev
from typing import Any

import pytest

from ocinb.errors import ParameterError
from ocinb.sweep.metrics import cluster_interval
from tests.unit.sweep.results.made import made

pytest.importorskip("pandas")

GRID = [{"temperature": t, "top_p": p} for t in (0.0, 1.0) for p in (0.5, 0.9)]


def slow(setting: int, prompt: int, repeat: int) -> dict[str, Any]:
    return {
        "text": f"answer number {repeat}",
        "e2e_s": 1.0 + setting + prompt / 10 + repeat / 100,
        "ttft_s": 0.25,
        "completion_tokens": 10,
    }


def test_each_setting_is_a_row_with_its_values_and_counts():
    result = made(slow, settings=GRID, prompts=["a", "b", "c"], repeats=2)
    table = result.summary()
    assert table["setting"].tolist() == [0, 1, 2, 3]
    assert table["temperature"].tolist() == [0.0, 0.0, 1.0, 1.0]
    counts = ["planned", "n", "failed", "prompts", "repeats"]
    assert table[counts].to_numpy().tolist() == [[6, 6, 0, 3, 2]] * 4


def test_an_axis_gathers_the_settings_that_share_its_value():
    result = made(slow, settings=GRID, prompts=["a", "b"], repeats=2)
    table = result.summary(by=["temperature"])
    assert table.columns[0] == "temperature"
    assert "setting" not in table
    assert table["n"].tolist() == [8, 8]
    wanted = [
        1.0 + s + p / 10 + k / 100 for s in (2, 3) for p in (0, 1) for k in (0, 1)
    ]
    row = table.iloc[1]
    assert row["e2e_s_mean"] == pytest.approx(fmean(wanted))
    assert row["e2e_s_sd"] == pytest.approx(stdev(wanted))
    assert row["e2e_s_p50"] == pytest.approx(2.0 + 1.555)
    assert row["e2e_s_n"] == 8
    assert result.summary("temperature").equals(table)


def test_the_interval_draws_whole_prompts():
    prompts = [f"p{n}" for n in range(10)]
    result = made(slow, prompts=prompts, repeats=3)
    values = [1.0 + p / 10 + k / 100 for p in range(10) for k in range(3)]
    wanted = cluster_interval(values, [p for p in range(10) for _ in range(3)])
    row = result.summary(metrics="e2e_s").iloc[0]
    assert (row["e2e_s_low"], row["e2e_s_high"]) == pytest.approx(
        (wanted.low, wanted.high)
    )


def test_failed_trials_are_counted_and_in_no_mean():
    result = made(
        lambda s, p, k: slow(s, p, k) | ({"error": "x", "e2e_s": 99.0} if k else {}),
        prompts=["a", "b", "c"],
    )
    row = result.summary().iloc[0]
    assert (row["planned"], row["n"], row["failed"]) == (6, 3, 3)
    assert row["e2e_s_mean"] == pytest.approx(1.1)
    assert row["e2e_s_p95"] < 2


def test_what_is_not_finished_is_planned_and_not_counted():
    result = made(lambda s, p, k: slow(s, p, k) if s == 0 else None)
    second = result.summary(metrics=["e2e_s"]).iloc[1]
    assert (second["planned"], second["n"], second["failed"]) == (4, 0, 0)
    assert math.isnan(second["e2e_s_mean"])
    assert second["note"] == "no values: no interval"


def test_without_any_trial_there_are_settings_and_no_metrics():
    table = made(lambda *_: None).summary()
    assert table["n"].tolist() == [0, 0]
    assert not [name for name in table if name.endswith("_mean")]


def test_times_and_scores_are_usual_and_labels_are_not():
    result = made(slow, scores=lambda *_: {"good": 1.0, "tone": "kind"})
    means = [name for name in result.summary() if name.endswith("_mean")]
    assert means == [
        "ttft_s_mean",
        "tpot_s_mean",
        "e2e_s_mean",
        "output_tokens_per_s_mean",
        "score_good_mean",
    ]


def test_a_share_stays_between_0_and_1_and_says_that_it_is_exact():
    result = made(slow, scores=lambda *_: {"good": 1.0}, prompts=list("abcdefgh"))
    row = result.summary(metrics=["good"]).iloc[0]
    assert row["score_good_mean"] == row["score_good_high"] == 1.0
    assert 0.5 < row["score_good_low"] < 1
    assert "all are 1: an exact interval" in row["note"]


def test_metrics_of_answers_are_measured_when_asked_for():
    result = made(
        lambda s, _, k: (
            {"text": "a b c" if s == 0 else f"a b {k}", "logprob_sum": -3.0}
            | {"logprob_count": 3, "finish_reason": "length" if k else "stop"}
        )
    )
    names = ["words", "unique_rate", "truncated", "perplexity"]
    table = result.summary(metrics=names)
    assert table["words_mean"].tolist() == [3.0, 3.0]
    assert table["unique_rate_mean"].tolist() == [0.5, 1.0]
    assert table["unique_rate_n"].tolist() == [2, 2]
    assert table["truncated_mean"].tolist() == [0.5, 0.5]
    assert table["perplexity_mean"].tolist() == pytest.approx([math.e] * 2)


def test_an_answer_of_tool_calls_alone_is_not_empty():
    calls = ({"name": "f", "args": {}, "id": "1"},)
    result = made(lambda s, *_: {"tool_calls": calls} if s else {})
    assert result.summary(metrics="empty")["empty_mean"].tolist() == [1.0, 0.0]


def test_values_of_an_axis_that_cannot_be_sorted_are_grouped():
    settings = [{"stop": ["a"]}, {"stop": None}, {"stop": ["a"], "top_p": 0.5}]
    table = made(slow, settings=settings).summary(by="stop")
    assert table["stop"].tolist()[0] == ["a"]
    assert table["n"].tolist() == [8, 4]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"by": ["nonsense"]}, "no axis nonsense .* temperature, top_p"),
        ({"metrics": ["nonsense"]}, "no metric nonsense .* ttft_s"),
        ({"metrics": ["text"]}, "text holds no numbers"),
    ],
)
def test_what_there_is_not_is_told_in_one_line(asked: dict[str, Any], says: str):
    result = made(slow, settings=GRID)
    with pytest.raises(ParameterError, match=says.replace(" .* ", ".* ")) as raised:
        result.summary(**asked)
    assert "\n" not in str(raised.value)
