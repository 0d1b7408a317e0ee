"""The view of a result: what is shown, chosen, compared and opened."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.sweep import grid, run_sweep
from ocinb.widgets.sweep.opened import model_with
from tests.unit.sweep.results.made import made
from tests.unit.widgets.panel.conftest import Hand
from tests.unit.widgets.sweep.conftest import WITHIN_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ocinb.sweep.results import SweepResult
    from ocinb.widgets.sweep import SweepView

HOSTILE = "<script>hacked()</script><img src=x onerror=hacked()>"


def choose(view: SweepView, label: str, *, to: Any) -> None:
    Hand(view).box(label).value = to
    assert view.background.wait(WITHIN_S)


def opened(view: SweepView, name: str) -> Hand:
    Hand(view).press(name)
    assert view.background.wait(WITHIN_S)
    return Hand(view)


def test_settings_stand_with_mean_interval_and_counts(
    show: Callable[..., SweepView], result: SweepResult
) -> None:
    hand = Hand(show(result))
    assert hand.buttons[-2:] == ["temperature=0.0", "temperature=1.0"]
    assert "<strong>1.07</strong>" in hand.text
    assert "16 of 16" in hand.text
    assert "15 of 16" in hand.text
    assert "1 failed" in hand.text


def test_the_best_setting_is_marked(
    show: Callable[..., SweepView], result: SweepResult
) -> None:
    hand = Hand(show(result))
    assert "best e2e_s: temperature=0.0" in hand.text
    assert hand.text.count("ocinb-mark-best") - hand.text.count(".ocinb-mark-best") == 1


def test_settings_that_cannot_be_told_apart_are_named(
    show: Callable[..., SweepView],
) -> None:
    alike = made(lambda s, p, r: {"text": "x", "e2e_s": 1 + 0.1 * ((s + p + r) % 3)})
    hand = Hand(show(alike))
    assert "is not distinguishable from" in hand.text
    assert ">tied<" in hand.text
    assert ">leads<" in hand.text


def test_the_best_comes_first_when_it_is_asked_for(
    show: Callable[..., SweepView], result: SweepResult
) -> None:
    view = show(result)
    choose(view, "Metric", to="characters")
    assert "which way is better is not known" in Hand(view).text
    choose(view, "Better", to=False)
    choose(view, "Order", to=True)
    assert Hand(view).buttons[-2:] == ["temperature=1.0", "temperature=0.0"]
    choose(view, "Better", to=True)
    assert Hand(view).buttons[-2:] == ["temperature=0.0", "temperature=1.0"]


def test_many_settings_are_read_page_by_page(show: Callable[..., SweepView]) -> None:
    many = made(
        lambda s, *_: {"text": "x", "e2e_s": float(s)},
        settings=[{"max_tokens": n} for n in range(1, 31)],
        repeats=1,
    )
    view = show(many)
    assert "settings 1 to 12 of 30" in Hand(view).text
    Hand(view).press("More")
    assert view.background.wait(WITHIN_S)
    assert "settings 13 to 24 of 30" in Hand(view).text
    assert "max_tokens=13" in Hand(view).buttons
    assert "max_tokens=12" not in Hand(view).buttons


def test_answers_stand_in_a_table_of_settings_and_prompts(
    show: Callable[..., SweepView], result: SweepResult
) -> None:
    view = show(result)
    hand = opened(view, "Answers")
    assert "answer cold to 2" in hand.text
    assert "answer cold to 3" not in hand.text
    assert "prompts 1 to 3 of 8" in hand.text
    assert "the same 2 times" in hand.text
    choose(view, "Repeats", to=True)
    assert "failed: too &lt;b&gt;warm&lt;/b&gt;" in Hand(view).text


def test_words_that_differ_are_marked(
    show: Callable[..., SweepView], result: SweepResult
) -> None:
    hand = opened(show(result), "Differences")
    assert "2 of 8 words differ" in hand.text
    assert ">cold</mark>" in hand.text
    assert "A less B" in hand.text


def test_a_failed_trial_is_compared_by_its_error(
    show: Callable[..., SweepView], result: SweepResult
) -> None:
    view = show(result)
    opened(view, "Differences")
    choose(view, "Repeat", to=1)
    assert "(failed:" in Hand(view).text


@pytest.mark.parametrize("kind", ["line", "box", "ecdf"])
def test_charts_are_outputs_that_the_front_end_draws(
    show: Callable[..., SweepView], result: SweepResult, kind: str
) -> None:
    view = show(result)
    opened(view, "Charts")
    choose(view, "Chart", to=kind)
    charts: Any = view._sections["Charts"]
    (output,) = charts._place.children
    assert "application/vnd.vegalite.v5+json" in output.outputs[0]["data"]
    assert set(output.outputs[0]["data"]) == {
        "application/vnd.vegalite.v5+json",
        "text/plain",
    }


def test_a_chart_that_cannot_be_drawn_says_why(
    show: Callable[..., SweepView], result: SweepResult
) -> None:
    view = show(result)
    opened(view, "Charts")
    choose(view, "Chart", to="heatmap")
    assert "a heat map needs two axes" in Hand(view).text


def test_a_click_on_a_setting_opens_a_chat_with_it(
    show: Callable[..., SweepView], result: SweepResult, reciting: Any
) -> None:
    result.model = reciting(answers=[["Hello"]])
    view = show(result)
    Hand(view).press("temperature=1.0")
    assert view.panel is not None
    view.panel.ask("Hi").result(WITHIN_S)
    assert view.panel.value == "Hello"
    assert result.model.params[-1]["temperature"] == 1.0
    Hand(view).press("As code")
    assert "temperature" in Hand(view).text
    Hand(view).press("Close")
    assert view.panel is None


def test_a_result_without_a_model_says_how_to_give_it_one(
    show: Callable[..., SweepView], result: SweepResult
) -> None:
    view = show(result)
    Hand(view).press("temperature=1.0")
    assert "set result.model = your model" in Hand(view).text
    assert view.panel is None


def test_a_system_prompt_is_the_panels_and_no_field_of_the_model(
    show: Callable[..., SweepView], reciting: Any
) -> None:
    swept = made(
        lambda *_: {"text": "x"}, settings=[{"system": "Be terse.", "top_p": 0.5}]
    )
    swept.model = reciting(answers=[["Hello"]])
    view = show(swept)
    view.open_setting(0)
    assert view.panel is not None
    assert view.panel.conversation.system == "Be terse."
    assert model_with(swept.model, swept.setting(0)).kwargs == {"top_p": 0.5}


def test_nothing_that_was_said_becomes_a_tag(show: Callable[..., SweepView]) -> None:
    def facts(_s: int, _p: int, repeat: int) -> dict[str, Any]:
        if repeat:
            return {"error": HOSTILE, "error_kind": HOSTILE}
        return {"text": HOSTILE, "e2e_s": 1.0}

    evil = made(
        facts,
        settings=[{"system": HOSTILE}, {"system": f"{HOSTILE}2"}],
        prompts=[HOSTILE, "plain"],
        scores=lambda *_: {HOSTILE: 1.0},
        notes=[HOSTILE],
    )
    view = show(evil)
    for name in ("Answers", "Differences", "Charts"):
        opened(view, name)
    choose(view, "Repeats", to=True)
    view.open_setting(0)
    text = Hand(view).text
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "<img" not in text


def test_a_result_with_no_row_yet_is_shown(show: Callable[..., SweepView]) -> None:
    hand = Hand(show(made(lambda *_: None)))
    assert "0 of 4" in hand.text
    for name in ("Answers", "Differences", "Charts"):
        opened(hand.top, name)
    assert "no answer yet" in hand.text


def test_a_running_sweep_is_watched_to_its_end(
    show: Callable[..., SweepView], reciting: Any, tmp_path: Path
) -> None:
    model = reciting(answers=[["Blue"]])
    sweep: Any = run_sweep(
        model,
        grid(temperature=[0, 1]),
        "Name a colour.",
        store=tmp_path / "s.db",
        background=True,
        progress=False,
    )
    view = show(sweep)
    assert sweep.wait(WITHIN_S)
    while view._watcher.watches:
        time.sleep(0.01)
    assert view.background.wait(WITHIN_S)
    hand = Hand(view)
    assert "2 of 2 trials · done in" in hand.text
    assert "1 of 1" in hand.text
    assert all(
        b.disabled for b in (view._progress._pause, view._progress._cancel.widget)
    )


def test_a_view_that_was_closed_looks_no_more_and_the_sweep_goes_on(
    show: Callable[..., SweepView], reciting: Any, tmp_path: Path
) -> None:
    sweep: Any = run_sweep(
        reciting(answers=[[0.2, "Blue"]]),
        None,
        "Name a colour.",
        store=tmp_path / "s.db",
        background=True,
        progress=False,
    )
    view = show(sweep)
    view.close()
    assert sweep.wait(WITHIN_S)
    assert len(sweep.result) == 1
    assert sweep.progress.state == "done"


def test_pause_and_go_on_reach_the_sweep(
    show: Callable[..., SweepView], reciting: Any, tmp_path: Path
) -> None:
    sweep = begun(reciting(answers=[[0.05, "Blue"]]), tmp_path, repeats=50)
    view = show(sweep)
    Hand(view).press("Pause")
    until(lambda: sweep.progress.state == "paused")
    until(lambda: "Go on" in Hand(view).buttons)
    Hand(view).press("Go on")
    until(lambda: sweep.progress.state == "running")
    sweep.cancel()


def test_cancel_asks_once_more_and_blocks_nobody(
    show: Callable[..., SweepView], reciting: Any, tmp_path: Path
) -> None:
    sweep = begun(reciting(answers=[[0.05, "Blue"]]), tmp_path, repeats=50)
    view = show(sweep)
    Hand(view).press("Cancel")
    assert not sweep.progress.is_over
    Hand(view).press("Really cancel?")
    until(lambda: "stopped after" in Hand(view).text)
    assert sweep.progress.stopped == "by you"


def begun(model: Any, folder: Path, **options: Any) -> Any:
    return run_sweep(
        model,
        None,
        "Name a colour.",
        store=folder / "s.db",
        background=True,
        progress=False,
        **options,
    )


def until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.01)
