"""Tab on the magic line in JupyterLab, as somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import ARTIFACTS, THEMES

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

SET_UP = """
%load_ext ocinb
from langchain_core.language_models import FakeListChatModel
my_llm = FakeListChatModel(responses=["Hi"])
my_data = [1, 2]
"""
SOURCE_IS = """text => {
    const [, cell] = window.jupyterapp.shell.currentWidget.content.widgets;
    return cell.model.sharedModel.source === text;
}"""


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> OpenNotebook:
    opened = lab.open(lab.write("completion.ipynb", SET_UP, "", ""))
    opened.run(0)
    return opened


def typed(notebook: OpenNotebook, text: str) -> Locator:
    """Type into the second cell and press Tab; returns the list that opens."""
    page = notebook.page
    cell = page.locator(".jp-Notebook .jp-Cell").nth(1)
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    page.keyboard.type(text)
    page.keyboard.press("Tab")
    return page.locator(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item")


def wait_for_source(notebook: OpenNotebook, text: str) -> None:
    notebook.page.wait_for_function(SOURCE_IS, arg=text, timeout=10_000)


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("%%ocichat --tempe", "%%ocichat --temperature"),
        ("%%ocichat --format=ra", "%%ocichat --format=raw"),
        ("%%ocichat my_l", "%%ocichat my_llm"),
        ("%ocichat alias ad", "%ocichat alias add"),
    ],
)
def test_the_word_at_the_cursor_is_filled_in(
    notebook: OpenNotebook, text: str, completed: str
):
    typed(notebook, text).first.wait_for()
    notebook.page.keyboard.press("Enter")
    wait_for_source(notebook, completed)


def test_several_choices_are_listed_and_one_is_taken(notebook: OpenNotebook):
    items = typed(notebook, "%%ocichat my_llm --out my")
    items.first.wait_for()
    shown = [text.split() for text in items.all_inner_texts()]
    assert [words[-2:] for words in shown] == [
        ["my_data", "magic"],
        ["my_llm", "magic"],
    ]
    for theme in THEMES:
        notebook.use_theme(theme)
        notebook.page.screenshot(path=ARTIFACTS / f"completion-{theme.lower()}.png")
    notebook.use_theme("Light")
    notebook.page.keyboard.press("Enter")
    wait_for_source(notebook, "%%ocichat my_llm --out my_data")


def test_the_body_gets_no_flags(notebook: OpenNotebook):
    items = typed(notebook, "%%ocichat\nmy_")
    items.first.wait_for()
    assert not [text for text in items.all_inner_texts() if text.startswith("--")]
