"""Where views stand: in which run of which cell, and what the notebook keeps of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias
from weakref import WeakValueDictionary

from IPython import get_ipython
from IPython.display import publish_display_data

from ocinb.widgets.idle import when_idle

if TYPE_CHECKING:
    from ocinb.view.frontend import Frontend

__all__ = ["is_shown", "place"]

PATIENCE_S: Final = 4.0
"""How long a front end may take to draw a view, once the kernel is idle."""

_Views: TypeAlias = "WeakValueDictionary[tuple[Any, ...], Any]"


class _Cells:
    """Which views each cell shows; the cells of a notebook are those of one kernel."""

    views: ClassVar[dict[str, tuple[str, _Views]]] = {}

    @classmethod
    def of(cls, front: Frontend) -> _Views:
        """Return the views of this run of a cell, by what they look at.

        Those of its last run are taken away: their output is gone.
        """
        execution, views = cls.views.get(front.cell, ("", WeakValueDictionary()))
        if execution != front.execution:
            for view in list(views.values()):
                view.close()
            views = WeakValueDictionary()
        cls.views[front.cell] = (front.execution, views)
        return views


def is_shown(key: tuple[Any, ...], front: Frontend) -> bool:
    """Tell whether this run of a cell has shown a sweep already.

    Args:
        key: of what is looked at.
        front: who runs the cell.
    """
    return bool(front.cell) and key in _Cells.of(front)


def place(view: Any, front: Frontend) -> None:
    """Show a view in the running cell, and below it what the notebook keeps.

    Args:
        view: a view of a sweep.
        front: who runs the cell.
    """
    if front.cell:
        _Cells.of(front)[view.source.key] = view
    model = {"version_major": 2, "version_minor": 0, "model_id": view.model_id}
    publish_display_data(
        {
            "text/plain": repr(view),
            "application/vnd.jupyter.widget-view+json": model,
        }
    )
    view.stored.display()
    _after_the_cell(view)
    if front.interactive:
        when_idle(PATIENCE_S, view.check_drawn)


def _after_the_cell(view: Any) -> None:
    """Store the result before the cell ends, if the sweep is over by then."""
    shell = get_ipython()
    if shell is None:
        return

    def store() -> None:
        shell.events.unregister("post_execute", store)
        if view.source.is_over:
            view.store()

    shell.events.register("post_execute", store)
