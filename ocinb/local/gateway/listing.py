"""What Oracle's Data Science API says of a local deployment: that it is the only one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from ocinb.local.gateway.admission import Door, Head, OciError
from ocinb.local.gateway.backend import Plain
from ocinb.local.wanted import COMPARTMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["told_of"]

_PATH: Final = "/20190101/modelDeployments"
_NOT_FOUND: Final = OciError(
    404,
    "NotAuthorizedOrNotFound",
    "Authorization failed or requested resource not found.",
)


def told_of(head: Head, door: Door) -> Plain | OciError | None:
    """Answer ListModelDeployments and GetModelDeployment; None for anything else.

    Args:
        head: of a request whose signature is good.
        door: the deployment.
    """
    path, _, query = head.target.partition("?")
    if head.method != "GET" or not f"{path}/".startswith(f"{_PATH}/"):
        return None
    if path == _PATH:
        where = parse_qs(query).get("compartmentId")
        return _json([_entry(door)]) if where == [COMPARTMENT] else _NOT_FOUND
    return _json(_entry(door)) if path == f"{_PATH}/{door.ocid}" else _NOT_FOUND


def _json(value: Any) -> Plain:
    return Plain(200, json.dumps(value).encode())


def _entry(door: Door) -> Mapping[str, Any]:
    """Return the members of the API's ModelDeployment that are read."""
    variables = {"PARAMS": f"--served-model-name '{door.model}'"}
    return {
        "id": door.ocid,
        "displayName": "local",
        "compartmentId": COMPARTMENT,
        "lifecycleState": "ACTIVE",
        "modelDeploymentUrl": f"http://127.0.0.1:{door.port}/{door.ocid}",
        "modelDeploymentConfigurationDetails": {
            "environmentConfigurationDetails": {"environmentVariables": variables}
        },
    }
