"""A shell without a kernel and without files, as a terminal's is."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def make_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Any]]:
    """Make shells with a configuration; all are ended after the test."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    monkeypatch.delenv("OCI_LLM_ENDPOINT", raising=False)
    made = []

    def make(config: Config | None = None) -> Any:
        merged = Config({"HistoryManager": {"enabled": False}})
        merged.merge(config or Config())
        made.append(InteractiveShell(config=merged))
        return made[-1]

    yield make
    for shell in made:  # without a history there is nothing that has to be closed
        atexit.unregister(shell.atexit_operations)


@pytest.fixture
def bare_shell(make_shell: Callable[..., Any]) -> Any:
    """A shell without the magics."""
    return make_shell()
