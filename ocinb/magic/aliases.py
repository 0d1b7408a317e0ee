"""`%ocichat alias`: names for models, kept in a file or for this kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ocinb.magic.command import Verb, say

if TYPE_CHECKING:
    from ocinb.magic.face import Face

__all__ = ["VERBS"]


def _add(face: Face, name: str, target: str) -> None:
    face.models.add(name, target, face.names())
    say(f"%%ocichat {name} asks {target}; `%ocichat alias set {name}` makes it current")


def _rm(face: Face, name: str) -> None:
    face.models.remove(name)
    if face.models.current == name:
        face.models.current = ""
    say(f"{name} is forgotten")


def _set(face: Face, name: str) -> None:
    face.models.check(name, face.names())
    face.models.current = name
    say(f"%%ocichat asks {name} from now on")


def _ls(face: Face) -> None:
    lines = (
        f"{'*' if name == face.models.current else ' '} {name}  {target}"
        for name, target in face.models.aliases.items()
    )
    say("\n".join(lines) or "no alias is set")


VERBS: Final = {
    "add": Verb("keep a name for a model", _add, "NAME ENDPOINT|VARIABLE"),
    "set": Verb("use it from now on", _set, "NAME"),
    "rm": Verb("forget it", _rm, "NAME"),
    "ls": Verb("list all", _ls),
}
