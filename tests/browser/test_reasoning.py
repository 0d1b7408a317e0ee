"""What a model thinks while it does, as a reader of the page sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = pytest.mark.browser

SET_UP = """
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script
from ocinb.local.scripts.steps import Delta, Done, Finish, Reasoning, Wait

thoughts = [
    step for n in range(120) for step in (Reasoning(f"step {n}, "), Wait(0.05))
]
script = Script([*thoughts, Delta("The answer."), Finish("stop"), Done()])
deployment = LocalDeployment(script=script).start()
thinker = ChatOCIModelDeploymentVLLM(
    endpoint=deployment.endpoint, auth=deployment.auth
)
"""
CELLS = ("%load_ext ocinb", SET_UP, "%%ocichat thinker\nThink.")
ASKED = 2


def test_a_section_stays_as_the_reader_left_it_and_is_folded_at_the_end(
    lab: Lab,
) -> None:
    notebook = lab.open(lab.write("thinking.ipynb", *CELLS))
    for index in range(ASKED):
        notebook.run(index)
    notebook.start(ASKED)
    cell = notebook.page.locator(".jp-Notebook .jp-Cell").nth(ASKED)
    cell.scroll_into_view_if_needed()
    section = cell.get_by_text("Reasoning")
    section.wait_for()
    notebook.wait_for_text(ASKED, "thinking")
    assert "step 0" not in notebook.text(ASKED), "it is closed at first"
    section.click()
    notebook.wait_for_text(ASKED, "step 40")
    notebook.picture("reasoning-live", ASKED)
    notebook.wait_for_text(ASKED, "step 60")
    notebook.wait_for_reply(ASKED)
    notebook.wait_for_text(ASKED, "The answer.")
    assert "step 0" not in notebook.text(ASKED), "it is folded at the end"
    cell.locator("summary").click()
    assert "step 0, step 1, " in notebook.text(ASKED)
    assert "step 119" in notebook.text(ASKED)
