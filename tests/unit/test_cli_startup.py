"""`enable` and `disable` undo each other exactly, and touch no file of the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ocinb.cli import main
from ocinb.cli.startup import NAME, ipython_folder, startup_file
from ocinb.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """IPython's folder, which is not there yet."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path / "ipython"


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def file_in(folder: Path) -> Path:
    return folder / "profile_default" / "startup" / NAME


def test_disable_leaves_what_was_there_byte_for_byte(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    startup = file_in(folder).parent
    startup.mkdir(parents=True)
    (startup / "00-mine.py").write_bytes(b"x = 1\r\n\xff")
    (startup.parent / "ipython_config.py").write_bytes(b"c.foo = 1")
    before = tree(folder)
    assert main(["enable"]) == 0
    assert set(tree(folder)) - set(before) == {f"profile_default/startup/{NAME}"}
    assert main(["disable"]) == 0
    assert tree(folder) == before
    assert str(file_in(folder)) in capsys.readouterr().out


def test_folders_that_were_made_go_too(folder: Path) -> None:
    assert main(["enable"]) == 0
    assert file_in(folder).is_file()
    assert main(["disable"]) == 0
    assert not folder.exists()
    assert folder.parent.exists()


def test_folders_that_ipython_used_meanwhile_stay(folder: Path) -> None:
    assert main(["enable"]) == 0
    (folder / "profile_default" / "history.sqlite").write_bytes(b"kept")
    assert main(["disable"]) == 0
    assert tree(folder) == {
        "profile_default": None,
        "profile_default/history.sqlite": b"kept",
    }


def test_empty_folders_of_the_user_stay(folder: Path) -> None:
    file_in(folder).parent.mkdir(parents=True)
    before = tree(folder)
    main(["enable"])
    main(["disable"])
    assert tree(folder) == before


def test_both_may_be_said_twice(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["disable"]) == 0
    assert "nothing to undo" in capsys.readouterr().out
    main(["enable"])
    once = tree(folder)
    assert main(["enable"]) == 0
    assert tree(folder) == once
    assert "there already" in capsys.readouterr().out


@pytest.mark.parametrize("words", ["enable", "disable"])
@pytest.mark.parametrize("content", ["x = 1\n", "", "edited"])
def test_a_file_of_the_users_is_left_alone(
    folder: Path, words: str, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["enable"])
    path = file_in(folder)
    path.write_text(path.read_text() + "# mine\n" if content == "edited" else content)
    before = tree(folder)
    assert main([words]) == 2
    assert tree(folder) == before
    assert capsys.readouterr().err.count("\n") == 1


def test_a_link_is_left_alone(folder: Path) -> None:
    main(["enable"])
    path = file_in(folder)
    kept = path.rename(folder / "elsewhere.py")
    path.symlink_to(kept)
    assert main(["disable"]) == 2
    assert path.is_symlink()


def test_another_profile_has_a_file_of_its_own(folder: Path) -> None:
    main(["enable", "--profile", "work"])
    assert (folder / "profile_work" / "startup" / NAME).is_file()
    assert not (folder / "profile_default").exists()


@pytest.mark.parametrize("profile", ["", "../up", "a/b", "a\0"])
def test_a_profile_cannot_lead_elsewhere(folder: Path, profile: str) -> None:
    with pytest.raises(ConfigurationError):
        startup_file(folder, profile)


def test_a_folder_that_cannot_be_made_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "file"))
    assert main(["enable"]) == 2
    said = capsys.readouterr().err
    assert "cannot be" in said
    assert said.count("\n") == 1


def test_the_folder_is_the_one_that_ipython_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IPYTHONDIR", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ipython_folder() == tmp_path / ".ipython"
    (tmp_path / ".config" / "ipython").mkdir(parents=True)
    assert ipython_folder() == tmp_path / ".config" / "ipython"
    (tmp_path / ".ipython").mkdir()
    assert ipython_folder() == tmp_path / ".ipython"
