"""Buttons that say what they do, to eyes and to a screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipywidgets import Button

from ocinb.widgets.lean import lean

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Sure", "button"]


def button(
    text: str,
    press: Callable[[], object],
    tooltip: str = "",
    kind: str = "ocinb-quiet",
) -> Button:
    """Make a button.

    Args:
        text: what is on it.
        press: called when it is pressed.
        tooltip: one sentence about what it does.
        kind: its class: `ocinb-quiet` has no frame until it is pointed at.
    """
    made = lean(
        Button,
        description=text,
        tooltip=tooltip or text,
        disabled=False,
        _dom_classes=("ocinb-button", kind),
    )
    made.on_click(lambda _: press())
    return made


class Sure:
    """A button for what cannot be taken back: it asks once more.

    Args:
        text: what is on it.
        press: called when it is pressed for the second time.
        tooltip: one sentence about what it does.

    Attributes:
        widget: what is displayed.
    """

    def __init__(
        self, text: str, press: Callable[[], object], tooltip: str = ""
    ) -> None:
        self._text = text
        self._press = press
        self.widget = button(text, self._pressed, tooltip)

    def _pressed(self) -> None:
        question = f"Really {self._text.lower()}?"
        if self.widget.description == question:
            self.widget.description = self._text
            self._press()
        else:
            self.widget.description = question
