"""Which panel each cell shows, so that one that runs again ends what its old one did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final
from weakref import WeakValueDictionary

from IPython.display import publish_display_data

if TYPE_CHECKING:
    from ocinb.view.frontend import Frontend

__all__ = ["ShownIn"]

AS_TEXT: Final = "A chat panel: drawn where widgets are, while its kernel runs."
"""What the notebook keeps in its place; the transcript below says the rest."""


class ShownIn:
    """Displays panels; the cells of a notebook are those of one kernel."""

    _panels: ClassVar[WeakValueDictionary[str, Any]] = WeakValueDictionary()

    @classmethod
    def display(cls, panel: Any, front: Frontend) -> None:
        """Display a panel in the running cell.

        Another panel that this cell has shown before is stopped.
        """
        before = cls._panels.get(front.cell)
        if front.cell and before is not None and before is not panel:
            before.stop()
        cls._panels[front.cell] = panel
        view = {"version_major": 2, "version_minor": 0, "model_id": panel.model_id}
        publish_display_data(
            {
                "text/plain": AS_TEXT,
                "application/vnd.jupyter.widget-view+json": view,
            }
        )
