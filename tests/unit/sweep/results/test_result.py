"""A result: its settings, comparisons, warnings, its model, and where it comes from."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.runnables import RunnableBinding
from pydantic import BaseModel

from ocinb.errors import MissingExtraError, ParameterError, StoreError
from ocinb.sweep.results import SweepResult, load_sweep
from ocinb.sweep.store import Store, SweepRecord
from ocinb.sweep.values import Setting
from tests.unit.sweep.results.made import made

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("pandas")

MANY = [f"prompt {n}" for n in range(10)]


def quick(setting: int, *_: int) -> dict[str, Any]:
    return {"text": "x", "e2e_s": 1.0 + setting, "ttft_s": 0.1}


class TestASetting:
    def test_is_found_by_its_number_or_by_what_only_it_has(self):
        grid = [{"t": 0, "p": 1}, {"t": 0, "p": 2}, {"t": None}]
        result = made(quick, settings=grid)
        assert result.settings == [Setting(n, v) for n, v in enumerate(grid)]
        assert result.setting(1).values == {"t": 0, "p": 2}
        assert result.setting({"p": 1}).number == 0
        assert result.setting({"t": None}).number == 2

    @pytest.mark.parametrize(
        ("wanted", "says"),
        [
            (9, "no setting 9: numbers are 0 to 1"),
            ({"temperature": 7}, "no setting {'temperature': 7}"),
            ({}, "2 settings have {}: name more of their values"),
        ],
    )
    def test_that_is_not_there_is_refused(self, wanted: Any, says: str):
        with pytest.raises(ParameterError) as told:
            made(quick).setting(wanted)
        assert says in str(told.value)


class TestAComparison:
    def test_has_both_texts_of_each_prompt_and_repeat(self):
        def facts(s: int, p: int, k: int) -> dict[str, Any] | None:
            if (s, p, k) == (1, 1, 1):
                return None
            return {
                "text": f"t{k}" if s else "t0",
                "error": "boom" if p + s == 2 else "",
            }

        result = made(facts)
        compared = result.compare(0, {"temperature": 1.0})
        assert (compared.a.number, compared.b.number) == (0, 1)
        frame = compared.df
        assert frame["repeat"].tolist() == [0, 1, 0, 1]
        assert frame["text_a"].tolist() == ["t0"] * 4
        assert frame["text_b"].tolist() == ["t0", "t1", "t0", ""]
        assert frame["same"].tolist() == [True, False, True, False]
        assert frame["error_b"].tolist() == ["", "", "boom", ""]

    def test_has_the_interval_of_each_difference(self):
        def facts(s: int, p: int, k: int) -> dict[str, Any]:
            return {"e2e_s": 1.0 + s * (1 + p / 10) + p + k / 100, "ttft_s": 0.1}

        table = made(facts, prompts=MANY).compare(0, 1).differences.set_index("metric")
        row = table.loc["e2e_s"]
        assert row["difference"] == pytest.approx(-1.45)
        assert -1.8 < row["low"] < -1.45 < row["high"] < -1.1
        assert row["distinguishable"]
        assert not table.loc["ttft_s", "distinguishable"]

    def test_of_settings_without_trials_has_no_rows(self):
        compared = made(lambda *_: None).compare(0, 1)
        assert len(compared.df) == len(compared.differences) == 0
        assert "A: " in compared._repr_mimebundle_()["text/plain"]


class TestWarnings:
    def test_a_clean_sweep_has_none(self):
        assert made(quick, settings=[{"temperature": 1.0}], prompts=MANY).warnings == []

    def test_what_may_fool_a_reader_is_told(self):
        def facts(s: int, p: int, k: int) -> dict[str, Any] | None:
            if s == 1 and p == 1:
                return None
            broken = (
                {"error": "slow down", "error_kind": "RateLimited"} if k == 0 else {}
            )
            return {"lag_s": 0.5, "logprob_count": 1, **broken}

        told = made(facts, notes=["from the run"]).warnings
        assert [line.split(":")[0] for line in told] == [
            "from the run",
            "2 of 8 trials have no result yet",
            "3 of 6 trials failed (3 RateLimited)",
            "client-bound",
            "only 2 prompts",
            "at temperature 0 repeats are about the same answer",
            "log-probabilities may be from before temperature",
        ]
        assert "this machine came 500 ms late (95th percentile)" in told[3]


class OwnModel(BaseModel):
    temperature: float = 0.7
    top_p: float | None = None


class TestTheBestModel:
    def test_is_a_copy_with_the_best_setting(self):
        model = OwnModel(top_p=0.5)
        result = made(quick, prompts=MANY, model=model)
        best = result.best_model("e2e_s")
        assert best == OwnModel(temperature=0.0, top_p=0.5)
        assert model.temperature == 0.7

    def test_of_any_other_kind_is_bound_to_it(self, reciting: Any):
        result = made(
            quick,
            settings=[{"min_p": 0.1, "system": "terse"}, {"min_p": 0.2}],
            prompts=MANY,
            model=reciting(answers=[["hi"]]),
        )
        best = result.best_model("e2e_s")
        assert isinstance(best, RunnableBinding)
        assert best.kwargs == {"min_p": 0.1}

    def test_is_by_the_only_score_if_nothing_is_said(self):
        result = made(
            quick,
            prompts=MANY,
            model=OwnModel(),
            scores=lambda s, *_: {"good": float(s)},
        )
        assert result.best_model().temperature == 1.0
        with pytest.raises(ParameterError, match="best by which metric"):
            made(quick, model=OwnModel()).best_model()

    def test_is_refused_without_a_model_and_among_equals(self):
        with pytest.raises(ParameterError, match="knows no model"):
            made(quick).best_model("e2e_s")
        with pytest.raises(ParameterError, match="not distinguishable"):
            made(lambda *_: {"e2e_s": 1.0}, model=OwnModel()).best_model("e2e_s")


class TestLoading:
    def test_the_newest_sweep_is_loaded_or_the_one_of_a_name(self, tmp_path: Path):
        path = tmp_path / "a.db"
        store = Store(path)
        for number, name in enumerate(["a", "b", "a", "c"]):
            store.begin(SweepRecord(str(number), name, created_at=number), [], [])
        store.close()
        assert load_sweep(path).record.name == "c"
        assert load_sweep(str(path), "a").record.plan_key == "2"

    def test_what_is_not_there_is_named(self, tmp_path: Path):
        path = tmp_path / "a.db"
        with pytest.raises(StoreError, match=r"there is no store .*a\.db"):
            load_sweep(path)
        assert not path.exists()
        Store(path)
        with pytest.raises(StoreError, match=r"no sweep in .*a\.db - it is empty"):
            load_sweep(path)
        store = Store(path)
        store.begin(SweepRecord("plan", "mine"), [], [])
        store.close()
        with pytest.raises(StoreError, match=r"no sweep 'x' in .* - there are: mine"):
            load_sweep(path, "x")


def test_without_pandas_the_extra_is_named_and_a_display_does_not_fail(
    monkeypatch: pytest.MonkeyPatch,
):
    store = Store(":memory:")
    result = SweepResult(store, store.begin(SweepRecord("plan", "mine"), [], []))
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"ocinb\[sweep\]"):
        _ = result.df
    shown = result._repr_mimebundle_()
    assert shown["text/plain"].startswith("mine: the results of a sweep need pandas")


def test_importing_results_does_not_import_pandas():
    code = (
        "import sys, ocinb.sweep.results;"
        "print([n for n in ('pandas', 'numpy', 'matplotlib') if n in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603 - this interpreter and the line above
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
