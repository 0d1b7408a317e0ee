"""`GET /ocinb/health`: whether the extension runs, and in which version."""

from __future__ import annotations

from importlib.metadata import version

from jupyter_server.base.handlers import APIHandler
from tornado import web

__all__ = ["HealthHandler"]


class HealthHandler(APIHandler):
    """Answers only those whom Jupyter's own authentication lets in."""

    @web.authenticated
    def get(self) -> None:
        """Say that the extension runs: `{"status": "ok", "version": "0.1.0"}`."""
        self.finish({"status": "ok", "version": version("ocinb")})
