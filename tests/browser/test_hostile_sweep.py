"""Whatever models, servers, prompts and names say, no part of the view runs or loads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbconvert import HTMLExporter

from tests.browser.hostile import HOSTILE, MORE_HOSTILE, Listener, listening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

SET_UP = """
%load_ext ocinb
from pathlib import Path

from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script
from ocinb.local.scripts.steps import Delta, Done, Finish, Json, Status
from ocinb.sweep import grid, run_sweep

hostile = Path("hostile.md").read_text()

def model(request):
    body = request.json
    if body["seed"] == 1:
        return Script([Status(400), Json({"error": {"message": hostile}})])
    text = hostile.replace("Before", "Well before") if body.get("top_p") == 0.5 else hostile
    return Script([Delta(text), Finish("stop"), Done()])

def judged(outputs):
    return hostile[:60]

judged.__name__ = hostile[24:90]
deployment = LocalDeployment(script=model).start()
llm = ChatOCIModelDeploymentVLLM(
    endpoint=deployment.endpoint, auth=deployment.auth, model=hostile[:80], max_retries=0
)
space = grid(
    top_p=[0.5, 1], system={hostile[:90]: hostile, hostile[90:180]: "Be kind."}
)
"""
RUN = """
sweep = run_sweep(
    llm, space, [f"prompt {hostile}", hostile[::-1]], repeats=2, store="hostile.db",
    name=hostile[:90], background=True,
)
sweep
"""
OPEN = """
import ocinb.widgets.sweep.placing as placing
sweep.wait(60)
(view,) = [v for _, vs in placing._Cells.views.values() for v in vs.values()]
for name in ("Answers", "Differences", "Charts"):
    view.show(name)
    view.background.wait(20)
view._sections["Answers"]._repeats.widget.value = True
view.open_setting(1)
view._opened._toggle_code()
view.background.wait(20)
"""
CHART = """
view._sections["Charts"]._kind.widget.value = {kind!r}
view._sections["Charts"]._metric.widget.value = "e2e_s"
view.background.wait(20)
"""
CELLS = (
    SET_UP,
    RUN,
    OPEN,
    *(CHART.format(kind=kind) for kind in ("line", "heatmap", "box", "ecdf", "pareto")),
    "sweep.result",
    "%%ocisweep llm top_p=0.5,1 name='<img src=x onerror=window.hacked=1>'\n{hostile}",
)
VIEW, RESULT = 1, len(CELLS) - 2


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with listening() as heard:
        yield heard


@dataclass(frozen=True)
class Attack:
    """The view after every attack, live and read again from the saved file."""

    live: OpenNotebook
    reopened: OpenNotebook
    asked_for: list[str]


@pytest.fixture(scope="module")
def attack(lab: Lab, listener: Listener) -> Attack:
    asked_for: list[str] = []
    lab.context.on("request", lambda request: asked_for.append(request.url))
    text = (HOSTILE + MORE_HOSTILE).format(port=listener.port)
    (lab.jupyter.root / "hostile.md").write_text(text)
    live = lab.open(lab.write("hostile-sweep.ipynb", *CELLS))
    for index in range(len(CELLS)):
        live.run(index)
        live.page.wait_for_timeout(300)  # what would run has the time to do so
    live.picture("sweep-hostile", VIEW)
    for fold in live.page.locator(".ocinb-sweep-view summary").all():
        if fold.is_visible():
            fold.click()
    live.save()
    return Attack(live, lab.open(live.path, kernel=False), asked_for)


@pytest.fixture(params=["live", "reopened"])
def page(request: pytest.FixtureRequest, attack: Attack) -> Any:
    return getattr(attack, request.param).page


def test_the_words_are_shown(attack: Attack) -> None:
    assert "Well before the attack." in attack.live.text(VIEW)
    for notebook in (attack.live, attack.reopened):
        for index in (VIEW, RESULT):
            assert "<script>" in notebook.text(index)


def test_no_script_ran(page: Any) -> None:
    assert page.evaluate("() => window.hacked ?? null") is None


def test_nothing_was_loaded(attack: Attack, listener: Listener) -> None:
    assert attack.asked_for, "the browser's requests are not seen"
    ours = f"127.0.0.1:{listener.port}"
    assert [url for url in attack.asked_for if ours in url] == []
    assert listener.paths == []


def test_every_request_went_to_jupyter(attack: Attack, lab: Lab) -> None:
    origin = lab.jupyter.url
    schemes = ("blob:", "data:", origin, origin.replace("http", "ws"))
    assert [url for url in attack.asked_for if not url.startswith(schemes)] == []


@pytest.mark.parametrize(
    "selector",
    [
        *("script", "img", "iframe", "object", "video", "audio", "link", "meta"),
        *("form:not(.vega-bindings)", "[onerror]", "[onload]", "[ontoggle]"),
        *("[data-commandlinker-command]", "a[href^=javascript]", "mjx-container"),
    ],
)
def test_no_dangerous_element_is_in_the_view(page: Any, selector: str) -> None:
    views = ":is(.ocinb-sweep-view, .ocinb-sweep-stored)"
    assert page.locator(f"{views} {selector}").count() == 0


def test_no_style_of_an_answer_counts(page: Any) -> None:
    assert page.evaluate("() => getComputedStyle(document.body).display") != "none"


def test_a_page_made_of_the_notebook_runs_and_loads_nothing(
    attack: Attack, lab: Lab, listener: Listener, tmp_path: Path
) -> None:
    saved = nbformat.read(attack.live.path, as_version=4)
    path = tmp_path / "hostile-sweep.html"
    path.write_text(HTMLExporter().from_notebook_node(saved)[0])
    page = lab.context.new_page()
    page.route("https://**", lambda route: route.abort())
    page.goto(path.as_uri())
    assert page.evaluate("() => window.hacked ?? null") is None
    assert "trials finished" in page.inner_text("body")
    page.close()
    assert listener.paths == []
