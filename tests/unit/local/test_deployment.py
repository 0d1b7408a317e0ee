"""`LocalDeployment` before it is started."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import pytest

from ocinb.errors import ConfigurationError, MissingExtraError
from ocinb.local import LocalDeployment, Script

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["endpoint", "auth", "profile_path", "requests"])
def test_what_only_a_running_deployment_has_says_so(name: str):
    with pytest.raises(ConfigurationError, match=r"not running.*call start\(\)"):
        getattr(LocalDeployment(), name)


@pytest.mark.parametrize(
    "given",
    [
        {"model": "x.gguf", "upstream": "http://127.0.0.1:1"},
        {"script": Script.answer("x"), "model": "x.gguf"},
    ],
)
def test_it_is_one_kind_of_deployment(given: dict[str, Any]):
    with pytest.raises(ConfigurationError, match="one of model, upstream and script"):
        LocalDeployment(**given)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, "<LocalDeployment of SmolLM2-135M-Instruct not running>"),
        ({"model": "/a/big.gguf"}, "<LocalDeployment of big.gguf not running>"),
        ({"upstream": "http://x"}, "<LocalDeployment of http://x not running>"),
        ({"script": Script.answer("x")}, "<LocalDeployment scripted not running>"),
    ],
)
def test_its_repr_says_what_it_is(given: dict[str, Any], shown: str):
    assert repr(LocalDeployment(**given)) == shown


def test_stopping_what_does_not_run_is_harmless():
    LocalDeployment().stop()


def test_a_missing_model_file_is_named(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"no model file .*nope\.gguf"):
        LocalDeployment(model=tmp_path / "nope.gguf").start()


def test_the_model_has_a_name():
    assert LocalDeployment(model_name="mine").model_name == "mine"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "xllamacpp"),
        ({"upstream": "http://x"}, "uvicorn"),
        ({"script": Script.answer("x")}, "cryptography"),
    ],
)
def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], missing: str
):
    found = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> Any:
        return None if name == missing else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)

    with pytest.raises(MissingExtraError, match=rf"{missing}.*ocinb\[local\]"):
        LocalDeployment(**given).start()
