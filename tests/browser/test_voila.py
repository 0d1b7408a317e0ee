"""The panel as a small web page: a notebook served by Voila."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import nbformat
import pytest

from tests.conftest import apart, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

CELL = """
from ocinb import ChatOCIModelDeploymentVLLM, ChatPanel, LocalDeployment
from ocinb.local import Script

deployment = LocalDeployment(script=Script.answer("The sky is **blue** today.")).start()
llm = ChatOCIModelDeploymentVLLM(endpoint=deployment.endpoint, auth=deployment.auth)
ChatPanel(llm)
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a notebook with the panel; the server is ended after the tests."""
    home: Path = tmp_path_factory.mktemp("voila")
    path = home / "app.ipynb"
    cells = [nbformat.v4.new_code_cell(CELL)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        *(sys.executable, "-m", "voila", str(path), "--no-browser"),
        *(f"--port={url.rpartition(':')[2]}", "--Voila.ip=127.0.0.1"),
    ]
    with (
        (home / "voila.log").open("wb") as log,
        subprocess.Popen(  # noqa: S603 - this interpreter and our own options
            command, env=apart(home), stdout=log, stderr=log
        ) as server,
    ):
        try:
            end = time.monotonic() + 60
            while not _answers(url) and time.monotonic() < end:
                time.sleep(0.2)
            yield url
        finally:
            server.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/voila/static/favicon.ico", timeout=5).status_code < 500
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    size: Any = {"width": 1000, "height": 900}
    context = browser.new_context(viewport=size)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.route(
        lambda url: not url.startswith((address, "blob:", "data:")),
        lambda route: route.abort(),
    )
    page.goto(address)
    page.locator(".ocinb-panel").wait_for()
    yield page
    context.close()


def test_the_panel_is_drawn_and_answers(page: Page) -> None:
    prompt = page.get_by_label("Prompt", exact=True).first
    prompt.fill("Why is the sky blue?")
    prompt.press("Enter")
    page.locator(".ocinb-turn").get_by_text("blue", exact=True).wait_for()
    page.get_by_text("tokens/s").first.wait_for()


def test_the_stored_transcript_is_not_seen_twice(page: Page) -> None:
    assert not page.get_by_text("Re-run the cell to go on.").is_visible()
