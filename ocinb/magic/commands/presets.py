"""`%ocichat preset`: flags kept under a name, and how they fill in a request."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.commands.command import Verb
from ocinb.magic.known.kept import KEPT
from ocinb.magic.shown.said import say
from ocinb.magic.typed.arguments import Request
from ocinb.magic.typed.flags import FLAGS
from ocinb.sampling import PARAMETERS, did_you_mean
from ocinb.saved.names import plain_name
from ocinb.saved.values import Preset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.magic.face import Face
    from ocinb.magic.typed.arguments import Typed
    from ocinb.magic.typed.flags import Names
    from ocinb.saved.values import Saved

__all__ = ["VERBS", "as_flags", "filled", "preset_of"]

_FLAGS: Final = {name: f for name, f in FLAGS.items() if f.sampling or f.kept}
"""The flags that can be kept."""

_UNTYPED: Final = {field.name: field.default for field in fields(Request)}


def filled(request: Request, preset: Preset) -> Request:
    """Return the request with what the preset keeps, except where a flag was typed."""
    settings: dict[str, Any] = {
        target: value
        for target, value in preset.settings.items()
        if getattr(request, target) == _UNTYPED[target]
    }
    params = {**preset.params, **preset.model_kwargs, **request.params}
    return replace(request, params=MappingProxyType(params), **settings)


def preset_of(saved: Saved, name: str) -> Preset:
    """Return a preset by its name.

    Raises:
        ConfigurationError: there is none; the line says which there are.
    """
    if name in saved.presets:
        return saved.presets[name]
    question = did_you_mean(name, saved.presets)
    msg = f"there is no preset {one_line(name, 60)}{question}"
    known = f"known: {', '.join(saved.presets)}" if saved.presets else ""
    raise ConfigurationError(msg, hint=saved.problem or known or _HOW_TO_SAVE)


def as_flags(preset: Preset) -> str:
    """Return a preset as the flags that one would type."""
    return " ".join([*_settings(preset), *_params(preset)])


def _settings(preset: Preset) -> Iterator[str]:
    for target, value in preset.settings.items():
        yield f"{KEPT[target].name} {_quoted(value)}"


def _params(preset: Preset) -> Iterator[str]:
    for name, value in preset.params.items():
        dashed = name.replace("_", "-")
        if isinstance(value, bool) and PARAMETERS[name].kind == "bool":
            yield f"--{'' if value else 'no-'}{dashed}"
        elif isinstance(value, str) and PARAMETERS[name].kind == "text":
            yield f"--{dashed} {_quoted(value)}"
        else:
            yield f"--{dashed} {_as_json(value)}"
    for name, value in preset.model_kwargs.items():
        yield f"--param {name}={_as_json(value)}"


def _as_json(value: Any) -> str:
    """Write a value so that it is read back as JSON, or as the text that it is."""
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        json.loads(value)
    except ValueError:
        return _quoted(value)
    return f"'{json.dumps(value)}'"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _save(face: Face, name: str, *, typed: Typed) -> None:
    preset = Preset(
        {n: value for n, value in typed.params.items() if n in PARAMETERS},
        {n: value for n, value in typed.params.items() if n not in PARAMETERS},
        typed.settings,
    )
    if preset == Preset():
        msg = f"preset save {one_line(name, 60)}: no flag to keep is given"
        raise ConfigurationError(msg, hint=_HOW_TO_SAVE)
    plain_name(name, "name of a preset")
    face.saved.change(lambda saved: saved.with_preset(name, preset))
    say(f"--preset {name} stands for {as_flags(preset)}")


def _rm(face: Face, name: str) -> None:
    def without(saved: Saved) -> Saved:
        preset_of(saved, name)
        return saved.with_preset(name, None)

    face.saved.change(without)
    say(f"{name} is forgotten")


def _show(face: Face, name: str) -> None:
    say(as_flags(preset_of(face.saved.read(), name)))


def _ls(face: Face) -> None:
    saved = face.saved.read()
    lines = [f"{name}  {as_flags(preset)}" for name, preset in saved.presets.items()]
    say(saved.problem or "\n".join(lines) or f"no preset is kept; {_HOW_TO_SAVE}")


_HOW_TO_SAVE: Final = "`%ocichat preset save NAME --temperature 0` keeps one"

_NAMES: Final[tuple[Names, ...]] = ("presets",)

VERBS: Final = {
    "save": Verb(
        "keep these flags under a name", _save, "NAME [flags]", _FLAGS, _NAMES
    ),
    "show": Verb("show the flags that it keeps", _show, "NAME", names=_NAMES),
    "rm": Verb("forget it", _rm, "NAME", names=_NAMES),
    "ls": Verb("list all", _ls),
}
