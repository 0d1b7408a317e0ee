"""Progress in words: what is told at each moment of a sweep."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.sweep.running import Progress
from ocinb.widgets.sweep.speed import Speed
from ocinb.widgets.sweep.told import bar_html, doubts, head, pace, trouble


def at(state: Any = "running", **facts: Any) -> Progress:
    return Progress(state=state, total=100, kept=10, **facts)


def speed_of(*seen: Progress) -> Speed:
    speed = Speed()
    for each in seen:
        speed.see(each)
    return speed


@pytest.mark.parametrize(
    ("progress", "told"),
    [
        (at(ok=20, eta_s=65), "30 of 100 trials · about 1 min 5 s left"),
        (at(ok=1, elapsed_s=2), "11 of 100 trials · running for 2 s"),
        (at("paused", elapsed_s=3), "10 of 100 trials · paused after 3 s"),
        (at("done", ok=90, elapsed_s=9), "100 of 100 trials · done in 9 s"),
        (
            at("stopped", failed=1, elapsed_s=1, stopped="by\nyou"),
            "11 of 100 trials · stopped after 1 s: by you",
        ),
    ],
)
def test_the_head_tells_how_far_it_is(progress: Progress, told: str) -> None:
    assert head(progress) == told


def test_the_pace_is_that_of_the_last_seconds() -> None:
    seen = [at(ok=n, tokens=10 * n, elapsed_s=float(n)) for n in range(30)]
    seen += [at(ok=29, tokens=290, elapsed_s=30.0 + n) for n in range(5)]
    speed = speed_of(*seen)
    assert speed.trials_per_s == pytest.approx(0.5)
    assert speed.tokens_per_s == pytest.approx(5)


def test_a_sweep_that_was_seen_once_has_no_speed_yet() -> None:
    assert speed_of(at(ok=5, elapsed_s=1)).trials_per_s == 0
    assert Speed().tokens_per_s == 0


def test_the_pace_names_what_slows_it_down() -> None:
    told = pace(
        at(open=3, at_once=8, per_s=12.34, refused=5, closed_s=7.2), speed_of(at())
    )
    assert "3 open of at most 8" in told
    assert "at most 12.3 starts/s" in told
    assert "5 refused (429)" in told
    assert "the server asks to wait 7 s" in told


def test_a_rate_that_holds_nothing_back_is_not_told() -> None:
    assert "starts/s" not in pace(at(per_s=10_000), speed_of(at()))


def test_the_pace_at_the_end_is_that_of_the_whole_run() -> None:
    told = pace(at("done", ok=45, failed=5, elapsed_s=10, tokens=200), speed_of(at()))
    assert told == "5 trials/s · 20 tokens/s"
    assert pace(at("done"), speed_of(at())) == ""


def test_a_late_machine_is_named_while_it_runs() -> None:
    assert "client-bound: this machine comes 31 ms late" in doubts(at(lag_s=0.031))
    assert doubts(at(lag_s=0.02)) == ""
    assert doubts(at("done", lag_s=0.031)) == ""


def test_trouble_is_one_line() -> None:
    assert trouble(at(trouble="a\nb")) == "last trouble: a b"
    assert len(trouble(at(trouble="x" * 999))) < 200
    assert trouble(at()) == ""


def test_the_bar_has_a_part_for_each_thing_that_became_of_trials() -> None:
    html = bar_html(at(ok=40, failed=5, cut=3))
    assert 'class="ocinb-kept" style="width:10.00%"' in html
    assert 'class="ocinb-ok" style="width:40.00%"' in html
    assert 'class="ocinb-failed" style="width:5.00%"' in html
    assert "3 not sent" in html
    assert 'aria-valuenow="58"' in html


def test_the_bar_of_a_sweep_without_trials_is_empty() -> None:
    assert "<i" not in bar_html(Progress(state="done", total=0, kept=0))


def test_a_reason_cannot_leave_the_attribute_that_says_it() -> None:
    html = bar_html(at("stopped", stopped='"><img src=x onerror=alert(1)>'))
    assert "<img" not in html
    assert html.count('"') % 2 == 0
