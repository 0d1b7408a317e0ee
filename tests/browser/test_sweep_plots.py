"""Charts of a sweep as JupyterLab draws them, with the network cut off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import ARTIFACTS
from tests.browser.hostile import listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Route

    from tests.browser.conftest import Lab, OpenNotebook
    from tests.browser.hostile import Listener

pytestmark = pytest.mark.browser

TABLE = """
from itertools import product

import numpy as np
import pandas as pd

from ocinb.sweep.plots import Plots

drawn, rows = np.random.default_rng(0), []
for t, p, prompt, repeat in product([0, 0.3, 0.7, 1.0], [0.8, 0.9, 0.95], range(10), range(3)):
    rows.append({
        "temperature": t, "top_p": p, "system": "terse" if t < 0.5 else "friendly",
        "prompt": prompt, "repeat": repeat, "status": "ok" if drawn.random() > 0.03 else "failed",
        "ttft_s": drawn.gamma(2, 0.1 + 0.1 * t),
        "distinct_2": 0.3 + 0.4 * t * p + 0.02 * drawn.normal(),
        "quality": 0.5 + 0.3 * t - 0.2 * t * t + 0.02 * prompt + 0.1 * drawn.normal(),
    })
plot = Plots(pd.DataFrame(rows), axes=["temperature", "top_p"])
"""
CHARTS = {
    "heatmap": 'plot.heatmap("temperature", "top_p", "distinct_2")',
    "line": 'plot.line("temperature", "quality", by="top_p")',
    "words": 'plot.line("system", "ttft_s")',
    "box": 'plot.box("ttft_s")',
    "ecdf": 'plot.ecdf("ttft_s", by="temperature")',
    "pareto": 'plot.pareto("ttft_s", "quality")',
}
HOSTILE = """
bad = '<img src="{url}/tag.png" onerror="window.hacked=1">'
quoted = '"+(window.hacked=2)+"'
slashed = chr(92) + '": window.hacked=3, "'
link = "{url}/link.png"
wild = pd.DataFrame(rows).rename(columns={{"temperature": "image", "top_p": slashed}})
wild["title"], wild["url"], wild["href"] = link, link, link
wild["image"] = [f"{{link}}?{{value}}" for value in wild["image"]]
wild[slashed] = [(bad, quoted, slashed)[value > 0.8] for value in wild[slashed]]
wild_plot = Plots(wild, axes=["image", slashed])
"""
HOSTILE_CHARTS = (
    'wild_plot.heatmap("image", slashed, "distinct_2")',
    'wild_plot.line("image", "quality", by=slashed)',
    'wild_plot.box("quality", by=["image", slashed])',
    "wild_plot.ecdf('quality', by='image')",
    'wild_plot.pareto("ttft_s", "quality")',
)

INK = """index => {
    const cell = window.jupyterapp.shell.currentWidget.content.widgets[index];
    const canvas = cell.outputArea.node.querySelector('.vega-embed canvas');
    if (!canvas) return 0;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let at = 0; at < data.length; at += 4)
        seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
    return seen.size;
}"""
IS_INKED = f"index => ({INK})(index) > 20"
TOOLTIP = """() => {
    return document.querySelector('#vg-tooltip-element.visible')?.innerHTML ?? '';
}"""


@dataclass(frozen=True)
class Drawn:
    """A notebook of charts, and what its page asked for elsewhere."""

    notebook: OpenNotebook
    elsewhere: list[str]
    heard: Listener


def cut_off(lab: Lab, elsewhere: list[str]) -> None:
    """Let the page reach JupyterLab's server and nothing else."""

    def judge(route: Route) -> None:
        if route.request.url.startswith((lab.jupyter.url, "data:", "blob:")):
            route.fallback()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    lab.context.route("**/*", judge)


@pytest.fixture(scope="module")
def drawn(lab: Lab) -> Iterator[Drawn]:
    elsewhere: list[str] = []
    cut_off(lab, elsewhere)
    with listening() as heard:
        url = f"http://127.0.0.1:{heard.port}"
        cells = (TABLE, *CHARTS.values(), HOSTILE.format(url=url), *HOSTILE_CHARTS)
        notebook = lab.open(lab.write("plots.ipynb", *cells))
        for index in range(len(cells)):
            notebook.run(index)
        yield Drawn(notebook, elsewhere, heard)


def number_of(name: str) -> int:
    return 1 + list(CHARTS).index(name)


@pytest.mark.parametrize("name", CHARTS)
def test_jupyterlab_draws_every_chart_itself(drawn: Drawn, name: str) -> None:
    index = number_of(name)
    drawn.notebook.scroll_to(index)
    drawn.notebook.page.wait_for_function(IS_INKED, arg=index)
    drawn.notebook.picture(f"plot-{name}", index)
    drawn.notebook.use_theme("Dark")
    drawn.notebook.run(index)
    drawn.notebook.scroll_to(index)
    drawn.notebook.page.wait_for_function(IS_INKED, arg=index)
    drawn.notebook.page.screenshot(path=ARTIFACTS / f"plot-{name}-in-dark.png")
    drawn.notebook.use_theme("Light")
    drawn.notebook.run(index)
    assert drawn.elsewhere == []


@pytest.mark.parametrize("name", CHARTS)
def test_what_is_saved_has_a_picture_and_text_beside_it(
    drawn: Drawn, name: str
) -> None:
    (output,) = drawn.notebook.outputs(number_of(name))
    kinds = {"application/vnd.vegalite.v5+json", "image/png", "text/plain"}
    assert set(output["data"]) == kinds


def test_no_menu_sends_the_data_to_the_web(drawn: Drawn) -> None:
    drawn.notebook.scroll_to(1)
    drawn.notebook.page.wait_for_function(IS_INKED, arg=1)
    menu = drawn.notebook.cell(1).locator(".vega-actions a").all_text_contents()
    assert menu == ["Save as SVG", "Save as PNG"]


def test_hostile_names_and_values_stay_words(drawn: Drawn) -> None:
    page, tips = drawn.notebook.page, set()
    first = 2 + len(CHARTS)
    for index in range(first, first + len(HOSTILE_CHARTS)):
        drawn.notebook.scroll_to(index)
        page.wait_for_function(IS_INKED, arg=index)
        drawn.notebook.picture(f"plot-hostile-{index - first}", index)
        tips |= tooltips_of(drawn.notebook, index)
    assert [tip for tip in tips if "image" in tip], "no tooltip was seen"
    assert not [tip for tip in tips if "<img" in tip]
    assert page.evaluate("() => window.hacked") is None
    assert drawn.heard.paths == []
    assert drawn.elsewhere == []


def tooltips_of(notebook: OpenNotebook, index: int) -> set[str]:
    """Move the pointer all over a chart; return the HTML of the tooltips seen."""
    canvas = notebook.cell(index).locator(".vega-embed canvas")
    notebook.cell(index).locator(".vega-embed").scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    seen: set[str] = set()
    for row in range(1, 30):
        for column in range(1, 20):
            at = (column / 20 * box["width"], row / 30 * box["height"])
            notebook.page.mouse.move(box["x"] + at[0], box["y"] + at[1])
            seen.add(notebook.page.evaluate(TOOLTIP))
    return seen - {""}
