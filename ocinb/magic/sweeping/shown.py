"""How a notebook comes to draw sweeps and their results as widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["show_sweeps"]

_SHOWN: Final = (
    ("ocinb.sweep.running.sweep", "Sweep"),
    ("ocinb.sweep.results.result", "SweepResult"),
)
"""The classes by name, so that nothing is imported before one of them is shown."""


def show_sweeps(shell: InteractiveShell) -> Callable[[], None]:
    """Let the front end of a kernel draw sweeps; in a terminal nothing changes.

    Returns:
        What undoes it.
    """
    if getattr(shell, "kernel", None) is None:
        return _nothing
    formatter: Any = shell.display_formatter
    drawn = formatter.ipython_display_formatter
    before = {
        names: drawn.for_type_by_name(*names, func=_show_widgets) for names in _SHOWN
    }

    def undo() -> None:
        for names, displaced in before.items():
            drawn.pop(".".join(names), None)
            if displaced is not None:
                drawn.for_type_by_name(*names, func=displaced)

    return undo


def _show_widgets(shown: Any) -> None:
    from ocinb.widgets.sweep import show  # noqa: PLC0415 - keeps %load_ext quick

    show(shown)


def _nothing() -> None:
    """Undo nothing."""
