"""The table of all finished trials."""

from __future__ import annotations

import math

import pytest

from ocinb.sweep import timing
from ocinb.sweep.results import SweepResult
from ocinb.sweep.results.naming import OWN
from ocinb.sweep.values import Score
from tests.unit.sweep.results.made import add, key, made

pytest.importorskip("pandas")


def test_axes_stand_first_then_our_own_columns_then_scores():
    result = made(
        lambda *_: {},
        settings=[{"temperature": 0.5, "error": "x"}],
        scores=lambda *_: {"good": 1.0},
    )
    columns = list(result.df.columns)
    assert columns[:3] == ["temperature", "param_error", "setting"]
    assert columns[-2:] == ["score_good", "key"]
    assert set(columns) == {"temperature", "param_error", "score_good", *OWN}


def test_a_failed_trial_is_a_row_with_its_error():
    result = made(
        lambda s, p, k: (
            {"error": "status 500", "error_kind": "ServerError"}
            if (s, p, k) == (1, 0, 1)
            else {"text": "fine"}
        )
    )
    frame = result.df
    assert len(frame) == 8
    failed = frame[frame["status"] == "failed"]
    assert failed[["setting", "prompt", "repeat"]].values.tolist() == [[1, 0, 1]]
    assert failed["error"].tolist() == ["status 500"]


def test_a_trial_without_a_result_is_no_row():
    assert len(made(lambda s, *_: {} if s == 0 else None).df) == 4
    assert len(made(lambda *_: None).df) == 0


def test_times_follow_the_formulas():
    facts = {"ttft_s": 0.5, "content_s": 1.0, "e2e_s": 2.0, "completion_tokens": 11}
    row = made(lambda *_: facts).df.iloc[0]
    assert row["tpot_s"] == timing.tpot_s(0.5, 2.0, 11) == 0.15
    assert row["itl_mean_s"] == timing.itl_mean_s(1.0, 11) == 0.1
    assert row["output_tokens_per_s"] == timing.output_tokens_per_s(2.0, 11) == 5.5


def test_what_the_server_did_not_say_is_missing_and_keeps_its_type():
    frame = made(lambda s, *_: {"seed": 3, "ttft_s": 0.5} if s else {}).df
    assert str(frame["seed"].dtype) == "Int64"
    assert frame["seed"].isna().tolist() == [True] * 4 + [False] * 4
    assert math.isnan(frame["ttft_s"][0])
    assert str(frame["itl_mean_s"].dtype) == "float64"


def test_the_key_is_text_and_the_short_prompt_is_there():
    frame = made(lambda *_: {}, prompts=["Hello\nthere", "Bye"]).df
    assert frame["key"][1] == key(0, 0, 1).hex()
    assert frame["prompt_text"].tolist()[:4] == ["Hello there"] * 2 + ["Bye"] * 2


def test_values_of_an_axis_may_be_of_any_kind_and_be_missing():
    settings = [{"stop": ["a", "b"]}, {"stop": None}, {"other": "x"}]
    frame = made(lambda *_: {}, settings=settings, repeats=1, prompts=["p"]).df
    assert frame["stop"][0] == ["a", "b"]
    assert frame["other"][2] == "x"
    assert frame[["stop", "other"]].isna().values.tolist() == [
        [False, True],
        [True, True],
        [True, False],
    ]


def test_a_score_is_a_number_or_a_label_and_its_error_stands_beside_it():
    def scores(_s: int, p: int, k: int) -> dict[str, object]:
        broken = Score(key(_s, p, k), "exact", error="no number")
        return {"exact": broken if k else 1.0, "tone": "kind" if p else "rude"}

    frame = made(lambda *_: {}, scores=scores).df
    assert frame["score_exact"].tolist()[:1] == [1.0]
    assert frame["score_exact"].isna().tolist() == [False, True] * 4
    assert frame["score_tone"].tolist()[:4] == ["rude", "rude", "kind", "kind"]
    assert frame["score_exact_error"].tolist()[:2] == ["", "no number"]
    assert "score_tone_error" not in frame


def test_a_running_sweep_may_be_asked_again_and_again():
    result = made(lambda s, *_: {} if s == 0 else None)
    assert len(result) == 4
    first = result.trials
    assert result.trials is first
    add(result.store, (1, 0, 0), {"text": "late"})
    result.store.flush()
    assert len(result) == 5
    assert result.df["text"].tolist()[-1] == "late"


def test_a_column_that_a_user_adds_is_theirs_alone():
    result = made(lambda *_: {})
    mine = result.df
    mine["mine"] = 1
    assert "mine" not in result.df


def test_the_result_of_another_store_is_refused():
    result = made(lambda *_: {})
    with pytest.raises(Exception, match="has no sweep 99"):
        SweepResult(result.store, 99)
