"""Carries out what a cell with `%%ocisweep` asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.errors import ConfigurationError
from ocinb.magic.asked.interrupts import interruptible
from ocinb.magic.shown.said import say
from ocinb.magic.typed.variables import variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.magic.face import Face, Settings
    from ocinb.magic.sweeping.request import SweepRequest

__all__ = ["sweep"]


def sweep(face: Face, request: SweepRequest, names: Mapping[str, Any]) -> None:
    """Run a sweep, show how far it is, and keep its result.

    An interrupt ends it within a second; what was answered is shown and kept.

    Args:
        face: knows the models.
        request: what was typed.
        names: the notebook's variables.

    Raises:
        OcinbError: it cannot be run; nothing was sent.
    """
    from ocinb.sweep import run_sweep  # noqa: PLC0415 - LangChain takes a second

    settings = face.settings()
    model: Any = face.models.find(request.model or face.models.current, names)
    model = model.bind(**settings.params) if settings.params else model
    space = _space(request, settings)
    asked = _asked(request, names)
    if request.dry_run:
        say(_preflight(model, space, asked, request.options))
        return
    with interruptible():
        result: Any = run_sweep(model, space, **asked, **request.options)
    face.shell.user_ns["_ocisweep"] = result
    if request.out:
        face.shell.user_ns[request.out] = result
    if not face.frontend.kernel:  # a notebook shows it already
        say(result._repr_mimebundle_()["text/plain"])


def _space(request: SweepRequest, settings: Settings) -> Any:
    """Return the axes, with the configured system prompt where none is typed."""
    axes = dict(request.axes)
    if settings.system and "system" not in axes:
        axes["system"] = [settings.system]
    return axes or None


def _asked(request: SweepRequest, names: Mapping[str, Any]) -> dict[str, Any]:
    if not request.df:
        if "reference" in request.options:
            msg = "reference= is a column of a DataFrame: it needs --df"
            raise ConfigurationError(msg)
        return {"prompts": request.prompt}
    frame = variable("--df", request.df, names, _is_frame, "a DataFrame")
    return {"prompts": frame, "template": request.prompt}


def _is_frame(value: Any) -> bool:
    return hasattr(value, "to_dict") and hasattr(value, "columns")


def _preflight(
    model: Any, space: Any, asked: Mapping[str, Any], options: Mapping[str, Any]
) -> str:
    """Return what would be sent, without a store and without a request."""
    from ocinb.sweep.running import STORE, SweepOptions, begin  # noqa: PLC0415 - as above
    from ocinb.sweep.running.start import space_of  # noqa: PLC0415 - as above
    from ocinb.sweep.space import Plan, prompts_of  # noqa: PLC0415 - as above

    given = dict(options)
    repeats = given.pop("repeats", 1)
    texts = {"reference": given.pop("reference", None)} if "reference" in given else {}
    plan = Plan(
        space_of(space), prompts_of(**_renamed(asked), **texts), repeats=repeats
    )
    store = given.get("store", STORE)
    sweep = begin(model, plan, SweepOptions(**{**given, "store": ":memory:"}))
    try:
        told = [sweep.preflight, *(f"note: {line}" for line in sweep.warnings)]
    finally:
        sweep.store.close()
    kept = f"trials that are in {store} already are not sent again"
    return "\n".join([*told, f"nothing was sent; {kept}"])


def _renamed(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"given" if name == "prompts" else name: v for name, v in asked.items()}
