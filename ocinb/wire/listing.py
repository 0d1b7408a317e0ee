"""What the OCI Data Science API says of a model deployment -> what ocinb keeps of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from ocinb.errors import AnswerError, EndpointError
from ocinb.wire.endpoint import parse_endpoint

__all__ = ["ACTIVE", "DEFAULT_MODEL", "Deployment", "deployment_of", "deployments_in"]

ACTIVE: Final = "ACTIVE"

DEFAULT_MODEL: Final = "odsc-llm"
"""The name by which Oracle's own containers serve a model."""

NAMES_LIMIT: Final = 50
"""Names of models that are kept of one deployment."""

_SERVED: Final = re.compile(r"--served-model-name[ =]+[\"']?([^\s\"',\]]{1,200})")
_LOADED: Final = re.compile(r"--model[ =]+[\"']?([^\s\"',\]]{1,200})")
_DETAILS: Final = (
    "modelDeploymentConfigurationDetails",
    "environmentConfigurationDetails",
)


@dataclass(frozen=True)
class Deployment:
    """A model deployment as the API describes it; all texts are untrusted.

    Attributes:
        name: what its owner calls it; several may have the same.
        ocid: what it is called everywhere.
        endpoint: its predict URL; "" if the API gives none that can be used.
        model: the name by which requests call the model.
        state: `ACTIVE` if it answers.
        created: when, in the form of RFC 3339.
        others: further names by which requests call what it serves.
    """

    name: str
    ocid: str
    endpoint: str
    model: str
    state: str
    created: str
    others: tuple[str, ...] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """Every name by which requests may call what it serves."""
        return (self.model, *self.others)


def deployments_in(value: Any) -> list[Deployment]:
    """Read one page of the list; what is not ACTIVE is left out.

    Raises:
        AnswerError: it has another shape.
    """
    if not isinstance(value, list):
        raise _unexpected()
    found = map(deployment_of, value)
    return [deployment for deployment in found if deployment.state == ACTIVE]


def deployment_of(value: Any) -> Deployment:
    """Read one deployment.

    Raises:
        AnswerError: it has another shape.
    """
    if not isinstance(value, dict) or not _text(value, "id"):
        raise _unexpected()
    ocid = _text(value, "id")
    model, *others = _served_models(value)
    return Deployment(
        name=_text(value, "displayName") or ocid,
        ocid=ocid,
        endpoint=_predict_url(_text(value, "modelDeploymentUrl")),
        model=model,
        state=_text(value, "lifecycleState"),
        created=_text(value, "timeCreated"),
        others=tuple(others),
    )


def _unexpected() -> AnswerError:
    # what came is not shown: environment variables may hold keys
    msg = "the list of model deployments has an unexpected shape"
    return AnswerError(msg, phase="answer")


def _text(value: dict[str, Any], name: str) -> str:
    member = value.get(name)
    return member if isinstance(member, str) else ""


def _predict_url(url: str) -> str:
    try:
        return parse_endpoint(f"{url.rstrip('/')}/predict").predict_url
    except EndpointError:
        return ""


def _served_models(value: dict[str, Any]) -> list[str]:
    """Return the names that the container was told to serve its models by.

    vLLM takes `--served-model-name`, else the name it loads the model by. Oracle's
    containers take both in `PARAMS`, or in `MULTI_MODEL_CONFIG` for several models,
    and Oracle's samples the latter in `MODEL`; others have them in their command.
    """
    environment = value
    for name in _DETAILS:
        member = environment.get(name)
        environment = member if isinstance(member, dict) else {}
    variables = environment.get("environmentVariables")
    variables = variables if isinstance(variables, dict) else {}
    told = [_words(environment.get(name)) for name in ("cmd", "entrypoint")]
    told += [_text(variables, name) for name in ("PARAMS", "MULTI_MODEL_CONFIG")]
    line = " ".join(told)
    found = _SERVED.findall(line) or _LOADED.findall(line)
    found = found or [_text(variables, "MODEL") or DEFAULT_MODEL]
    return list(dict.fromkeys(found))[:NAMES_LIMIT]


def _words(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else ""
