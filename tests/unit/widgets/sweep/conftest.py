"""Views of results that are known, and a hand that works them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ocinb.widgets.sweep import SweepView
from tests.unit.sweep.results.made import made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ocinb.sweep.results import SweepResult

WITHIN_S = 20


def answers(setting: int, prompt: int, repeat: int) -> dict[str, Any]:
    """Tell of a cold setting that is quick, and of a warm one that is slow or fails."""
    if setting == 1 and repeat == 1 and prompt == 0:
        return {"error": "too <b>warm</b>", "error_kind": "DeploymentError"}
    text = f"answer {setting or 'cold'} to {prompt}"
    return {"text": text, "e2e_s": 1.0 + setting + 0.02 * prompt}


@pytest.fixture
def result() -> SweepResult:
    """The result of two settings, eight prompts and two repeats."""
    return made(answers, prompts=[f"prompt {n}" for n in range(8)])


@pytest.fixture
def show() -> Iterator[Callable[..., SweepView]]:
    """Make views that are drawn when they come, and closed after the test."""
    views: list[SweepView] = []

    def make(shown: Any) -> SweepView:
        views.append(SweepView(shown))
        assert views[-1].background.wait(WITHIN_S)
        return views[-1]

    yield make
    for view in views:
        view.close()
        assert view.background.wait(WITHIN_S)
