"""What an import costs: `import ocinb` loads nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {
    *("IPython", "ads", "cryptography", "dask", "distributed", "httpcore", "httpx"),
    *("ipykernel", "ipywidgets", "jupyter_client", "jupyter_server", "langchain"),
    *("langchain_community", "langchain_core", "langsmith", "matplotlib", "nbformat"),
    *("numpy", "oci", "pandas", "pydantic", "starlette", "tornado", "traitlets"),
    *("uvicorn", "xllamacpp"),
}


def packages_loaded_by(code: str) -> set[str]:
    """The top-level packages that a fresh interpreter holds after `code`."""
    code += "; import json, sys; print(json.dumps(list(sys.modules)))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - this interpreter and our own code
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def test_importing_ocinb_loads_nothing_heavy() -> None:
    loaded = packages_loaded_by("import ocinb")
    assert "ocinb" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    "code",
    [
        "import ocinb; dir(ocinb)",
        "import ocinb; ocinb.__version__",
        "import ocinb; ocinb.OcinbError",
        "import ocinb; ocinb._jupyter_server_extension_points()",
        "import ocinb.sampling",
        "import ocinb.cli",
    ],
)
def test_a_look_around_loads_nothing_heavy(code: str) -> None:
    assert not packages_loaded_by(code) & HEAVY


@pytest.mark.parametrize(
    "name", ["Conversation", "ChatOCIModelDeploymentVLLM", "LocalDeployment"]
)
def test_using_a_name_loads_no_cloud_library_and_no_widgets(name: str) -> None:
    loaded = packages_loaded_by(f"from ocinb import {name}")
    assert not loaded & {"ads", "oci", "pandas", "matplotlib", "ipywidgets", "IPython"}


def test_a_jupyter_server_starts_without_what_only_requests_need() -> None:
    loaded = packages_loaded_by("import ocinb.server")
    assert "jupyter_server" in loaded
    heavy = {"ads", "cryptography", "httpx", "langchain_core", "numpy", "oci", "pandas"}
    assert not loaded & {*heavy, "IPython", "ipywidgets", "pydantic", "xllamacpp"}


def test_rendering_needs_no_notebook() -> None:
    loaded = packages_loaded_by("import ocinb.rendering")
    assert not loaded & {
        "IPython",
        "ipywidgets",
        "traitlets",
        "langchain_core",
        "httpx",
    }
