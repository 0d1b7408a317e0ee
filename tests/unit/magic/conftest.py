"""A shell without a kernel and without files, as a terminal's is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import ConfigurationError
from ocinb.magic import load, unload
from ocinb.magic.commands.registry import run_command
from ocinb.magic.face import Face
from ocinb.magic.ocichat import OciChatMagics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def shell(bare_shell: Any) -> Iterator[Any]:
    """A shell with the magics."""
    load(bare_shell)
    yield bare_shell
    unload(bare_shell)


@pytest.fixture
def magics(shell: Any) -> OciChatMagics:
    """The magics of that shell."""
    found = shell.magics_manager.registry["OciChatMagics"]
    assert isinstance(found, OciChatMagics)
    return found


@pytest.fixture
def llm(shell: Any, reciting: Any) -> Any:
    """A chat model in the variable `llm`, and current."""
    model = reciting(answers=[["Hello", " there"]])
    shell.user_ns["llm"] = model
    shell.run_line_magic("config", "OciChatMagics.model = 'llm'")
    return model


@pytest.fixture
def face(bare_shell: Any) -> Face:
    """What the magic of a kernel remembers, with nothing in it."""
    return Face(bare_shell)


@pytest.fixture
def said(face: Face, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Run a subcommand and return what it printed."""

    def run(line: str) -> str:
        run_command(face, line)
        return capsys.readouterr().out

    return run


@pytest.fixture
def refused(face: Face) -> Callable[[str], str]:
    """Run a subcommand that cannot be done, and return the line that says why."""

    def run(line: str) -> str:
        with pytest.raises(ConfigurationError) as raised:
            run_command(face, line)
        assert "\n" not in str(raised.value)
        return str(raised.value)

    return run
