"""The file with aliases and presets is replaced whole, and never lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ocinb.errors import ConfigurationError
from ocinb.saved import file as saved_file
from ocinb.saved.file import SavedFile
from ocinb.saved.values import Preset, Saved

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = Preset({"seed": 1})

SAVING = """
import sys
from pathlib import Path
from ocinb.saved.values import Preset
from ocinb.saved.file import SavedFile

def save(folder, name):
    SavedFile(Path(folder)).change(lambda s: s.with_preset(name, Preset({"seed": 1})))
"""


def child(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Run more code in another process that can save."""
    return subprocess.Popen(  # noqa: S603 - this interpreter and the lines of a test
        [sys.executable, "-c", SAVING + code, *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )


def adding(name: str) -> Callable[[Saved], Saved]:
    return lambda saved: saved.with_preset(name, SEED)


def refusal(file: SavedFile) -> str:
    with pytest.raises(ConfigurationError) as raised:
        file.change(adding("a"))
    line = str(raised.value)
    assert "\n" not in line
    return line


@pytest.fixture
def file(tmp_path: Path) -> SavedFile:
    return SavedFile(tmp_path / "config")


def test_without_a_file_nothing_is_saved(file: SavedFile):
    assert file.read() == Saved()
    assert not file.path.parent.exists()


def test_what_is_saved_is_there_for_another_kernel(file: SavedFile):
    file.change(adding("a"))
    assert SavedFile(file.path.parent).read() == Saved(presets={"a": SEED})


def test_the_file_is_for_its_owner_alone_and_nothing_else_is_left(file: SavedFile):
    file.change(adding("a"))
    file.change(adding("b"))
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert {p.name for p in file.path.parent.iterdir()} == {
        "ocinb.json",
        ".ocinb.json.lock",
    }


def test_it_lies_where_jupyter_keeps_its_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "chosen"))
    assert SavedFile().path == tmp_path / "chosen" / "ocinb.json"


@pytest.mark.parametrize(("chosen", "folder"), [("~/own", "own"), ("", ".jupyter")])
def test_without_jupyter_it_lies_in_the_same_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str, folder: str
):
    monkeypatch.setitem(sys.modules, "jupyter_core.paths", None)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", chosen)
    assert SavedFile().path == tmp_path / folder / "ocinb.json"


def test_a_byte_order_mark_of_an_editor_is_read_over(file: SavedFile):
    file.change(adding("a"))
    file.path.write_text("\ufeff" + file.path.read_text())
    assert set(file.read().presets) == {"a"}


def test_a_link_stays_a_link(file: SavedFile, tmp_path: Path):
    kept = tmp_path / "dotfiles.json"
    kept.write_text('{"version": 1}')
    file.path.parent.mkdir()
    file.path.symlink_to(kept)
    file.change(adding("a"))
    assert file.path.is_symlink()
    assert "seed" in kept.read_text()


class TestABrokenFile:
    """It is named, read as empty and left as it is."""

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b'{"version": 1,', "ocinb.json cannot be read: line 1 column"),
            (b"\xff\xfe", "ocinb.json cannot be read: it is no UTF-8 text"),
            (b'{"version": 9}', "ocinb.json cannot be read: version must be 1 (got 9)"),
        ],
    )
    def test_by_its_content(self, file: SavedFile, content: bytes, says: str):
        file.path.parent.mkdir()
        file.path.write_bytes(content)
        saved = file.read()
        assert says in saved.problem
        assert saved == Saved(problem=saved.problem)
        said = refusal(file)
        assert said.startswith(f"nothing is saved: {file.path.parent}")
        assert says in said
        assert said.endswith("mend the file or move it away")
        assert file.path.read_bytes() == content

    def test_by_being_a_folder(self, file: SavedFile):
        file.path.mkdir(parents=True)
        assert "cannot be read: Is a directory" in file.read().problem
        assert "Is a directory" in refusal(file)


def test_what_cannot_be_written_leaves_the_file_as_it_was(file: SavedFile):
    file.change(adding("a"))
    before = file.path.read_bytes()
    half = Preset(settings={"system": "\ud83e"})
    with pytest.raises(ConfigurationError, match="half a character"):
        file.change(lambda saved: saved.with_preset("b", half))

    def interrupted(_saved: Saved) -> Saved:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        file.change(interrupted)
    assert file.path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "taken").write_text("")
    said = refusal(SavedFile(tmp_path / "taken"))
    assert f"{tmp_path / 'taken' / 'ocinb.json'} cannot be written" in said
    assert said.endswith("JUPYTER_CONFIG_DIR names another folder")


@pytest.mark.skipif(os.name != "posix", reason="folders have other rights there")
def test_a_folder_that_is_read_only_is_named():
    code = """
import os
if os.geteuid() == 0:
    os.seteuid(65534)  # the rights of folders do not count for root
try:
    save(sys.argv[1], "a")
except Exception as error:
    print(error)
"""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        said, _ = child(code, folder).communicate(timeout=60)
        assert list(Path(folder).iterdir()) == []
    assert said == (
        f"{folder}/ocinb.json cannot be written: Permission denied - "
        "JUPYTER_CONFIG_DIR names another folder\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="files have other limits there")
def test_a_disk_without_room_leaves_the_old_file_and_nothing_else(file: SavedFile):
    code = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    save(sys.argv[1], "b" * 100)
except Exception as error:
    print(error)
"""
    file.change(adding("a"))
    before = file.path.read_bytes()
    said, _ = child(code, str(file.path.parent)).communicate(timeout=60)
    assert said.startswith(f"{file.path} cannot be written: File too large - ")
    assert file.path.read_bytes() == before
    assert len(list(file.path.parent.iterdir())) == 2


def test_kernels_that_write_at_once_lose_nothing(file: SavedFile):
    code = "for n in range(20): save(sys.argv[1], sys.argv[2] + str(n))"
    children = [child(code, str(file.path.parent), name) for name in "abc"]
    threads = [
        threading.Thread(target=file.change, args=(adding(f"t{n}"),)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for process in children:
        process.communicate(timeout=60)
        assert process.returncode == 0
    kept = set(json.loads(file.path.read_text())["presets"])
    assert kept == {f"{a}{n}" for a in "abc" for n in range(20)} | {
        f"t{n}" for n in range(8)
    }


def test_a_kernel_that_never_ends_writing_is_told(
    file: SavedFile, monkeypatch: pytest.MonkeyPatch
):
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(saved_file, "WAIT_S", 0.05)
    file.change(adding("a"))
    with (file.path.parent / ".ocinb.json.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "cannot be written: another kernel is writing it" in refusal(file)
    file.change(adding("b"))
    assert set(file.read().presets) == {"a", "b"}
