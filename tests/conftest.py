"""Servers that several suites share: a real Jupyter Server in folders of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import httpx
import pytest

from tests.contract import skips

if TYPE_CHECKING:
    from collections.abc import Iterator

READY_WITHIN_S = 90


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that skipped anything but what is on the list."""
    said = skips.complaint(session)
    if said:
        session.config.get_terminal_writer().line(f"\n{said}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@dataclass(frozen=True)
class Jupyter:
    """One running server; `url` ends with its base URL, its token opens every page."""

    url: str
    token: str
    root: Path
    home: Path

    def get(self, path: str) -> httpx.Response:
        headers = {"Authorization": f"token {self.token}"}
        return httpx.get(self.url + path, headers=headers, timeout=30)

    def stop_kernels(self) -> None:
        headers = {"Authorization": f"token {self.token}"}
        for kernel in self.get("/api/kernels").json():
            url = f"{self.url}/api/kernels/{kernel['id']}"
            httpx.delete(url, headers=headers, timeout=30)


class StartJupyter(Protocol):
    def __call__(
        self, application: str, base_url: str = "", *options: str
    ) -> Jupyter: ...


@pytest.fixture(scope="session")
def start_jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartJupyter]:
    """Start `jupyter_server` or `jupyterlab`; all are stopped after the last test.

    More options are given to the server as they are.
    """
    with ExitStack() as running:

        def start(application: str, base_url: str = "", *options: str) -> Jupyter:
            home = tmp_path_factory.mktemp(application)
            url = f"http://127.0.0.1:{free_port()}{base_url}"
            jupyter = Jupyter(url, "secret-of-the-test", home / "root", home)
            running.enter_context(running_server(application, jupyter, *options))
            return jupyter

        yield start


@contextmanager
def running_server(
    application: str, jupyter: Jupyter, *options: str, python: str = sys.executable
) -> Iterator[None]:
    jupyter.root.mkdir()
    log = jupyter.home / "server.log"
    address = httpx.URL(jupyter.url)
    command = [
        *(python, "-m", application, "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={address.port}", "--ServerApp.port_retries=0"),
        *(
            f"--ServerApp.base_url={address.path}",
            "--LabApp.expose_app_in_browser=True",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ),
        *(f"--IdentityProvider.token={jupyter.token}",),
        f"--ServerApp.root_dir={jupyter.root}",
        *options,
    ]
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603 - this interpreter and our own options
            command, env=apart(jupyter.home), stdout=output, stderr=output
        ) as process,
    ):
        try:
            _wait_until_ready(process, jupyter)
            yield
            jupyter.stop_kernels()
        finally:
            process.terminate()


def apart(home: Path) -> dict[str, str]:
    """Keep the server away from the settings of whoever runs the tests."""
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "lab-settings",
        "JUPYTERLAB_WORKSPACES_DIR": "lab-workspaces",
    }
    folders = {name: str(home / folder) for name, folder in names.items()}
    for folder in folders.values():
        Path(folder).mkdir()
    return os.environ | folders


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], jupyter: Jupyter) -> None:
    end = time.monotonic() + READY_WITHIN_S
    while process.poll() is None and time.monotonic() < end:
        if _answers(jupyter):
            return
        time.sleep(0.1)
    log = (jupyter.home / "server.log").read_text()
    pytest.fail(f"the server did not start:\n{log[-3000:]}")


def _answers(jupyter: Jupyter) -> bool:
    try:
        return jupyter.get("/api/status").is_success
    except httpx.TransportError:
        return False
