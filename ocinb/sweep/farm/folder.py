"""A folder through which processes of one machine talk: a file a report."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from platform import node
from typing import Final
from uuid import uuid4

__all__ = ["FolderPost", "Office"]

_ORDERS: Final = "orders"
_REPORT: Final = ".report"


class Office:
    """The sweep's end of a folder, which only its user may read."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ocinb-"))

    def post(self) -> FolderPost:
        """Return the workers' end."""
        return FolderPost(str(self._folder), node())

    def order(self, orders: bytes) -> None:
        """Let all workers know; a worker sees the old orders or the new ones."""
        _write(self._folder, _ORDERS, orders)

    def received(self) -> list[bytes]:
        """Return the reports that came since the last call."""
        found = []
        for path in sorted(self._folder.glob(f"*{_REPORT}")):
            found.append(path.read_bytes())
            path.unlink()
        return found

    def close(self, *, is_read: bool) -> None:  # noqa: ARG002 - as for a cluster
        """Remove the folder; workers that still use it are cancelled."""
        shutil.rmtree(self._folder, ignore_errors=True)


class FolderPost:
    """The workers' end of a folder.

    A worker that does not see it, for it is on another machine, tells everything at the
    end of its slice.

    Args:
        path: of the folder.
        machine: that has it.
    """

    def __init__(self, path: str, machine: str) -> None:
        self._path = path
        self._machine = machine

    def send(self, report: bytes) -> None:
        """Send a report; it may be lost."""
        with suppress(OSError):
            _write(Path(self._path), f"{uuid4().hex}{_REPORT}", report)

    def orders(self) -> bytes | None:
        """Return the latest orders; None if the sweep is over."""
        try:
            return Path(self._path, _ORDERS).read_bytes()
        except OSError:
            return None if self._machine == node() else b""


def _write(folder: Path, name: str, content: bytes) -> None:
    """Write a file that is there as a whole, or not at all."""
    draft = folder / f"{uuid4().hex}.draft"
    draft.write_bytes(content)
    draft.replace(folder / name)
