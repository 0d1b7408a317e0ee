"""What the running execute request says about who is watching."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["CellCounter", "Frontend", "frontend_of"]


@dataclass(frozen=True)
class Frontend:
    """Who runs the current cell.

    Attributes:
        kernel: True in a Jupyter kernel, False in a terminal.
        interactive: False where nobody could answer a question, as in nbconvert and
            nbval: the request came with `allow_stdin` false.
        cell: the notebook's id of the cell; "" if it was not sent.
        execution: names this one execution; "" outside a kernel.
    """

    kernel: bool = False
    interactive: bool = True
    cell: str = ""
    execution: str = ""


def frontend_of(shell: Any) -> Frontend:
    """Read the request that `shell` is executing."""
    if getattr(shell, "kernel", None) is None:
        return Frontend()
    request = shell.get_parent() or {}
    content = request.get("content") or {}
    return Frontend(
        kernel=True,
        interactive=bool(content.get("allow_stdin", True)),
        cell=str((request.get("metadata") or {}).get("cellId") or ""),
        execution=str((request.get("header") or {}).get("msg_id") or ""),
    )


class CellCounter:
    """Counts the uses of the magic within one execution of one cell."""

    def __init__(self) -> None:
        self._execution = ""
        self._uses = 0

    def key(self, frontend: Frontend) -> Hashable:
        """Return what this use is recognised by when its cell runs again.

        None without a cell id: then a turn is appended.
        """
        if frontend.execution != self._execution:
            self._execution, self._uses = frontend.execution, 0
        self._uses += 1
        return (frontend.cell, self._uses - 1) if frontend.cell else None
