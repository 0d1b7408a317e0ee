"""`%ocichat alias`: names for models, kept in a file or for this kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.commands.command import Verb
from ocinb.magic.known.models import looks_like_endpoint
from ocinb.magic.shown.said import say
from ocinb.magic.typed.flags import FLAGS, PARAM, Flag
from ocinb.sampling import PARAMETERS
from ocinb.saved.text import check_auth
from ocinb.saved.values import Alias
from ocinb.wire.method import NAMED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langchain_core.language_models import BaseChatModel

    from ocinb.magic.face import Face
    from ocinb.magic.typed.arguments import Typed

__all__ = ["VERBS"]

_FLAGS: Final = {
    "--model": Flag("--model", "model", "The model's name on the server.", "TEXT"),
    "--auth": Flag("--auth", "auth", "How to sign: " + ", ".join(NAMED) + ".", "NAME"),
    PARAM.name: PARAM,
    **{name: flag for name, flag in FLAGS.items() if flag.sampling},
}


def _add(face: Face, name: str, target: str, *, typed: Typed) -> None:
    if looks_like_endpoint(target):
        face.models.save(name, _alias(target, typed))
        where = f"; kept in {face.saved.path}"
    elif typed.params or typed.settings:
        msg = f"alias add {one_line(name, 60)}: flags belong to an endpoint"
        hint = f"the chat model in {one_line(target, 60)} has its own settings"
        raise ConfigurationError(msg, hint=hint)
    else:
        face.models.add(name, target, face.names())
        where = ", as long as this kernel runs"
    say(
        f"%%ocichat {name} asks {target}{where}; "
        f"`%ocichat alias set {name}` makes it current"
    )


def _alias(endpoint: str, typed: Typed) -> Alias:
    check_auth(typed.settings.get("auth", ""))
    return Alias(
        endpoint,
        **typed.settings,
        params={n: v for n, v in typed.params.items() if n in PARAMETERS},
        model_kwargs={n: v for n, v in typed.params.items() if n not in PARAMETERS},
    )


def _rm(face: Face, name: str) -> None:
    face.models.remove(name)
    if face.models.current == name and name not in face.models.known():
        face.models.current = ""
    say(f"{name} is forgotten")


def _set(face: Face, name: str) -> None:
    face.models.check(name, face.names())
    face.models.current = name
    say(f"%%ocichat asks {name} from now on")


def _get(face: Face, name: str) -> BaseChatModel:
    return face.models.find(name, face.names())


def _ls(face: Face) -> None:
    saved = face.saved.read()
    here = {name: f"{t} (this kernel only)" for name, t in face.models.aliases.items()}
    kept = {name: " ".join(_described(a)) for name, a in saved.aliases.items()}
    lines = [
        f"{'*' if name == face.models.current else ' '} {name}  {target}"
        for name, target in {**kept, **here}.items()
    ]
    if kept:
        lines.append(f"kept in {face.saved.path}")
    say("\n".join([*lines, saved.problem]).strip("\n") or "no alias is set")


def _described(alias: Alias) -> Iterator[str]:
    yield alias.endpoint
    fields: dict[str, Any] = {**alias.fields, **alias.model_kwargs}
    for name, value in fields.items():
        if name not in {"endpoint", "model_kwargs"}:
            yield f"{name}={value}"


VERBS: Final = {
    "add": Verb(
        "keep a name for a model",
        _add,
        "NAME ENDPOINT|VARIABLE [flags]",
        _FLAGS,
        names=("", "models"),
    ),
    "set": Verb("let it answer from now on", _set, "NAME", names=("models",)),
    "rm": Verb("forget it", _rm, "NAME", names=("aliases",)),
    "get": Verb("give its chat model to Python", _get, "NAME", names=("models",)),
    "ls": Verb("list all", _ls),
}
