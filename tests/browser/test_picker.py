"""The panel's list of deployments in JupyterLab: found, chosen, asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from ocinb.local import LocalDeployment
from tests.browser.contrast import worst_contrast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.conftest import Lab, OpenNotebook

pytestmark = pytest.mark.browser

SET_UP = """
import os

from ocinb import ChatOCIModelDeploymentVLLM, ChatPanel

os.environ |= {environment}
llm = ChatOCIModelDeploymentVLLM(
    endpoint="https://llm.example/predict", auth="api_key", max_tokens=8
)
panel = ChatPanel(llm)
"""
PANEL, TOLD = 1, 2
LISTED = "1 ACTIVE model deployment in compartment ….local"


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Iterator[OpenNotebook]:
    """A panel, in a kernel for which a local deployment is the account's only one."""
    with LocalDeployment() as deployment:
        set_up = SET_UP.format(environment=deployment.environment)
        cells = (set_up, "panel", "print(panel.model.endpoint, panel.value)")
        opened = lab.open(lab.write("picker.ipynb", *cells))
        opened.run(0)
        opened.run(PANEL)
        yield opened
        opened.page.close()


def button(notebook: OpenNotebook, name: str) -> Locator:
    panel = notebook.page.locator(".ocinb-panel")
    return panel.get_by_role("button", name=name, exact=True).last


def test_a_deployment_is_found_chosen_and_asked(notebook: OpenNotebook) -> None:
    button(notebook, "Deployment").click()
    notebook.wait_for_text(PANEL, LISTED)
    notebook.page.get_by_label("Deployment", exact=True).select_option(index=1)
    notebook.wait_for_text(PANEL, "the next prompt goes to local, model odsc-llm")
    notebook.wait_for_text(PANEL, "odsc-llm · 127.0.0.1")

    box = notebook.page.get_by_label("Prompt", exact=True).first
    box.fill("Hello")
    box.press("Enter")
    notebook.wait_for_text(PANEL, "tokens/s")
    notebook.run(TOLD)
    assert "http://127.0.0.1" in notebook.text(TOLD)
    notebook.picture("panel-deployment", PANEL)


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_word_stands_out_from_its_background(
    notebook: OpenNotebook, theme: Literal["Light", "Dark"]
) -> None:
    notebook.use_theme(theme)
    ratio, text = worst_contrast(notebook, PANEL)
    assert ratio >= 4.5, f"{text!r} has a contrast of {ratio:.2f}"


def test_a_page_of_jupyterlab_itself_may_ask_the_server(
    notebook: OpenNotebook,
) -> None:
    ask = "async path => { const a = await fetch(path); return [a.status, await a.json()]; }"
    status, told = notebook.page.evaluate(ask, "/ocinb/deployments?compartment=x")
    assert (status, told["reason"]) == (400, "ConfigurationError")
    status, told = notebook.page.evaluate(ask, "/ocinb/health")
    assert (status, told["status"]) == (200, "ok")


def test_what_cannot_be_listed_is_one_line(notebook: OpenNotebook) -> None:
    notebook.use_theme("Light")
    place = notebook.page.get_by_label("Compartment", exact=True)
    place.fill("ocid1.compartment.oc1..other")
    button(notebook, "Find deployments").click()
    notebook.wait_for_text(PANEL, "not found, or not shown to you")
    notebook.wait_for_text(PANEL, "add the policy: allow group")
    notebook.picture("panel-deployment-refused", PANEL)
