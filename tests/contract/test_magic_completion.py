"""Tab on the magic line, as a front end asks a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.magic_kernel import Kernel, running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

SETUP = """
from langchain_core.language_models import FakeListChatModel
my_llm = FakeListChatModel(responses=["Hi"])
my_data = [1, 2]
get_ipython().run_line_magic("ocichat", "preset save careful -t 0")
"""
COUNT = """
manager, completer = get_ipython().magics_manager, get_ipython().Completer
found = [
    sorted(manager.magics["line"]), sorted(manager.magics["cell"]),
    sorted(manager.registry), len(completer.matchers),
    [type(c).__name__ for c in get_ipython().configurables],
]
"""


@pytest.fixture(scope="module", params=[True, False], ids=["jedi", "plain"])
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    with running_kernel() as kernel:
        kernel.run(f"%config IPCompleter.use_jedi = {request.param}")
        kernel.run("%load_ext ocinb")
        assert not kernel.run(SETUP).error_lines
        yield kernel


def tab(kernel: Kernel, cell: str) -> list[str]:
    """Return the cells that come of each completion at the `|`."""
    cursor, text = cell.index("|"), cell.replace("|", "")
    reply = kernel.complete(text, cursor)
    start, end = reply["cursor_start"], reply["cursor_end"]
    return [text[:start] + match + text[end:] for match in reply["matches"]]


@pytest.mark.parametrize(
    ("cell", "cells"),
    [
        ("%%ocichat --tempe|\nbody", ["%%ocichat --temperature\nbody"]),
        ("%%ocichat my|", ["%%ocichat my_llm"]),
        ("%%ocichat --format=ra|", ["%%ocichat --format=raw"]),
        ("%%ocichat --preset |", ["%%ocichat --preset careful"]),
        (
            "%%ocichat --out my|",
            ["%%ocichat --out my_llm", "%%ocichat --out my_data"],
        ),
        ("x = 1\n%ocichat alias ad|\ny = 2", ["x = 1\n%ocichat alias add\ny = 2"]),
    ],
)
def test_the_magic_line_is_completed(kernel: Kernel, cell: str, cells: list[str]):
    assert tab(kernel, cell) == cells


def test_the_body_and_other_code_are_left_to_the_kernel(kernel: Kernel):
    assert "%%ocichat\nmy_data" in tab(kernel, "%%ocichat\nmy_d|")
    assert "my_data" in tab(kernel, "my_d|")
    assert "%%ocichat" in tab(kernel, "%%ocich|")


def test_the_help_of_the_magic_is_complete(kernel: Kernel):
    shown = kernel.run("%%ocichat?").reply["payload"][0]["data"]["text/plain"]
    printed = kernel.run("%ocichat help").stream("stdout")
    for line in printed.splitlines():
        assert line.strip() in shown
    for word in ("%ocichat alias add NAME", "--preset NAME", "-t, --temperature"):
        assert word in printed


def test_unloading_takes_everything_out_again():
    with running_kernel() as kernel:
        # IPython imports its own magics on demand
        kernel.run("get_ipython().magics_manager.lsmagic_docs()")
        kernel.run(COUNT)
        before = kernel.value("found")
        kernel.run("%load_ext ocinb\n%reload_ext ocinb")
        kernel.run(COUNT)
        assert kernel.value("found") != before
        assert tab(kernel, "%%ocichat --tempe|") == ["%%ocichat --temperature"]
        kernel.run("%unload_ext ocinb")
        kernel.run(COUNT)
        assert kernel.value("found") == before
        assert tab(kernel, "%%ocichat --tempe|") != ["%%ocichat --temperature"]
