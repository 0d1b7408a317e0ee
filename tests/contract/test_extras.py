"""Without an extra everything else works, and what is missing is named with it."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ABSENT = """
import sys

class Without:
    def __init__(self, finder):
        self._finder = finder

    def __getattr__(self, name):
        return getattr(self._finder, name)

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            return None
        return self._finder.find_spec(name, path, target)

sys.meta_path = [Without(finder) for finder in sys.meta_path]
assert not {absent!r} & set(sys.modules)
"""
TOUCHED = """
import ocinb
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
for name in ocinb.__all__:
    getattr(ocinb, name)
assert shell.run_line_magic("load_ext", "ocinb") is None
assert "ocichat" in shell.magics_manager.magics["cell"]
shell.run_line_magic("ocichat", "help")
ocinb._jupyter_server_extension_points()
"""
ASKED = """
from ocinb import ChatOCIModelDeploymentVLLM, LocalDeployment
from ocinb.local import Script

with LocalDeployment(script=Script.answer("It works.")) as deployment:
    model = ChatOCIModelDeploymentVLLM(
        endpoint=deployment.endpoint, auth=deployment.auth
    )
    assert model.invoke("Hi").text == "It works."
"""
SWEPT = (
    ASKED
    + """
    from ocinb.sweep import grid, run_sweep

    result = run_sweep(model, grid(temperature=[0.1, 0.9]), ["Hi"], progress=False)
    assert len(deployment.requests) == 3
"""
)
SAID = """
from ocinb.errors import MissingExtraError

try:
    {line}
except MissingExtraError as error:
    assert {extra!r} in str(error), str(error)
    assert "\\n" not in str(error)
else:
    raise AssertionError("nothing was missing")
"""
EXTRAS = {
    "oci": {"ads", "oci"},
    "sweep": {"pandas", "matplotlib", "numpy", "pyarrow"},
    "local": {"xllamacpp", "uvicorn", "ipykernel", "nbformat", "platformdirs"},
    "server": {"jupyter_server", "tornado"},
    "lab": {"jupyterlab", "jupyter_server", "tornado"},
    "dask": {"distributed", "dask"},
}


def run_without(absent: set[str], code: str, folder: Path) -> str:
    """Run code where some packages are not installed; return what it printed."""
    script = ABSENT.format(absent=absent) + dedent(code)
    command = [sys.executable, "-W", "error::ImportWarning", "-c", script]
    done = subprocess.run(  # noqa: S603 - this interpreter and our own code
        command, capture_output=True, text=True, check=False, timeout=120, cwd=folder
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_package_the_magics_and_the_classes_load_without_it(
    extra: str, tmp_path: Path
):
    absent = EXTRAS[extra] - {"platformdirs", "tornado"}  # IPython may bring these
    assert "%%ocichat" in run_without(absent, TOUCHED, tmp_path)


def test_without_any_extra_a_model_answers(tmp_path: Path):
    absent = {
        *("ads", "oci", "pandas", "matplotlib", "pyarrow", "xllamacpp", "uvicorn"),
        *("jupyter_server", "jupyterlab", "distributed", "dask", "nbformat"),
    }
    run_without(absent, TOUCHED + ASKED, tmp_path)


def test_without_pandas_a_sweep_runs_and_a_table_names_the_extra(tmp_path: Path):
    said = SAID.format(line="result.df", extra="ocinb[sweep]")
    run_without({"pandas", "matplotlib"}, SWEPT + said, tmp_path)


def test_without_matplotlib_a_chart_is_shown_and_a_picture_names_the_extra(
    tmp_path: Path,
):
    drawn = """
plot = result.plot.line("temperature", "completion_tokens")
data, _ = plot._repr_mimebundle_()
assert "image/png" not in data
assert "text/plain" in data
"""
    said = SAID.format(line="plot.to_png()", extra="ocinb[sweep]")
    run_without({"matplotlib"}, SWEPT + drawn + said, tmp_path)


def test_without_dask_a_sweep_runs_here(tmp_path: Path):
    run_without({"distributed", "dask"}, SWEPT, tmp_path)


@pytest.mark.parametrize("package", ["xllamacpp", "uvicorn", "cryptography"])
def test_without_the_engine_a_local_deployment_names_the_extra(
    package: str, tmp_path: Path
):
    line = "import ocinb; ocinb.LocalDeployment().start()"
    said = SAID.format(line=line, extra="ocinb[local]")
    run_without({package}, said, tmp_path)


@pytest.mark.parametrize(
    ("command", "package", "extra"),
    [
        (["demo"], "jupyter_client", "ocinb[local]"),
        (["serve"], "xllamacpp", "ocinb[local]"),
        (["serve", "--upstream", "http://127.0.0.1:9"], "uvicorn", "ocinb[local]"),
        (["demo", "--lab"], "jupyterlab", "ocinb[lab]"),
    ],
)
def test_without_what_a_command_needs_one_line_names_the_extra(
    command: list[str], package: str, extra: str, tmp_path: Path
):
    code = f"""
import contextlib, io
from ocinb.cli import main

told = io.StringIO()
with contextlib.redirect_stderr(told):
    status = main({command})
assert status == 2, (status, told.getvalue())
assert {extra!r} in told.getvalue(), told.getvalue()
assert told.getvalue().count("\\n") == 1, told.getvalue()
"""
    run_without({package}, code, tmp_path)


def test_without_ads_a_model_that_is_given_no_auth_names_the_extra(tmp_path: Path):
    line = (
        "from ocinb import ChatOCIModelDeploymentVLLM as M; "
        "M(endpoint='http://127.0.0.1:9/x/predict').invoke('Hi')"
    )
    said = SAID.format(line=line, extra="ocinb[oci]")
    run_without({"ads"}, said, tmp_path)


@pytest.mark.parametrize("way", ["resource_principal", "instance_principal"])
def test_without_oci_a_principal_names_the_extra(way: str, tmp_path: Path):
    code = """
import os, socket

listening = socket.create_server(("127.0.0.1", 0))
port = listening.getsockname()[1]
os.environ["OCI_METADATA_BASE_URL"] = f"http://127.0.0.1:{port}"
os.environ["OCI_RESOURCE_PRINCIPAL_VERSION"] = "other"
"""
    line = (
        "from ocinb import ChatOCIModelDeploymentVLLM as M; "
        f"M(endpoint='http://127.0.0.1:9/x/predict', auth='{way}').invoke('Hi')"
    )
    said = SAID.format(line=line, extra="ocinb[oci]")
    run_without({"oci"}, code + said, tmp_path)
