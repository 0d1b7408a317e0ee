"""What the gateway and the model server make of the first signed request.

One request is sent. Its outcome belongs to one of these checks, and tells of those
before it in the order in which a request passes them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ocinb.doctor.outcome import Outcome, broken, failed, passed, said, skipped
from ocinb.errors import (
    AuthError,
    DeploymentError,
    NotActive,
    NotFound,
    OcinbError,
    PolicyError,
    ServerError,
    TimedOut,
    one_line,
)
from ocinb.wire.endpoint import CHAT_ROUTE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ocinb.doctor.visit import Asked, Visit
    from ocinb.wire.exchange import Answer

__all__ = [
    "active",
    "judge_gate",
    "judge_model",
    "model",
    "place_of",
    "policy",
    "predict",
    "route",
    "signature",
]

_GATE: Final = ("signature", "policy", "active", "predict")

_NO_POLICY: Final = "check OCID and region, and ask for a policy that lets you predict"
_FIXES: Final[Mapping[str, str]] = {
    "signature": "check the credentials",
    "policy": _NO_POLICY,
    "active": NotActive.hint,
    "predict": "look at the deployment's predict log in the console",
}
_GOOD: Final[Mapping[str, str]] = {
    "signature": "accepted",
    "policy": "lets you call the deployment",
    "active": "the deployment takes requests",
}
_NOT_READY: Final = (
    "wait until the model is loaded, then look at the deployment's predict log in the "
    "console"
)
_ROUTE: Final = (
    f"let the model server answer {CHAT_ROUTE}: leave a route of your own out of "
    "default_headers, and in an AQUA container set the variable "
    f"MODEL_DEPLOY_PREDICT_ENDPOINT={CHAT_ROUTE}"
)
_MODEL: Final = (
    "name the model as the deployment serves it (--model NAME here, model= in Python): "
    "what follows --served-model-name in its command or its PARAMS, else odsc-llm; "
    "`%ocichat use` lists the names"
)


def place_of(error: OcinbError) -> str:
    """Return the check that an error belongs to."""
    match error:
        case PolicyError():
            return "policy"
        case AuthError():
            return "signature"
        case NotActive():
            return "active"
        case NotFound():
            is_model = error.code == "NotFoundError" or "model" in error.server_message
            return "model" if is_model else "route"
        case _:
            return "predict"


def judge_gate(name: str, asked: Asked) -> Outcome:
    """Judge one of the checks that the gateway makes before the model server is asked.

    Args:
        name: signature, policy, active or predict.
        asked: what came of the first signed request.
    """
    error = asked.outcome
    if not isinstance(error, OcinbError):
        return passed(_GOOD.get(name, f"a whole answer after {asked.seconds:.2f} s"))
    place = place_of(error)
    if place == name:
        return broken(error, _fix(name, error))
    if place not in _GATE:  # the model server itself refused
        told = f"the model server answers (status {error.status})"
        return passed(_GOOD.get(name, told))
    if place == "predict" and not (isinstance(error, DeploymentError) and _told(error)):
        return skipped("the first signed request brought no answer that tells")
    if _GATE.index(place) < _GATE.index(name):
        return skipped(f"{place} failed")
    return passed(_GOOD[name])


def _told(error: OcinbError) -> bool:
    """Tell whether Oracle's gateway let the request pass: it says no other status."""
    return (error.status or 0) >= 400 and bool(error.request_id)  # noqa: PLR2004 - HTTP's errors


def _fix(name: str, error: OcinbError) -> str:
    slow = name == "predict" and isinstance(error, ServerError | TimedOut)
    return _NOT_READY if slow else _FIXES[name]


def _gate(name: str, visit: Visit) -> Outcome:
    return judge_gate(name, visit.first)


signature: Final[Callable[[Visit], Outcome]] = partial(_gate, "signature")
policy: Final[Callable[[Visit], Outcome]] = partial(_gate, "policy")
active: Final[Callable[[Visit], Outcome]] = partial(_gate, "active")
predict: Final[Callable[[Visit], Outcome]] = partial(_gate, "predict")


def route(visit: Visit) -> Outcome:
    """Look whether the request came to the chat API of the model server."""
    sent = {name.lower(): value for name, value in visit.target.headers.items()}
    header = sent.get("route", visit.endpoint.route)
    how = f"route: {one_line(header, 80)}" if header else "in the path of the endpoint"
    error = visit.first.outcome
    if isinstance(error, OcinbError) and place_of(error) == "route":
        return failed(f"{how}: {said(error)}", _ROUTE)
    return passed(how)


def model(visit: Visit) -> Outcome:
    """Look whether the server knows the model by this name."""
    return judge_model(visit.target.model, visit.first.outcome)


def judge_model(name: str, came: Answer | OcinbError) -> Outcome:
    """Judge the name of the model.

    Args:
        name: as it was sent.
        came: of the first signed request.
    """
    shown = one_line(name, 60)
    if isinstance(came, OcinbError):
        return failed(f"{shown}: {said(came)}", _MODEL)
    payload: Any = came.whole
    told = one_line(str(payload.get("model") or ""), 60)
    if not told or told == name:
        return passed(shown)
    return passed(f"asked for {shown}, and {told} answered")
