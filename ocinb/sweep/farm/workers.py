"""Whoever carries slices out: processes and threads of an executor, or a Dask cluster."""

from __future__ import annotations

import os
from concurrent.futures import Executor
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from ocinb.errors import MissingExtraError, ParameterError
from ocinb.sweep.farm.carrying import carry_out
from ocinb.sweep.farm.cluster import Board
from ocinb.sweep.farm.folder import Office

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ocinb.sweep.farm.parcels import Post

__all__ = ["Workers", "workers_of"]


class Exchange(Protocol):
    """The sweep's end of how it talks with its workers."""

    def post(self) -> Post:
        """Return the workers' end."""
        ...

    def order(self, orders: bytes) -> None:
        """Let all workers know."""
        ...

    def received(self) -> list[bytes]:
        """Return the reports that came since the last call."""
        ...

    def close(self, *, is_read: bool) -> None:
        """End it; `is_read` is whether workers may still read the last orders."""
        ...


class Workers:
    """An executor, and an exchange of reports and orders with what runs on it.

    Args:
        executor: carries out what is submitted.
        exchange: with its workers.
        count: how many there are.
    """

    def __init__(self, executor: Executor, exchange: Exchange, count: int) -> None:
        self._executor = executor
        self.exchange = exchange
        self.count = count

    def submit(self, part: bytes) -> Future[bytes]:
        """Have a slice carried out.

        Raises:
            RuntimeError: the executor takes no more.
        """
        return self._executor.submit(carry_out, part, self.exchange.post())


def workers_of(client: Any) -> Workers:
    """Return the workers behind what a user passed as `client`.

    Raises:
        ParameterError: it is neither a client of Dask nor an executor.
        MissingExtraError: Dask is not installed.
    """
    if isinstance(client, Executor):
        known = getattr(client, "_max_workers", None)
        count = known if isinstance(known, int) else os.cpu_count() or 1
        return Workers(client, Office(), count)
    if find_spec("distributed") is None:
        msg = "client= with a Dask cluster needs the distributed package"
        raise MissingExtraError(msg, hint='pip install "ocinb[dask]"')
    if not isinstance(client, import_module("distributed").Client):
        kind = type(client).__name__
        msg = (
            "client must be a dask.distributed.Client or a concurrent.futures.Executor "
            f"(got {kind})"
        )
        raise ParameterError(msg)
    board = Board(client)
    count = len(client.nthreads())
    if not count:
        msg = "the Dask cluster has no workers"
        raise ParameterError(msg, hint="call client.wait_for_workers(1) before")
    return Workers(client.get_executor(pure=False), board, count)
