"""The built wheel, opened: what a stranger's `pip install` receives."""

from __future__ import annotations

import json
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The wheel's files by name, `{info}` and `{data}` folders shortened."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    command = [sys.executable, "-m", "build", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this interpreter and our own options
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    prefix = "-".join(path.name.split("-")[:2])
    with ZipFile(path) as opened:
        return {
            name.replace(f"{prefix}.dist-info", "info").replace(
                f"{prefix}.data/data", "data"
            ): opened.read(name)
            for name in opened.namelist()
        }


def test_installing_switches_the_server_extension_on(wheel: dict[str, bytes]) -> None:
    config = wheel["data/etc/jupyter/jupyter_server_config.d/ocinb.json"]
    assert json.loads(config) == {"ServerApp": {"jpserver_extensions": {"ocinb": True}}}


def test_the_demos_notebook_travels_along(wheel: dict[str, bytes]) -> None:
    notebook = wheel["ocinb/cli/01-first-chat.ipynb"]
    assert notebook == (ROOT / "notebooks/01-first-chat.ipynb").read_bytes()


def test_the_types_travel_along(wheel: dict[str, bytes]) -> None:
    assert "ocinb/py.typed" in wheel


def test_the_licence_travels_along(wheel: dict[str, bytes]) -> None:
    assert b"Universal Permissive License" in wheel["info/licenses/LICENSE"]


def test_it_holds_every_module_and_nothing_else(wheel: dict[str, bytes]) -> None:
    packed = {name for name in wheel if name.endswith(".py")}
    on_disk = {str(p.relative_to(ROOT)) for p in (ROOT / "ocinb").rglob("*.py")}
    assert packed == on_disk
    assert {name.partition("/")[0] for name in wheel} == {"ocinb", "info", "data"}


def test_the_command_is_declared(wheel: dict[str, bytes]) -> None:
    assert b"ocinb = ocinb.cli:main" in wheel["info/entry_points.txt"]


def test_the_extras_are_declared(wheel: dict[str, bytes]) -> None:
    about = message_from_bytes(wheel["info/METADATA"])
    extras = set(about.get_all("Provides-Extra") or [])
    assert extras == {"oci", "sweep", "local", "server", "lab", "dask", "test", "all"}
    assert about["License-Expression"] == "UPL-1.0"


def test_a_plain_install_brings_no_cloud_library_and_no_engine(
    wheel: dict[str, bytes],
) -> None:
    about = message_from_bytes(wheel["info/METADATA"])
    needed = [n for n in about.get_all("Requires-Dist") or [] if "extra ==" not in n]
    heavy = ("oci", "oracle-ads", "pandas", "jupyter", "xllamacpp", "cryptography")
    assert needed
    assert not [name for name in needed if name.startswith(heavy)]


def test_no_file_names_a_place_on_the_builders_machine(wheel: dict[str, bytes]) -> None:
    home = str(ROOT).encode()
    assert not [name for name, content in wheel.items() if home in content]
