"""The sections that a panel has under its answers, and the buttons that open them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ocinb.widgets.buttons import button
from ocinb.widgets.panel.drawer import Drawer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipywidgets import Widget

__all__ = ["drawer_of"]

_SECTIONS: Final = {
    "Parameters": "Every sampling parameter, and presets",
    "Inspect": "The exact request, its events and tokens",
    "Compare": "One prompt, two settings, side by side",
    "Deployment": "Which model deployment answers",
    "Save": "Save, load and export the conversation",
}
"""Their names in the order of the buttons, and a sentence about each."""


def drawer_of(
    opens: Mapping[str, Callable[[], Widget]], undo: Callable[[], object]
) -> Drawer:
    """Make the drawer of a panel.

    Args:
        opens: what returns each section when it is opened, by its name.
        undo: steps back to before the last turn.
    """
    sections = {name: (opens[name], tells) for name, tells in _SECTIONS.items()}
    step_back = button("Undo", undo, "Step back to before the last turn")
    return Drawer(sections, (step_back,))
