"""Every room has its place: a room on disk is a layer, and a layer is a room."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]


def contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return found


def layers() -> list[str]:
    (contract,) = [c for c in contracts() if c["type"] == "layers"]
    return [room.strip() for row in contract["layers"] for room in row.split("|")]


def rooms() -> list[str]:
    """Modules and packages of ocinb as they lie on disk."""
    found = [path.stem for path in (ROOT / "ocinb").glob("*.py")]
    found += [path.parent.name for path in (ROOT / "ocinb").glob("*/__init__.py")]
    return sorted(set(found) - {"__init__"})


def test_the_rooms_on_disk_are_the_layers() -> None:
    assert rooms() == sorted(layers())


def test_no_room_is_named_twice() -> None:
    assert len(layers()) == len(set(layers()))


def test_every_rule_speaks_of_rooms_that_exist() -> None:
    named = {
        name
        for contract in contracts()
        for key in ("source_modules", "forbidden_modules")
        for name in contract.get(key, [])
        if name.startswith("ocinb.")
    }
    assert named <= {f"ocinb.{room}" for room in rooms()}


def test_no_file_is_longer_than_400_lines() -> None:
    longest = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "ocinb").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert longest == {}
