"""A sweep in JupyterLab, as somebody who has never seen it watches and reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import nbformat
import pytest
from nbconvert import HTMLExporter

from tests.browser.contrast import worst_contrast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Route

    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

SET_UP = """
%load_ext ocinb
import threading
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script
from ocinb.local.scripts.steps import Wait
from ocinb.sweep import grid, run_sweep

gate = threading.Event()
slow = threading.Event()

def model(request):
    body = request.json
    warm, seed = body.get("temperature", 0), body.get("seed", 0)
    if body["messages"][-1]["content"] == "Hi.":
        return Script.answer("Hello from a setting.")
    if warm == 1 and seed == 1:
        return Script.error(400, "this model is too warm")
    words = ["Blue", "Green", "A deep red, like the last light over the sea"]
    colour = words[(seed * (warm > 0) + int(2 * warm)) % 3]
    wait_s = 0.4 if slow.is_set() else 0.02 + 0.05 * warm
    return Script([Wait(wait_s), *Script.answer(f"{colour}.").steps])

deployment = LocalDeployment(script=model).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=deployment.endpoint, auth=deployment.auth)
slow.set()

def is_blue(outputs):
    return "Blue" in str(outputs)
"""
LIVE = """
sweep = run_sweep(
    llm, grid(temperature=[0, 0.5, 1], top_p=[0.8, 0.95]),
    ["Name a colour.", "What colour is the sky?"], repeats=3, store="live.db",
    max_concurrency=2, background=True, name="colours", scorers=[is_blue],
)
sweep
"""
TELL = "print(sweep.progress.state, len(sweep.result))"
CHARTS = (
    "line with intervals",
    "heat map of two axes",
    "box per setting",
    "cumulative share",
)
OTHER_CHART = """before => {
    const canvas = document.querySelector('.ocinb-chart .vega-embed canvas');
    const picture = canvas?.toDataURL() ?? '';
    return picture.length > 3000 && picture !== before ? picture : null;
}"""
SWEEP, TOLD, RESULT = 1, 2, 3


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Iterator[OpenNotebook]:
    cells = (
        SET_UP,
        LIVE,
        TELL,
        "slow.clear(); sweep.resume(); sweep.wait(30); sweep.result",
    )
    opened = lab.open(lab.write("sweep.ipynb", *cells))
    opened.run(0)
    opened.run(SWEEP)
    yield opened
    opened.page.close()


def view(notebook: OpenNotebook, index: int = SWEEP) -> Locator:
    return notebook.cell(index).locator(".ocinb-sweep-view").first


def button(notebook: OpenNotebook, name: str, index: int = SWEEP) -> Locator:
    return view(notebook, index).get_by_role("button", name=name, exact=True).first


def test_a_running_sweep_is_watched_paused_and_goes_on(notebook: OpenNotebook) -> None:
    notebook.wait_for_text(SWEEP, "answered")
    notebook.wait_for_text(SWEEP, "trials/s")
    notebook.picture("sweep-live", SWEEP)
    button(notebook, "Pause").click()
    notebook.wait_for_text(SWEEP, "paused after")
    notebook.run(TOLD)
    assert notebook.text(TOLD).startswith("paused")
    button(notebook, "Go on").click()
    notebook.wait_for_text(SWEEP, "left")


def test_the_settings_stand_below_each_other_with_their_intervals(
    notebook: OpenNotebook,
) -> None:
    notebook.run(RESULT)
    notebook.wait_for_text(SWEEP, "done in")
    notebook.wait_for_text(SWEEP, "failed")
    shown = view(notebook)
    shown.get_by_label("Metric", exact=True).first.select_option("is_blue (score)")
    notebook.wait_for_text(SWEEP, "best score_is_blue")
    assert shown.locator(".ocinb-setting .ocinb-name").count() == 7
    notebook.picture("sweep-settings", SWEEP)


def test_answers_are_read_in_a_table(notebook: OpenNotebook) -> None:
    button(notebook, "Settings").click()
    button(notebook, "Answers").click()
    notebook.wait_for_text(SWEEP, "What colour is the sky?")
    notebook.wait_for_text(SWEEP, "the same 3 times")
    view(notebook).get_by_label("Repeats", exact=True).select_option("all")
    notebook.wait_for_text(SWEEP, "failed: ")
    notebook.picture("sweep-answers", SWEEP)
    button(notebook, "Answers").click()


def test_two_settings_are_compared_word_by_word(notebook: OpenNotebook) -> None:
    button(notebook, "Differences").click()
    notebook.wait_for_text(SWEEP, "words differ")
    notebook.wait_for_text(SWEEP, "A less B")
    notebook.picture("sweep-differences", SWEEP)
    button(notebook, "Differences").click()


def test_charts_are_drawn_with_the_network_cut_off(notebook: OpenNotebook) -> None:
    asked: list[str] = []

    def cut(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    notebook.page.route(lambda url: not url.startswith("http://127.0.0.1"), cut)
    button(notebook, "Charts").click()
    picture = ""
    for kind in CHARTS:
        view(notebook).get_by_label("Chart", exact=True).select_option(kind)
        found = notebook.page.wait_for_function(OTHER_CHART, arg=picture)
        picture = found.json_value()
        notebook.picture(f"sweep-{kind.split()[0]}", SWEEP)
        assert "Javascript Error" not in notebook.text(SWEEP)
    assert asked == []
    button(notebook, "Charts").click()


def test_a_click_on_a_setting_opens_a_chat_with_it(notebook: OpenNotebook) -> None:
    button(notebook, "Settings").click()
    button(notebook, "temperature=0.5, top_p=0.8").click()
    box = view(notebook).get_by_label("Prompt", exact=True).last
    box.wait_for()
    box.fill("Hi.")
    box.press("Enter")
    notebook.wait_for_text(SWEEP, "Hello from a setting.")
    button(notebook, "As code").click()
    notebook.wait_for_text(SWEEP, "temperature=0.5,")
    notebook.picture("sweep-opened", SWEEP)
    button(notebook, "Close").click()
    box.wait_for(state="detached")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_word_of_the_view_can_be_read(
    notebook: OpenNotebook, theme: Literal["Light", "Dark"]
) -> None:
    notebook.use_theme(theme)
    ratio, words = worst_contrast(notebook, SWEEP)
    notebook.use_theme("Light")
    assert ratio >= 4.5, words


def test_a_narrow_view_has_nothing_beside_it(notebook: OpenNotebook) -> None:
    size: Any = {"width": 640, "height": 900}
    notebook.page.set_viewport_size(size)
    notebook.cell(SWEEP).get_by_role(
        "button", name="Charts"
    ).scroll_into_view_if_needed()
    notebook.picture("sweep-narrow", SWEEP)
    wide = notebook.page.evaluate(
        """() => [...document.querySelectorAll('.ocinb-sweep-view *')]
            .filter(e => !e.closest('.ocinb-table, .ocinb-said, .ocinb-chart'))
            .filter(e => e.checkVisibility() && e.getBoundingClientRect().right
                > document.querySelector('.ocinb-sweep-view').getBoundingClientRect().right + 1)
            .map(e => `${e.tagName} ${e.className}`)"""
    )
    notebook.page.set_viewport_size({"width": 1280, "height": 900})
    assert wide == []


def test_the_keyboard_reaches_every_control(notebook: OpenNotebook) -> None:
    button(notebook, "Settings").focus()
    reached = set()
    for _ in range(12):
        notebook.page.keyboard.press("Tab")
        reached.add(notebook.page.evaluate("() => document.activeElement.textContent"))
    assert {"Answers", "Differences", "Charts", "temperature=0.0, top_p=0.8"} <= reached


def test_cancelling_asks_once_more_and_keeps_what_came(lab: Lab) -> None:
    cells = (SET_UP, LIVE.replace("live.db", "cancelled.db"), TELL)
    opened = lab.open(lab.write("sweep-cancelled.ipynb", *cells))
    opened.run(0)
    opened.run(SWEEP)
    opened.wait_for_text(SWEEP, "answered")
    button(opened, "Cancel").click()
    button(opened, "Really cancel?").click()
    opened.wait_for_text(SWEEP, "stopped after")
    opened.run(TOLD)
    state, kept = opened.text(TOLD).split()
    assert state == "stopped"
    assert 0 < int(kept) < 36
    opened.page.close()


def test_without_a_kernel_the_results_are_read(
    lab: Lab, notebook: OpenNotebook
) -> None:
    notebook.save()
    saved = nbformat.read(notebook.path, as_version=4)
    html, _ = HTMLExporter().from_notebook_node(saved)
    assert "temperature" in html
    assert "A deep red" in html
    reopened = lab.open(notebook.path, kernel=False)
    reopened.wait_for_text(SWEEP, "36 of 36 trials finished")
    assert "A deep red" in reopened.text(SWEEP)
    reopened.picture("sweep-reopened", SWEEP)
    reopened.page.close()


def test_it_works_in_notebook_7(lab: Lab) -> None:
    cells = (f"{SET_UP}\nslow.clear()", LIVE.replace("live.db", "seven.db"))
    path = lab.write("sweep-seven.ipynb", *cells)
    opened = lab.open(path, application="Notebook 7")
    opened.run(0)
    opened.run(SWEEP)
    opened.wait_for_text(SWEEP, "done in")
    button(opened, "Charts").click()
    opened.page.wait_for_function(OTHER_CHART, arg="")
    opened.page.close()
