"""The names that notebooks rely on."""

from __future__ import annotations

import inspect
from importlib import import_module
from importlib.metadata import entry_points, version

import pytest

import ocinb

NAMES = [
    "ChatOCIModelDeployment",
    "ChatOCIModelDeploymentVLLM",
    "ChatPanel",
    "Conversation",
    "LocalDeployment",
    "OcinbError",
]

DOORS = {
    "ocinb.background": {"Loop"},
    "ocinb.conversation": {"Conversation", "Turn"},
    "ocinb.local": {"LocalDeployment", "Script"},
    "ocinb.rendering": {"Blocks", "escape", "inert_markdown", "plain_text", "to_html"},
    "ocinb.sampling": {"PARAMETERS", "Parameter", "check", "check_together"},
}


def test_the_public_names_are_these() -> None:
    assert sorted(ocinb.__all__) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_a_documented_class(name: str) -> None:
    found = getattr(ocinb, name)
    assert inspect.isclass(found)
    assert inspect.getdoc(found)


@pytest.mark.parametrize("room", DOORS)
def test_a_rooms_door_holds_its_names(room: str) -> None:
    door = import_module(room)
    assert set(door.__all__) >= DOORS[room]
    assert all(hasattr(door, name) for name in door.__all__)


def test_dir_lists_the_names_before_they_are_loaded() -> None:
    assert {*NAMES, "__version__"} <= set(dir(ocinb))


def test_the_version_is_the_installed_one() -> None:
    assert ocinb.__version__ == version("ocinb")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'ChatPanle'"):
        _ = ocinb.ChatPanle


def test_every_error_derives_from_the_one_root() -> None:
    errors = import_module("ocinb.errors")
    classes = [getattr(errors, name) for name in errors.__all__]
    ours = [c for c in classes if inspect.isclass(c) and issubclass(c, Exception)]
    assert len(ours) >= 20
    assert all(issubclass(error, ocinb.OcinbError) for error in ours)


def test_the_command_is_installed() -> None:
    (command,) = entry_points(group="console_scripts", name="ocinb")
    assert callable(command.load())
