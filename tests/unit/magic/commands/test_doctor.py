"""`%ocichat doctor` in a terminal, where nothing is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def nothing_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("OCI_LLM_ENDPOINT", "")
    monkeypatch.setenv("OCI_CONFIG_LOCATION", str(tmp_path / "none"))


def test_each_row_is_a_line_and_what_is_missing_is_named(
    said: Callable[[str], str], face: Any
) -> None:
    lines = said("doctor").splitlines()
    failing = [line for line in lines if line.startswith("FAIL")]
    assert failing[0].split()[1] == "endpoint"
    assert any("OCI_LLM_ENDPOINT" in line for line in lines)
    assert not face.shell.user_ns["_oci_doctor"].ok


def test_a_wrong_address_is_a_row_and_no_error(
    said: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCI_LLM_ENDPOINT", "ocid1.datasciencemodeldeployment.oc1..x")
    assert "endpoint looks like an OCID" in said("doctor")


def test_an_unknown_name_is_refused(refused: Callable[[str], str]) -> None:
    assert "neither an alias nor a chat model" in refused("doctor nobody")
