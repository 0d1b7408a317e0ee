"""The one list of metrics."""

from __future__ import annotations

from ocinb.sweep.metrics.catalogue import METRICS, measured, measured_together
from tests.unit.sweep.metrics.rows import row

ANSWER = row(
    "Bern, of course",
    finish_reason="stop",
    ttft_s=0.5,
    content_s=1.2,
    e2e_s=2.0,
    completion_tokens=4,
    logprob_sum=0.0,
    logprob_count=4,
)


def test_every_metric_has_a_help_and_a_function_with_a_docstring():
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.help
        assert metric.kind in ("row", "group")


def test_one_answer_has_every_metric_of_rows():
    found = measured(ANSWER)
    assert list(found) == [m.name for m in METRICS.values() if m.kind == "row"]
    assert found["tpot_s"] == (2.0 - 0.5) / 3
    assert found["itl_mean_s"] == 1.2 / 3
    assert found["output_tokens_per_s"] == 4 / 2
    assert found["truncated"] == 0.0
    assert found["words"] == 3
    assert found["perplexity"] == 1
    assert found["prompt_tokens"] is None


def test_values_are_numbers_of_one_type():
    types = {type(v) for v in measured(ANSWER).values() if v is not None}
    assert types == {float}


def test_only_what_was_asked_for_is_measured():
    assert measured(ANSWER, ["words"]) == {"words": 3}
    assert measured_together([ANSWER], ["distinct_1"]) == {"distinct_1": 1}


def test_a_failed_trial_has_only_what_it_cost():
    failed = row("half an", status="failed", e2e_s=60.0, queue_s=1.0, attempts=8)
    known = {name: v for name, v in measured(failed).items() if v is not None}
    assert known == {"queue_s": 1.0, "attempts": 8, "lag_s": 0}


def test_repeats_are_measured_together_without_failed_ones():
    rows = [row("a b"), row("a b"), row("c d"), row("e f", status="failed")]
    found = measured_together(rows)
    assert list(found) == [m.name for m in METRICS.values() if m.kind == "group"]
    assert found["unique_rate"] == 2 / 3
    assert found["self_consistency"] == 2 / 3
    assert found["distinct_1"] == 4 / 6
    assert found["distinct_3"] is None


def test_no_repeats_have_no_values():
    assert set(measured_together([]).values()) == {None}
