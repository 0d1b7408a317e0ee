"""Sections under the panel that are opened by a button."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from ipywidgets import HBox, VBox

from ocinb.widgets.buttons import button
from ocinb.widgets.lean import lean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipywidgets import Button, Widget

__all__ = ["Drawer"]

ON: Final = "ocinb-on"


class Drawer:
    """A row of buttons, each of which shows or hides a section.

    Args:
        sections: what returns each section when it is opened, and a sentence about
            it, by the button's text.
        more: buttons that stand in the same row.

    Attributes:
        buttons: the row.
        widget: the open sections.
    """

    def __init__(
        self,
        sections: Mapping[str, tuple[Callable[[], Widget], str]],
        more: tuple[Widget, ...] = (),
    ) -> None:
        self._sections = sections
        self._made: dict[str, Widget] = {}
        self._open: list[str] = []
        self._toggles: dict[str, Button] = {
            name: button(name, partial(self.toggle, name), tells)
            for name, (_, tells) in sections.items()
        }
        row = (*self._toggles.values(), *more)
        self.buttons = lean(HBox, children=row, _dom_classes=("ocinb-row",))
        self.widget = lean(VBox, children=(), _dom_classes=("ocinb-drawer",))

    def is_open(self, name: str) -> bool:
        """Tell whether a section is shown."""
        return name in self._open

    def show(self, name: str) -> None:
        """Show a section, if it is not shown already."""
        if name not in self._open:
            self.toggle(name)

    def toggle(self, name: str) -> None:
        """Show a section, or hide it if it is shown."""
        if name in self._open:
            self._open.remove(name)
            self._toggles[name].remove_class(ON)
        else:
            self._made[name] = self._sections[name][0]()
            self._open.append(name)
            self._toggles[name].add_class(ON)
        self.widget.children = tuple(
            self._made[each] for each in self._sections if each in self._open
        )

    def close(self) -> None:
        """Take the buttons away; who made the sections closes them."""
        for widget in (*self._toggles.values(), self.buttons, self.widget):
            widget.close()
