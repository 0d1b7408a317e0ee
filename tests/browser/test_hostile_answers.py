"""Whatever a model says, the page neither runs it nor loads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbconvert import HTMLExporter

from tests.browser.hostile import HOSTILE, Attack, Listener

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Lab

pytestmark = pytest.mark.browser

SET_UP = """
import json
from pathlib import Path

from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script
from ocinb.local.scripts.steps import Delta, Done, Finish, Reasoning, Wait
from ocinb.rendering import inert_markdown

running = []

def answering(script):
    running.append(LocalDeployment(script=script).start())
    return ChatOCIModelDeploymentVLLM(
        endpoint=running[-1].endpoint, auth=running[-1].auth
    )

hostile = Path("hostile.md").read_text()
my_llm = answering(Script.answer(hostile, delay_s=0.02))
in_html = answering(Script.answer(hostile.replace("```", ""), delay_s=0.02))
in_json = answering(Script.answer(json.dumps({"words": hostile})))
thinking = [Reasoning(line) for line in hostile.splitlines(keepends=True)]
thinker = answering(
    Script([*thinking, Wait(0.2), Delta("I thought."), Finish("stop"), Done()])
)
"""
CELLS = (
    "%load_ext ocinb",
    SET_UP,
    "%%ocichat my_llm\nAttack me.",
    "%%ocichat in_html -f html --no-history\nAttack me.",
    "%%ocichat in_json -f json --no-history\nAttack me.",
    "%%ocichat thinker --no-history\nAttack me.",
    "%%ocichat my_llm --dry-run --no-history\n{hostile}",
    "display({'text/markdown': inert_markdown(hostile)}, raw=True)",
)
MARKDOWN, HTML, JSON, REASONING, DRY_RUN, RAW_MARKDOWN = range(2, 8)


@dataclass
class Exported:
    """A notebook as a page of its own, and what that page did."""

    shown: str = ""
    hacked: Any = None
    asked_for: set[str] = field(default_factory=set)
    dialogs: list[str] = field(default_factory=list)


def export(notebook: nbformat.NotebookNode, lab: Lab, path: Path) -> Exported:
    """Convert a notebook to HTML, and open that in the browser."""
    path.write_text(HTMLExporter().from_notebook_node(notebook)[0])
    seen = Exported()
    page = lab.context.new_page()
    page.route("https://**", lambda route: route.abort())
    page.on("request", lambda request: seen.asked_for.add(request.url))
    page.on("dialog", lambda dialog: seen.dialogs.append(dialog.message))
    page.goto(path.as_uri())
    seen.asked_for.discard(path.as_uri())
    seen.shown = page.inner_text("body")
    seen.hacked = page.evaluate("() => window.hacked ?? null")
    page.close()
    return seen


@pytest.fixture(scope="module")
def attack(lab: Lab, listener: Listener) -> Attack:
    asked_for: list[str] = []
    lab.context.on("request", lambda request: asked_for.append(request.url))
    (lab.jupyter.root / "hostile.md").write_text(HOSTILE.format(port=listener.port))
    path = lab.write("hostile.ipynb", *CELLS)
    live = lab.open(path)
    for index in range(len(CELLS)):
        live.run(index)
    for index in (MARKDOWN, HTML, JSON, DRY_RUN, RAW_MARKDOWN):
        live.wait_for_text(index, "After the attack.")
    for name, index in (("hostile", MARKDOWN), ("html", HTML), ("json", JSON)):
        live.picture(name, index)
    live.save()
    return Attack(live, lab.open(path, kernel=False), asked_for)


@pytest.fixture(params=["live", "reopened"])
def page(request: pytest.FixtureRequest, attack: Attack) -> Any:
    return getattr(attack, request.param).page


@pytest.mark.parametrize("index", [MARKDOWN, HTML, JSON, DRY_RUN, RAW_MARKDOWN])
def test_the_words_are_shown(attack: Attack, index: int) -> None:
    for notebook in (attack.live, attack.reopened):
        shown = notebook.text(index)
        assert "Before the attack." in shown
        assert "After the attack." in shown
        assert "<script>" in shown or index == HTML


def test_images_of_a_page_are_shown_as_their_addresses(attack: Attack) -> None:
    for notebook in (attack.live, attack.reopened):
        assert "[image: missing.png]" in notebook.text(HTML)


def test_reasoning_is_folded_until_it_is_clicked(attack: Attack) -> None:
    for notebook in (attack.live, attack.reopened):
        cell = notebook.page.locator(".jp-Notebook .jp-Cell").nth(REASONING)
        cell.scroll_into_view_if_needed()
        thought = cell.locator("details", has_text="Before the attack.")
        assert thought.evaluate("section => section.open") is False
        assert "Before the attack." not in notebook.text(REASONING)
        assert "I thought." in notebook.text(REASONING)
        cell.locator("summary").click()
        assert "Before the attack." in notebook.text(REASONING)
        notebook.picture("reasoning", REASONING)


def test_no_script_ran(page: Any) -> None:
    assert page.evaluate("() => window.hacked ?? null") is None


def test_nothing_was_loaded(attack: Attack, listener: Listener) -> None:
    assert attack.asked_for, "the browser's requests are not seen"
    ours = f"127.0.0.1:{listener.port}"
    assert [url for url in attack.asked_for if ours in url] == []
    assert listener.paths == []


def test_the_listener_would_have_heard(lab: Lab, listener: Listener) -> None:
    page = lab.context.new_page()
    page.set_content(f'<img src="http://127.0.0.1:{listener.port}/would-hear">')
    page.wait_for_load_state("networkidle")
    page.close()
    assert "/would-hear" in listener.paths
    listener.paths.clear()


@pytest.mark.parametrize(
    "selector",
    ["script", "img", "iframe", "svg", "style", "[onerror]", "[href^=javascript]"],
)
def test_no_dangerous_element_is_in_the_answer(page: Any, selector: str) -> None:
    answers = ":is(.jp-OutputArea-output .ocinb, .jp-RenderedMarkdown)"
    assert page.locator(f"{answers} {selector}").count() == 0


def test_a_page_made_of_the_notebook_runs_and_loads_nothing(
    attack: Attack, lab: Lab, listener: Listener, tmp_path: Path
) -> None:
    empty = export(nbformat.v4.new_notebook(), lab, tmp_path / "empty.html")
    saved = nbformat.read(attack.live.path, as_version=4)
    page = export(saved, lab, tmp_path / "hostile.html")
    assert page.shown.count("After the attack.") >= RAW_MARKDOWN - MARKDOWN
    assert page.hacked is None
    assert page.dialogs == []
    assert page.asked_for == empty.asked_for, "more than nbconvert's own scripts"
    assert listener.paths == []


def test_the_page_still_stands(page: Any) -> None:
    assert page.evaluate("() => getComputedStyle(document.body).display") != "none"
