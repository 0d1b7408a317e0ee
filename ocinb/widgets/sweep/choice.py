"""A list to choose from, whose choices may become more while one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ipywidgets import Dropdown

from ocinb.widgets.lean import lean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["NOTHING", "Choice"]

NOTHING: Final = (("-", ""),)
"""What a list offers where there is nothing to choose: None would be "not chosen"."""


class Choice:
    """A labelled dropdown.

    Args:
        label: what is chosen.
        changed: called when the user has chosen.
        options: text and value of each choice.

    Attributes:
        widget: what is displayed.
    """

    def __init__(
        self,
        label: str,
        changed: Callable[[], object],
        options: Sequence[tuple[str, Any]] = NOTHING,
    ) -> None:
        self._changed = changed
        self._options = tuple(options)
        self.widget = lean(
            Dropdown,
            options=self._options,
            value=self._options[0][1],
            description=label,
        )
        self.widget.observe(self._told, "value")

    @property
    def value(self) -> Any:
        """What is chosen."""
        return self.widget.value

    @value.setter
    def value(self, value: Any) -> None:
        self._quietly(self._options, value)

    def offer(self, options: Sequence[tuple[str, Any]], first: Any = "") -> None:
        """Offer other choices; what is chosen stays so if it is among them.

        Args:
            options: text and value of each.
            first: what is chosen where nothing was.
        """
        listed = tuple(options) or NOTHING
        if listed == self._options:
            return
        values = [value for _, value in listed]
        chosen = self.widget.value
        if chosen in {None, ""} or chosen not in values:
            chosen = first if first in values else values[0]
        self._quietly(listed, chosen)

    def close(self) -> None:
        """Take the widget away, in the front end too."""
        self.widget.close()

    def _quietly(self, options: tuple[tuple[str, Any], ...], value: Any) -> None:
        self.widget.unobserve(self._told, "value")
        if options != self._options:
            self._options = options
            self.widget.options = options
        self.widget.value = value
        self.widget.observe(self._told, "value")

    def _told(self, _: Any) -> None:
        self._changed()
