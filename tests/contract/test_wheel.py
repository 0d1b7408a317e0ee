"""The built wheel, opened: what a stranger's `pip install` receives."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
from email import message_from_bytes
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.conftest import Jupyter, apart, free_port, running_server

ROOT = Path(__file__).parents[2]
PACKED = {".py", ".md", ".ipynb", ".png", ".json", ".typed"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it alone."""
    folder = tmp_path_factory.mktemp("built")
    options = ["--no-isolation", "--outdir", str(folder), str(ROOT)]
    command = [sys.executable, "-m", "build", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this interpreter and our own options
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> dict[str, bytes]:
    """The wheel's files by name, `{info}` and `{data}` folders shortened."""
    (path,) = built.glob("*.whl")
    prefix = "-".join(path.name.split("-")[:2])
    with ZipFile(path) as opened:
        return {
            name.replace(f"{prefix}.dist-info", "info").replace(
                f"{prefix}.data/data", "data"
            ): opened.read(name)
            for name in opened.namelist()
        }


@pytest.fixture(scope="module")
def sdist(built: Path) -> dict[str, bytes]:
    """The sdist's files by name, without the folder that all of them are in."""
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as opened:
        return {
            member.name.partition("/")[2]: file.read()
            for member in opened
            if (file := opened.extractfile(member)) is not None
        }


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment with the wheel; the rest it finds in this one."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    python = folder / "bin" / "python"
    (path,) = built.glob("*.whl")
    options = ["--quiet", "--no-deps", "--no-index", str(path)]
    command = [sys.executable, "-m", "pip", "--python", str(python), "install"]
    subprocess.run([*command, *options], check=True)  # noqa: S603 - this interpreter and our own options
    return python


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


def test_the_sdist_holds_what_a_packager_needs(sdist: dict[str, bytes]) -> None:
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"):
        assert sdist[name] == (ROOT / name).read_bytes()
    assert "jupyter-config/server-config/ocinb.json" in sdist
    for folder in ("ocinb", "tests", "notebooks", "docs"):
        files = [p for p in (ROOT / folder).rglob("*") if p.suffix in PACKED]
        on_disk = {str(p.relative_to(ROOT)) for p in files if "." not in p.parts[-2]}
        assert on_disk
        assert on_disk <= sdist.keys(), folder


def test_the_sdist_holds_nothing_else(sdist: dict[str, bytes]) -> None:
    tops = {name.partition("/")[0] for name in sdist}
    assert tops == {
        *("ocinb", "tests", "notebooks", "docs", "jupyter-config", "PKG-INFO"),
        *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
        *("pyproject.toml", ".gitignore"),
    }
    home = str(ROOT).encode()
    assert not [name for name, content in sdist.items() if home in content]


def test_where_it_is_installed_jupyter_lists_the_extension_as_enabled_and_ok(
    installed: Path, tmp_path: Path
) -> None:
    command = [installed, "-m", "jupyter", "server", "extension", "list"]
    done = subprocess.run(  # noqa: S603 - the Python of the fixture and our own options
        command, env=apart(tmp_path), capture_output=True, text=True, check=True
    )
    told = re.sub(r"\x1b\[\d*m", "", done.stdout + done.stderr)
    assert re.search(r"^ *ocinb enabled$", told, re.MULTILINE), told
    assert re.search(rf"^ *ocinb {version('ocinb')} OK$", told, re.MULTILINE), told


def test_where_it_is_installed_a_server_answers_and_the_magics_load(
    installed: Path, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    jupyter = Jupyter(url, "secret-of-the-test", tmp_path / "root", tmp_path)
    with running_server("jupyter_server", jupyter, python=str(installed)):
        assert jupyter.get("/ocinb/health").json()["status"] == "ok"
        assert jupyter.get("/ocinb/deployments").status_code in {200, 400}
    code = "%load_ext ocinb\n%ocichat help\nimport ocinb; print(ocinb.__file__)"
    command = [installed, "-m", "IPython", "--no-banner", "-c", code]
    done = subprocess.run(  # noqa: S603 - as above
        command, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "%%ocichat" in done.stdout
    assert done.stdout.rstrip().endswith(
        str(next(installed.parents[1].glob("lib/*/site-packages/ocinb/__init__.py")))
    )
