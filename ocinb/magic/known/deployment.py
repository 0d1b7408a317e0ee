"""The local deployment of a kernel: one, started when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocinb.magic.known.models import LOCAL, face_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocinb.local import LocalDeployment
    from ocinb.magic.known.models import Models

__all__ = ["KernelDeployment"]


class KernelDeployment:
    """Starts the local deployment once and stops it with the magics."""

    def __init__(self) -> None:
        self._running: LocalDeployment | None = None

    def start(self, models: Models, say: Callable[[str], None]) -> None:
        """Start it if it does not run, and let the alias `local` stand for it.

        Args:
            models: gets the alias.
            say: is told what is being waited for, several times a second.

        Raises:
            OcinbError: the weights cannot be fetched, or the model does not start.
        """
        if self._running is None:
            self._running = _deployment(say)
        if not self._running.running:  # not yet, or its process has died
            say("starting the local deployment")
            self._running.start()
        endpoint, auth = self._running.endpoint, self._running.auth
        models.keep(LOCAL, endpoint, face_model(endpoint=endpoint, auth=auth))

    def stop(self) -> None:
        """Stop it if it runs."""
        if self._running is not None:
            self._running.stop()
            self._running = None


def _deployment(say: Callable[[str], None]) -> LocalDeployment:
    from ocinb.local import (  # noqa: PLC0415 - most kernels never start one
        LocalDeployment,
    )

    return LocalDeployment(progress=lambda *done: say(_fetching(*done)))


def _fetching(got: int, total: int) -> str:
    return f"fetching the weights: {got / 1e6:.0f} of {total / 1e6:.0f} MB"
