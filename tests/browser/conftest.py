"""One server and one Chromium for all browser tests, and a hand to drive them."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from tests.browser.hostile import listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route

    from tests.browser.hostile import Listener
    from tests.conftest import Jupyter, StartJupyter

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
THEMES: tuple[Literal["Light", "Dark"], ...] = ("Light", "Dark")
Application: TypeAlias = Literal["JupyterLab", "Notebook 7"]
CHROMIUM_OPTIONS = [
    *("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-sync"),
    "--disable-component-update",
]
NO_NEWS = {
    "fetchNews": "false",
    "checkForUpdates": False,
    "doNotDisturbMode": True,
}
KERNEL_READY = """() => {
    const open = window.jupyterapp?.shell?.currentWidget;
    const kernel = open?.sessionContext?.session?.kernel;
    return kernel?.status === 'idle' && kernel?.connectionStatus === 'connected';
}"""
NOTEBOOK_DRAWN = """count => {
    const open = window.jupyterapp?.shell?.currentWidget;
    return open?.context?.isReady && open?.content?.widgets?.length === count;
}"""
RUN_CELL = """async index => {
    const { shell, commands } = window.jupyterapp;
    const notebook = shell.currentWidget.content;
    notebook.activeCellIndex = index;
    notebook.deselectAll();
    await commands.execute('notebook:run-cell');
}"""
CELL_OUTPUTS = """index => {
    const cell = window.jupyterapp.shell.currentWidget.content.widgets[index];
    return cell.model.outputs.toJSON();
}"""
START_CELL = f"index => {{ window.running = ({RUN_CELL})(index); }}"
WAIT_FOR_REPLY = "() => window.running"
READ_CELL = """window.textBelow = index => {
    const cell = window.jupyterapp.shell.currentWidget.content.widgets[index];
    const outputs = cell.outputArea.node.querySelectorAll('.jp-OutputArea-output');
    return [...outputs].map(output => output.innerText).join('\\n');
}"""
IS_DRAWN = """index => {
    const cell = window.jupyterapp.shell.currentWidget.content.widgets[index];
    return cell.outputArea.node.checkVisibility({ contentVisibilityAuto: true });
}"""
HAS_BUNDLE = """index => {
    const cell = window.jupyterapp.shell.currentWidget.content.widgets[index];
    return cell.model.outputs.toJSON().some(o => o.data && 'text/html' in o.data);
}"""
CELL_TEXT = "index => window.textBelow(index)"
WATCH_CELL = """index => {
    window.seen = [];
    const look = () => {
        const text = window.textBelow(index);
        if (text !== window.seen.at(-1)) window.seen.push(text);
        window.watching = requestAnimationFrame(look);
    };
    look();
}"""
STOP_WATCHING = """() => {
    cancelAnimationFrame(window.watching);
    return window.seen;
}"""
CHANGE_THEME = """async theme => {
    await window.jupyterapp.commands.execute('apputils:change-theme', { theme });
}"""
THEME_IS_DRAWN = """dark => {
    const isDark = document.body.dataset.jpThemeLight === 'false';
    return isDark === dark && !document.getElementById('jupyterlab-splash');
}"""


@dataclass(frozen=True)
class OpenNotebook:
    """A notebook that is open in JupyterLab or Notebook 7."""

    page: Page
    path: Path

    def cell(self, index: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def scroll_to(self, index: int) -> None:
        """Bring a cell into view: what is far out of it is not drawn.

        And a page behind another is drawn once a second.
        """
        self.page.bring_to_front()
        self.cell(index).scroll_into_view_if_needed()
        self.page.wait_for_function(IS_DRAWN, arg=index)

    def wait_for_kernel(self) -> None:
        self.page.wait_for_function(KERNEL_READY)

    def run(self, index: int) -> None:
        """Run one cell; returns when the kernel has answered, fails if it failed."""
        self.page.evaluate(RUN_CELL, index)
        self.check(index)

    def check(self, index: int) -> None:
        failed = [o for o in self.outputs(index) if o["output_type"] == "error"]
        assert not failed, f"{failed[0]['ename']}: {failed[0]['evalue']}"

    @contextmanager
    def watched(self, index: int) -> Iterator[list[str]]:
        """Note what a cell's output says in each frame that differs."""
        seen: list[str] = []
        self.page.evaluate(WATCH_CELL, index)
        yield seen
        seen += self.page.evaluate(STOP_WATCHING)

    def run_and_watch(self, index: int) -> list[str]:
        """Run one cell; returns what its output said in each frame that differed."""
        with self.watched(index) as seen:
            self.run(index)
        return seen

    def start(self, index: int) -> None:
        """Run one cell without waiting for its end."""
        self.page.evaluate(START_CELL, index)

    def wait_for_text(self, index: int, text: str) -> None:
        self.scroll_to(index)
        reads = "([index, text]) => window.textBelow(index).includes(text)"
        self.page.wait_for_function(reads, arg=[index, text])

    def wait_for_bundle(self, index: int) -> None:
        """Wait until the output could be read without a kernel."""
        self.page.wait_for_function(HAS_BUNDLE, arg=index)

    def wait_for_reply(self, index: int) -> None:
        self.page.evaluate(WAIT_FOR_REPLY)
        self.check(index)

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """What the notebook file will hold as the cell's outputs."""
        found: list[dict[str, Any]] = self.page.evaluate(CELL_OUTPUTS, index)
        return found

    def text(self, index: int) -> str:
        """What a reader sees below the cell."""
        self.scroll_to(index)
        shown: str = self.page.evaluate(CELL_TEXT, index)
        return shown

    def save(self) -> None:
        self.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")

    def use_theme(self, theme: Literal["Light", "Dark"]) -> None:
        self.page.bring_to_front()
        self.page.evaluate(CHANGE_THEME, f"JupyterLab {theme}")
        self.page.wait_for_function(THEME_IS_DRAWN, arg=theme == "Dark")

    def picture(self, name: str, index: int) -> None:
        """Keep one picture of a cell in the light theme and one in the dark."""
        ARTIFACTS.mkdir(exist_ok=True)
        for theme in THEMES:
            self.use_theme(theme)
            self.scroll_to(index)
            self.page.screenshot(path=ARTIFACTS / f"{name}-{theme.lower()}.png")
        self.use_theme("Light")


@dataclass(frozen=True)
class Lab:
    """JupyterLab, and Notebook 7 on the same server, as one visitor uses them."""

    jupyter: Jupyter
    context: BrowserContext
    numbers: Iterator[int]

    def write(self, name: str, *sources: str, kernel: str = "python3") -> Path:
        """Put a notebook of these code cells where JupyterLab finds it."""
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        path = self.jupyter.root / name
        spec = {"kernelspec": {"display_name": kernel, "name": kernel}}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=spec)
        nbformat.write(notebook, path)
        return path

    def copy(self, notebook: Path) -> Path:
        return Path(shutil.copy(notebook, self.jupyter.root))

    def open(
        self,
        path: Path,
        *,
        kernel: bool = True,
        application: Application = "JupyterLab",
    ) -> OpenNotebook:
        """Open a notebook in a new tab, with its kernel or without any."""
        page = self.context.new_page()
        if not kernel:
            self.jupyter.stop_kernels()
            page.route("**/api/sessions*", refuse_kernels)
        page.goto(
            f"{self.jupyter.url}/{self._address(path, application)}"
            f"reset&token={self.jupyter.token}"
        )
        cells = nbformat.read(path, as_version=4)["cells"]
        page.wait_for_function(NOTEBOOK_DRAWN, arg=len(cells))
        opened = OpenNotebook(page, path)
        if kernel:
            opened.wait_for_kernel()
        else:
            for button in ("Ok", "No Kernel"):
                page.locator(".jp-Dialog-button", has_text=button).click()
        return opened

    def _address(self, path: Path, application: Application) -> str:
        if application == "Notebook 7":
            return f"notebooks/{path.name}?"
        return f"lab/workspaces/w{next(self.numbers)}/tree/{path.name}?"


def switch_news_off(jupyter: Jupyter) -> None:
    """Let JupyterLab not ask whether it may show news, which covers what is below."""
    folder = jupyter.home / "lab-settings/@jupyterlab/apputils-extension"
    folder.mkdir(parents=True)
    settings = folder / "notification.jupyterlab-settings"
    settings.write_text(json.dumps(NO_NEWS))


def refuse_kernels(route: Route) -> None:
    """Answer as a server that has no kernel to give."""
    if route.request.method == "POST":
        route.fulfill(status=503, json={"message": "no kernels here"})
    else:
        route.fallback()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The distribution's Chromium; Playwright's own browsers are not needed."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        assert path, "these tests need Chromium: apt-get install chromium"
        chromium = playwright.chromium.launch(
            executable_path=path, args=CHROMIUM_OPTIONS
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def jupyterlab(start_jupyter: StartJupyter) -> Jupyter:
    jupyter = start_jupyter("jupyterlab")
    switch_news_off(jupyter)
    return jupyter


@pytest.fixture(scope="module")
def lab(browser: Browser, jupyterlab: Jupyter) -> Iterator[Lab]:
    """A visitor for the tests of one module; the kernels it started are stopped at the end."""
    size: Any = {"width": 1280, "height": 900}
    context = browser.new_context(viewport=size)
    context.set_default_timeout(60_000)
    context.add_init_script(READ_CELL)
    yield Lab(jupyterlab, context, count())
    context.close()
    jupyterlab.stop_kernels()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with listening() as heard:
        yield heard
