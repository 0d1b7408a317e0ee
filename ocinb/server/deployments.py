"""`GET /ocinb/deployments`: the ACTIVE model deployments of a compartment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from ocinb.errors import ConfigurationError, OcinbError, TimedOut
from ocinb.server.health import RESOURCE

if TYPE_CHECKING:
    from ocinb.server.recent import Recent

__all__ = ["DeploymentsHandler", "status_of"]


class DeploymentsHandler(APIHandler):
    """Answers only those whom Jupyter's own authentication and authorizer let in."""

    auth_resource = RESOURCE

    def initialize(self, recent: Recent) -> None:
        """Take what all requests share."""
        super().initialize()
        self._recent = recent

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them, or say in one line why they cannot be listed.

        Each list is a signed request, so that a page of another site may not even have
        it made: cookies alone do not do, as for the files that Jupyter serves.
        """
        self.check_xsrf_cookie()
        try:
            found = await self._recent.ask(self.get_query_argument("compartment", ""))
        except OcinbError as error:
            self.set_status(status_of(error))
            self.finish(refusal_of(error))
        else:
            self.finish(found)


def status_of(error: OcinbError) -> int:
    """Return the HTTP status for an error.

    It never is 401 or 403, which are Jupyter's own: what Oracle answered stands in the
    body.
    """
    if isinstance(error, ConfigurationError):
        return 400
    return 504 if isinstance(error, TimedOut) else 502


def refusal_of(error: OcinbError) -> dict[str, Any]:
    """Return an error as JSON: its line, its kind, and what Oracle answered."""
    return {
        "message": str(error),
        "reason": type(error).__name__,
        "oci_status": error.status,
        "opc_request_id": error.request_id,
    }
