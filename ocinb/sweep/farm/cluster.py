"""A Dask cluster: its own queue brings reports, its own variable the orders."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import Any, Final
from uuid import uuid4

from ocinb.errors import ParameterError

__all__ = ["Board", "QueuePost"]

_AT_MOST_S: Final = 2.0
"""How long the scheduler may take to tell a worker its orders."""

_SILENT: Final = 15
"""Calls without an answer after which a worker takes its sweep for over."""


class Board:
    """The sweep's end of a queue and a variable on Dask's scheduler.

    Args:
        client: a `dask.distributed.Client`.

    Raises:
        ParameterError: it is an asynchronous one.
    """

    def __init__(self, client: Any) -> None:
        if client.asynchronous:
            msg = "client must be a dask.distributed.Client without asynchronous=True"
            raise ParameterError(msg)
        self._name = f"ocinb-{uuid4().hex}"
        distributed: Any = import_module("distributed")
        self._queue = distributed.Queue(self._name, client=client)
        self._orders = distributed.Variable(self._name, client=client)

    def post(self) -> QueuePost:
        """Return the workers' end."""
        return QueuePost(self._name)

    def order(self, orders: bytes) -> None:
        """Let all workers know."""
        self._orders.set(orders)

    def received(self) -> list[bytes]:
        """Return the reports that came since the last call."""
        return list(self._queue.get(batch=True))

    def close(self, *, is_read: bool) -> None:
        """Forget the queue; what workers still put there is lost.

        Args:
            is_read: True if workers may still read the last orders, which stay then.
        """
        with suppress(Exception):  # the cluster may be gone
            self._queue.close()
            if not is_read:
                self._orders.delete()


class QueuePost:
    """The workers' end.

    Args:
        name: of queue and variable.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._ends: tuple[Any, Any] | None = None
        self._silent = 0

    def __reduce__(self) -> tuple[Any, ...]:
        return QueuePost, (self._name,)

    def send(self, report: bytes) -> None:
        """Send a report; it may be lost."""
        with suppress(Exception):  # the slice's end tells everything again
            self._open()[0].put(report, timeout=_AT_MOST_S)

    def orders(self) -> bytes | None:
        """Return the latest orders; None if the sweep is over."""
        try:
            found: bytes = self._open()[1].get(timeout=_AT_MOST_S)
        except Exception:  # noqa: BLE001 - time-outs and broken connections of any type
            self._silent += 1
            return None if self._silent > _SILENT else b""
        self._silent = 0
        return found

    def _open(self) -> tuple[Any, Any]:
        if self._ends is None:
            distributed: Any = import_module("distributed")
            client = distributed.get_client()
            names = {"name": self._name, "client": client}
            self._ends = distributed.Queue(**names), distributed.Variable(**names)
        return self._ends
