"""Tab in a shell: what IPython's completer makes of it, with Jedi and without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.tools import tool
from pydantic import BaseModel

from ocinb.magic import load, unload
from ocinb.magic.commands.tab import known_of
from ocinb.magic.known.deployment_names import Listing
from ocinb.wire.listing import Deployment

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=[True, False], ids=["jedi", "plain"])
def shell(bare_shell: Any, request: Any) -> Iterator[Any]:
    load(bare_shell)
    bare_shell.Completer.use_jedi = request.param
    yield bare_shell
    unload(bare_shell)


def tab(shell: Any, cell: str) -> list[str]:
    """Return the cells that come of each completion at the `|`."""
    cursor = cell.index("|")
    text = cell.replace("|", "")
    with pytest.warns():  # IPython calls its own interface provisional
        found = list(shell.Completer.completions(text, cursor))
    return [text[: c.start] + c.text + text[c.end :] for c in found]


def test_the_word_at_the_cursor_is_completed(shell: Any):
    assert tab(shell, "%%ocichat --tempe|\nbody") == ["%%ocichat --temperature\nbody"]
    assert tab(shell, "%%ocichat -f ra| x") == ["%%ocichat -f raw x"]
    assert tab(shell, "%%ocichat --format=ra|") == ["%%ocichat --format=raw"]
    assert tab(shell, "x = 1\n%ocichat alias ad|") == ["x = 1\n%ocichat alias add"]


def test_a_terminal_completes_too(shell: Any):
    typed = "%ocichat --format=ra"
    with pytest.warns(PendingDeprecationWarning):
        assert shell.complete(None, typed, len(typed)) == ("ra", ["raw"])


def test_names_of_the_notebook_are_offered(shell: Any, reciting: Any):
    shell.user_ns["my_llm"] = reciting(answers=[["Hi"]])
    shell.user_ns["my_data"] = [1]
    assert tab(shell, "%%ocichat my|") == ["%%ocichat my_llm"]
    assert tab(shell, "%%ocichat --out my|") == [
        "%%ocichat --out my_llm",
        "%%ocichat --out my_data",
    ]


def test_the_body_of_a_cell_is_left_to_ipython(shell: Any):
    shell.user_ns["temper_of_mine"] = 1
    assert "%%ocichat\n--temperature" not in tab(shell, "%%ocichat\n--tempe|")
    assert "%%ocichat\ntemper_of_mine" in tab(shell, "%%ocichat\ntemper|")


def test_other_code_is_left_to_ipython(shell: Any):
    shell.user_ns["values"] = [1]
    assert "values" in tab(shell, "val|")
    assert "%%ocichat" in tab(shell, "%%ocicha|")


def test_what_was_saved_is_offered(shell: Any, capsys: Any):
    shell.run_line_magic("ocichat", "preset save careful -t 0")
    shell.run_line_magic("ocichat", "alias add prod https://example.com/o/predict")
    assert tab(shell, "%%ocichat --preset |") == ["%%ocichat --preset careful"]
    assert tab(shell, "%%ocichat p|") == ["%%ocichat prod"]
    assert "careful" in capsys.readouterr().out


class City(BaseModel):
    """What an answer may have to look like."""

    name: str


def test_what_is_known_is_told_apart(shell: Any, reciting: Any):
    @tool
    def weather(city: str) -> str:
        """Tell the weather."""
        return city

    def double(x: int) -> int:
        return 2 * x

    shell.user_ns.update(
        llm=reciting(answers=[["Hi"]]), weather=weather, double=double, number=1
    )
    shell.user_ns.update(kind=int, sys=__import__("sys"), _hidden=1)
    shell.user_ns.update(City=City, plain={"type": "object"}, table={"a": 1})
    face = shell.magics_manager.registry["OciChatMagics"].face
    known = known_of(face)
    assert known.models == ("llm",)
    assert known.tools == ("weather", "double")
    assert known.schemas == ("City", "plain")
    assert set(known.variables) == {
        *("llm", "weather", "double", "number", "kind", "City", "plain", "table")
    }
    assert known.conversations == ()


def test_deployments_that_were_listed_are_offered(shell: Any):
    names = ["llama", "mixtral 8x7b", "lla\x1b[31mma", "", "l" * 300]
    listed = tuple(
        Deployment(name, f"ocid1.x.oc1..{n}", "", "llm", "ACTIVE", "")
        for n, name in enumerate(names)
    )
    face = shell.magics_manager.registry["OciChatMagics"].face
    face.listing = Listing(deployments=listed)
    assert tab(shell, "%ocichat use l|") == ["%ocichat use llama"]
    assert tab(shell, "%ocichat use mi|") == ["%ocichat use mixtral 8x7b"]


def test_looking_at_variables_runs_nothing_of_theirs(shell: Any):
    class Touchy:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    shell.user_ns["touchy"] = Touchy()
    assert tab(shell, "%%ocichat --out tou|") == ["%%ocichat --out touchy"]


def test_after_unloading_nothing_is_offered(shell: Any):
    unload(shell)
    assert not any("--temperature" in cell for cell in tab(shell, "%%ocichat --temp|"))
    load(shell)
