"""What was listed a moment ago, so that pages that ask often cost nothing."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ocinb.background import Loop
from ocinb.wire.region import compartment_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KEPT_S", "Recent", "auth_of"]

KEPT_S: Final = 10.0
"""How long a list is given again, in seconds; errors are not kept."""

COMPARTMENTS_KEPT: Final = 8

HOW: Final = "/ocinb/deployments?compartment=OCID"

_TAKES_AT_MOST_S: Final = 30.0


class Recent:
    """Lists deployments beside the server's own event loop, each list once at a time."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}
        self._coming: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def ask(self, compartment: str) -> dict[str, Any]:
        """Return a list as JSON.

        Args:
            compartment: its OCID; "" is that of the notebook session or project.

        Raises:
            ConfigurationError: no compartment, credentials or region are known here.
            OcinbError: the API refused or did not answer as it should.
        """
        where = str(compartment_of(compartment, os.environ, HOW))
        made_s, listed = self._kept.get(where, (0.0, {}))
        if listed and time.monotonic() - made_s < KEPT_S:
            return listed
        coming = self._coming.get(where)
        if coming is None:
            coming = asyncio.wrap_future(Loop.shared().run(_listed(where)))
            coming.add_done_callback(partial(self._keep, where))
            self._coming[where] = coming
        return await asyncio.shield(coming)

    def _keep(self, where: str, came: asyncio.Future[dict[str, Any]]) -> None:
        self._coming.pop(where, None)
        if came.cancelled() or came.exception() is not None:
            return
        self._kept.pop(where, None)
        self._kept[where] = (time.monotonic(), came.result())
        while len(self._kept) > COMPARTMENTS_KEPT:
            del self._kept[next(iter(self._kept))]


def auth_of(environment: Mapping[str, str]) -> str:
    """Return the name of the way in which the server signs.

    It is what `OCI_IAM_TYPE` says, the variable that ads reads; else the resource
    principal where there is one, such as in a notebook session, and the API key of the
    config file elsewhere. ads itself is not loaded: it takes seconds and 270 MB.
    """
    named = environment.get("OCI_IAM_TYPE", "").strip()
    is_resource = environment.get("OCI_RESOURCE_PRINCIPAL_VERSION")
    return named or ("resource_principal" if is_resource else "api_key")


async def _listed(where: str) -> dict[str, Any]:
    from ocinb.wire.deployments import DataScience  # noqa: PLC0415 - the server starts without it
    from ocinb.wire.request import Timeouts  # noqa: PLC0415 - as above
    from ocinb.wire.retry import RetryPolicy  # noqa: PLC0415 - as above

    patience = Timeouts(connect_s=5, idle_s=10, total_s=_TAKES_AT_MOST_S)
    once_more = RetryPolicy(max_retries=1)
    api = DataScience(auth_of(os.environ), timeouts=patience, retries=once_more)
    found = await api.aactive(where)
    return {
        "compartment": where,
        "deployments": [
            {
                "name": deployment.name,
                "ocid": deployment.ocid,
                "endpoint": deployment.endpoint,
                "models": list(deployment.models),
                "created": deployment.created,
            }
            for deployment in found
        ],
    }
