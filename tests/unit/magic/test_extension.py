"""Loading and unloading undo each other exactly."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from ocinb.magic import load, unload


@pytest.fixture
def shell(bare_shell: Any) -> Any:
    return bare_shell


def everything(shell: Any) -> dict[str, Any]:
    """Every registry of the shell that an extension could change."""
    manager = shell.magics_manager
    completer = shell.Completer
    drawn = shell.display_formatter.ipython_display_formatter
    return {
        "line magics": dict(manager.magics["line"]),
        "cell magics": dict(manager.magics["cell"]),
        "magic objects": dict(manager.registry),
        "configurables": list(shell.configurables),
        "callbacks": {name: list(c) for name, c in shell.events.callbacks.items()},
        "exception handler": (shell.custom_exceptions, shell.CustomTB),
        "completers": list(completer.matchers),
        "custom completers": {
            name: (dict(found.strs), dict(found.regexs))
            for name, found in shell.strdispatchers.items()
        },
        "input transformers": list(shell.input_transformers_post),
        "cleanup transformers": list(shell.input_transformers_cleanup),
        "ast transformers": list(shell.ast_transformers),
        "hooks": dict(shell.hooks),
        "displays": (dict(drawn.type_printers), dict(drawn.deferred_printers)),
        "variables": dict(shell.user_ns),
        "config": shell.config.copy(),
    }


def test_unloading_leaves_the_shell_as_it_was(shell: Any):
    before = everything(shell)
    load(shell)
    assert everything(shell) != before
    assert "ocichat" in shell.magics_manager.magics["cell"]
    unload(shell)
    assert everything(shell) == before


def test_unloading_gives_a_kernel_its_displays_back(shell: Any):
    shell.kernel = None
    before = everything(shell)
    shell.kernel = object()
    load(shell)
    assert everything(shell)["displays"] != before["displays"]
    unload(shell)
    assert everything(shell) == before


def test_loading_twice_is_loading_once(shell: Any):
    load(shell)
    loaded = everything(shell)
    load(shell)
    assert everything(shell) == loaded


def test_unloading_what_was_not_loaded_does_nothing(shell: Any):
    before = everything(shell)
    unload(shell)
    assert everything(shell) == before


def test_a_magic_of_the_same_name_comes_back(shell: Any):
    def ocichat(line: str) -> str:
        return f"the user's own {line}"

    shell.register_magic_function(ocichat, "line")
    before = everything(shell)
    load(shell)
    unload(shell)
    assert everything(shell) == before
    assert shell.run_line_magic("ocichat", "x") == "the user's own x"


def test_the_extension_commands_work(shell: Any, capsys: Any):
    shell.magics_manager.lsmagic_docs()  # IPython imports its own magics on demand
    before = everything(shell)
    shell.run_line_magic("load_ext", "ocinb")
    shell.run_line_magic("reload_ext", "ocinb")
    shell.run_line_magic("ocichat", "help")
    assert "%%ocichat" in capsys.readouterr().out
    shell.run_line_magic("unload_ext", "ocinb")
    assert everything(shell) == before


def test_loading_imports_nothing_heavy():
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell as S;"
        "import ocinb.magic; ocinb.magic.load(S());"
        "print([m for m in ('ipywidgets', 'langchain_core', 'httpx', 'pydantic',"
        " 'ocinb.local', 'ocinb.chat_models') if m in sys.modules])"
    )
    ran = subprocess.run(  # noqa: S603 - this interpreter and the line above
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
