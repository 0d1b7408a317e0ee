from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from ocinb.cli import main
from ocinb.errors import OcinbError

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path


class Raises:
    """A subcommand that ends with an error."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def run(self, _: Namespace) -> int:
        raise self.error


def test_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"ocinb {version('ocinb')}\n"


@pytest.mark.parametrize("words", [[], ["dmeo"], ["serve", "--prot", "1"]])
def test_wrong_words_are_named_and_nothing_runs(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert (words[-2] if words[1:] else "COMMAND") in capsys.readouterr().err


def test_a_model_file_and_an_upstream_exclude_each_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--model", "a.gguf", "--upstream", "http://127.0.0.1:1"])
    assert "not allowed with" in capsys.readouterr().err


COMMANDS = ["demo", "serve", "doctor", "enable", "disable", "version"]


@pytest.mark.parametrize("words", [["--help"], *([c, "--help"] for c in COMMANDS)])
def test_help_fits_a_terminal(
    words: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80
    assert "%%%" not in said


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    for command in COMMANDS:
        assert f"\n    {command} " in said
    assert "%%ocichat available without %load_ext" in " ".join(said.split())


def test_the_versions_of_what_runs_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"ocinb {version('ocinb')}, Python 3.")
    assert f"IPython {version('ipython')}\n" in said


def test_a_known_error_is_one_line_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = OcinbError("the model fell over", status=503, hint="pick it up")
    monkeypatch.setitem(sys.modules, "ocinb.cli.demo", Raises(error))
    assert main(["demo"]) == 1
    said = capsys.readouterr()
    assert said.err == "ocinb: the model fell over (status 503) - pick it up\n"
    assert said.out == ""


def test_an_unknown_error_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ocinb.cli.demo", Raises(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["demo"])


def test_ctrl_c_ends_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ocinb.cli.demo", Raises(KeyboardInterrupt()))
    assert main(["demo"]) == 130
    assert capsys.readouterr().err == "\n"


@pytest.mark.parametrize("package", ["jupyter_client", "platformdirs"])
def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    package: str, tmp_path: Path
) -> None:
    code = f"import sys; sys.modules[{package!r}] = None; from ocinb.cli import main; "
    code += "sys.exit(main(['demo']))"
    done = subprocess.run(  # noqa: S603 - this interpreter and our own code
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        f"ocinb: ocinb demo needs {package}, which is not installed - "
        "pip install 'ocinb[local]'\n"
    )


def test_jupyterlab_is_missed_before_anything_is_fetched(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    assert main(["demo", "--lab"]) == 2
    assert "ocinb[lab]" in capsys.readouterr().err
