"""What each chart says: the numbers in its specification and in its text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from ocinb.errors import ParameterError
from ocinb.sweep.metrics import cluster_interval
from ocinb.sweep.plots import Plots
from tests.unit.sweep.plots.tables import trials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ocinb.sweep.plots import Plot

PLOTS = Plots(trials())
EACH = {
    "heatmap": lambda plots: plots.heatmap("temperature", "top_p", "ttft_s"),
    "line": lambda plots: plots.line("temperature", "ttft_s"),
    "lines": lambda plots: plots.line("temperature", "ttft_s", by="top_p"),
    "box": lambda plots: plots.box("ttft_s"),
    "ecdf": lambda plots: plots.ecdf("ttft_s"),
    "pareto": lambda plots: plots.pareto("ttft_s", "quality"),
}


def rows_of(plot: Plot) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = plot.spec["data"]["values"]
    return found


def subtitle_of(plot: Plot) -> str:
    return " ".join(plot.spec["title"]["subtitle"])


def test_a_heat_map_has_the_mean_of_each_cell():
    plot = PLOTS.heatmap("temperature", "top_p", "ttft_s")
    cells = {(row["x"], row["y"]): row["value"] for row in rows_of(plot)}
    assert cells == {
        ("0.0", "0.8"): pytest.approx(0.11),
        ("0.7", "0.8"): pytest.approx(0.81),
        ("0.0", "0.9"): pytest.approx(0.11),
        ("0.7", "0.9"): pytest.approx(0.81),
    }
    assert "0.8                  0.11  0.81" in plot.text


def test_a_cell_without_trials_is_empty_and_that_is_said():
    table = trials()
    hole = table[~((table.temperature == 0.7) & (table.top_p == 0.9))]
    plot = Plots(hole).heatmap("temperature", "top_p", "ttft_s")
    assert len(rows_of(plot)) == 3
    assert "an empty cell has no trials" in subtitle_of(plot)
    assert "0.9                  0.11  -" in plot.text


def test_a_line_has_the_interval_by_prompt_beside_each_mean():
    table = trials()
    low, high = rows_of(PLOTS.line("temperature", "ttft_s"))
    cold = table[table.temperature == 0]
    interval = cluster_interval(cold.ttft_s, cold.prompt)
    assert (low["x"], low["value"]) == (0, pytest.approx(0.11))
    assert (low["low"], low["high"]) == pytest.approx((interval.low, interval.high))
    assert high["x"] == 0.7
    assert high["n"] == "12"


def test_an_interval_that_is_none_of_the_usual_says_so():
    plot = PLOTS.line("temperature", "ttft_s")
    assert "only 3 prompts: by Student's t" in subtitle_of(plot)


def test_a_line_for_each_value_of_another_axis():
    plot = PLOTS.line("temperature", "quality", by="top_p")
    assert [row["line"] for row in rows_of(plot)] == ["0.8", "0.8", "0.9", "0.9"]
    assert plot.text.splitlines()[1].startswith("top_p  temperature  mean")


def test_words_stand_beside_each_other_without_a_line_between():
    styles = ["terse" if t < 0.5 else "friendly" for t in trials().temperature]
    plot = Plots(trials(system=styles)).line("system", "ttft_s")
    assert [row["x"] for row in rows_of(plot)] == ["terse", "friendly"]
    marks = [layer["mark"]["type"] for layer in plot.spec["layer"]]
    assert marks == ["rule", "point"]


def test_a_box_is_the_middle_half_and_far_points_stand_alone():
    table = trials().iloc[:9].assign(ttft_s=[1.0, 2, 3, 4, 5, 6, 7, 8, 100])
    plot = Plots(table, axes=["temperature"]).box("ttft_s")
    box, far = rows_of(plot)
    assert (box["q1"], box["median"], box["q3"]) == (3, 5, 7)
    assert (box["low"], box["high"]) == (1, 8)
    assert far == {"y": "all trials", "far": 100}


def test_a_box_for_each_setting_or_for_each_value_of_some_axes():
    assert [row["y"] for row in rows_of(PLOTS.box("ttft_s"))] == [
        "temperature=0.0, top_p=0.8",
        "temperature=0.0, top_p=0.9",
        "temperature=0.7, top_p=0.8",
        "temperature=0.7, top_p=0.9",
    ]
    by_one = rows_of(PLOTS.box("ttft_s", by="top_p"))
    assert [row["y"] for row in by_one if "q1" in row] == ["0.8", "0.9"]


def test_a_distribution_function_steps_at_each_value():
    table = trials().iloc[:4].assign(ttft_s=[4.0, 1, 3, 2])
    plot = Plots(table, axes=["temperature"]).ecdf("ttft_s")
    corners = [(row["x"], row["y"]) for row in rows_of(plot)]
    assert corners == [(1, 0), (1, 0.25), (2, 0.5), (3, 0.75), (4, 1)]


def test_a_pareto_chart_marks_what_no_setting_beats():
    plot = PLOTS.pareto("ttft_s", "quality")
    front = {row["name"] for row in rows_of(plot) if row["kind"] == "on the front"}
    # both cold settings are as fast and as good; of the warm the better one
    assert front == {
        "temperature=0.0, top_p=0.8",
        "temperature=0.0, top_p=0.9",
        "temperature=0.7, top_p=0.9",
    }
    assert "better: lower ttft_s, higher quality" in subtitle_of(plot)


def test_which_way_is_better_can_be_said():
    plot = PLOTS.pareto("ttft_s", "quality", x_better="higher")
    front = [row["name"] for row in rows_of(plot) if row["kind"] == "on the front"]
    assert front == ["temperature=0.7, top_p=0.9"]


@pytest.mark.parametrize("chart", EACH.values(), ids=EACH)
def test_failed_trials_are_left_out_and_counted(chart: Any):
    status = ["failed", "ok"] * 12
    wild = trials(status=status)
    wild.loc[wild.status == "failed", "ttft_s"] = 1e9
    plot = chart(Plots(wild))
    assert "12 failed trials are left out" in subtitle_of(plot)
    assert "e+0" not in plot.text


@pytest.mark.parametrize("chart", EACH.values(), ids=EACH)
def test_what_is_no_number_is_null_in_the_data(chart: Any):
    odd = trials()
    odd.loc[[0, 1], "ttft_s"] = [np.nan, np.inf]
    odd["score_quality"] = odd["score_quality"].astype(object)
    odd.loc[2, "score_quality"] = None
    text = json.dumps(chart(Plots(odd)).spec, allow_nan=False)
    assert "$schema" in text


@pytest.mark.parametrize("chart", EACH.values(), ids=EACH)
def test_data_stays_bounded_however_many_trials_there_are(chart: Any):
    many = pd.concat([trials()] * 1000, ignore_index=True)
    many["ttft_s"] = np.random.default_rng(0).lognormal(size=len(many), sigma=3)
    plot = chart(Plots(many))
    assert len(many) == 24_000
    assert len(rows_of(plot)) < 2100


def test_thinned_out_points_are_told():
    many = pd.concat([trials()] * 1000, ignore_index=True)
    many["ttft_s"] = np.random.default_rng(0).lognormal(size=len(many), sigma=3)
    assert "points far out is drawn" in Plots(many).box("ttft_s").text
    assert "each curve in 300 steps" in Plots(many).ecdf("ttft_s").text


@pytest.mark.parametrize(
    ("chart", "line"),
    [
        (
            lambda: PLOTS.heatmap("temprature", "top_p", "ttft_s"),
            "no axis temprature; did you mean temperature? - columns: temperature, top_p",
        ),
        (lambda: PLOTS.box("ttft"), "no metric ttft; did you mean ttft_s?"),
        (lambda: PLOTS.line("temperature", "ttft_s", by="topp"), "no axis topp"),
        (lambda: PLOTS.box("text"), "text holds no numbers, so it cannot be drawn"),
        (
            lambda: Plots(trials(ttft_s=np.nan)).ecdf("ttft_s"),
            "ttft_s has no value in any successful trial",
        ),
        (
            lambda: Plots(trials(status="failed")).ecdf("ttft_s"),
            "nothing to draw: no trial succeeded (24 failed)",
        ),
        (
            lambda: Plots(trials(top_p=range(24))).line(
                "temperature", "ttft_s", "top_p"
            ),
            "top_p: 24 values, but at most 6 fit - draw a heat map over both axes",
        ),
        (
            lambda: Plots(trials(top_p=range(24))).ecdf("ttft_s"),
            "setting: 24 values, but at most 6 fit - name fewer axes: by=[...]",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(chart: Any, line: str):
    with pytest.raises(ParameterError) as caught:
        chart()
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_settings_that_never_have_both_metrics_have_no_front():
    half = [1.0] * 12 + [np.nan] * 12
    table = trials(ttft_s=half, score_quality=half[::-1])
    with pytest.raises(ParameterError, match="no setting has both ttft_s and quality"):
        Plots(table).pareto("ttft_s", "quality")


def test_only_what_is_drawn_is_asked_for():
    asked: list[Any] = []

    def source(metrics: Sequence[str]) -> pd.DataFrame:
        asked.append(tuple(metrics))
        return trials()

    plots = Plots(source)
    plots.box("ttft_s")
    plots.pareto("ttft_s", "quality")
    assert asked == [("ttft_s",), ("ttft_s", "quality")]


def test_values_of_every_kind_are_told_apart():
    kinds = [1, True, "1", None, [1], {"a": 1}, 0.5, "x" * 99]
    values = [kinds[n % 8] for n in range(24)]
    table = trials(stop=pd.Series(values, dtype=object))
    plot = Plots(table).box("ttft_s", by="stop")
    names = [row["y"] for row in rows_of(plot) if "q1" in row]
    assert len(set(names)) == 8
    assert names[:2] == ["0.5", "1"]
    assert "(not set)" in names
    assert "1 (2)" in names
    assert max(map(len, names)) <= 40


def test_missing_values_of_every_kind_are_one_value():
    for missing in (None, np.nan, pd.NA):
        column = pd.Series([1, missing] * 12, dtype=object)
        plot = Plots(trials(seed=column)).box("ttft_s", by="seed")
        assert [row["y"] for row in rows_of(plot)] == ["1", "(not set)"]
    whole = trials(seed=pd.array([1, None] * 12, dtype="Int64"))
    plot = Plots(whole).box("ttft_s", by="seed")
    assert [row["y"] for row in rows_of(plot)] == ["1", "(not set)"]
