"""`GET /ocinb/health`: whether the extension runs, and in which version."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

__all__ = ["RESOURCE", "HealthHandler"]

RESOURCE: Final = "ocinb"
"""What an authorizer of Jupyter Server is asked about; the action is `read`."""


class HealthHandler(APIHandler):
    """Answers only those whom Jupyter's own authentication and authorizer let in."""

    auth_resource = RESOURCE

    @web.authenticated
    @authorized
    def get(self) -> None:
        """Say that the extension runs: `{"status": "ok", "version": "0.1.0"}`."""
        self.finish({"status": "ok", "version": version("ocinb")})
