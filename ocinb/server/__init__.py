"""The Jupyter Server extension: which addresses ocinb adds to a notebook server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.utils import url_path_join

from ocinb.server.deployments import DeploymentsHandler
from ocinb.server.health import HealthHandler
from ocinb.server.recent import Recent

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__: list[str] = []


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Jupyter Server calls this when it starts: add the routes below its base URL."""
    below = url_path_join(app.web_app.settings["base_url"], "ocinb")
    routes = [
        (url_path_join(below, "health"), HealthHandler),
        (url_path_join(below, "deployments"), DeploymentsHandler, {"recent": Recent()}),
    ]
    app.web_app.add_handlers(".*$", routes)  # type: ignore[no-untyped-call] # tornado leaves this method untyped
