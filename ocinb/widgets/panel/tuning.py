"""The section with every parameter, the system prompt and the presets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipywidgets import Textarea, VBox

from ocinb.saved.file import SavedFile
from ocinb.widgets.controls import Controls, Presets
from ocinb.widgets.lean import lean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipywidgets import Widget

    from ocinb.conversation import Conversation

__all__ = ["Tuning"]


class Tuning:
    """Made when it is first opened.

    Args:
        talk: the conversation whose system prompt is written here.
        controls: of the panel.
        params: what is set now.
        apply: sets what a preset holds.
    """

    def __init__(
        self,
        talk: Callable[[], Conversation],
        controls: Controls,
        params: Callable[[], dict[str, Any]],
        apply: Callable[[Mapping[str, Any]], object],
    ) -> None:
        self._talk = talk
        self._controls = controls
        self._params = params
        self._apply = apply
        self._system: Textarea | None = None
        self._box: VBox | None = None
        self._made: list[Any] = []

    def open(self) -> Widget:
        """Return what is displayed."""
        if self._box is None:
            self._box = self._make()
        return self._box

    def _make(self) -> VBox:
        system = self._system = lean(
            Textarea,
            value=self._talk().system,
            description="System prompt",
            placeholder="instructions that every request starts with",
            rows=2,
            continuous_update=False,
            _dom_classes=("ocinb-wide",),
        )

        def take(change: Any) -> None:
            self._talk().system = change["new"]

        system.observe(take, "value")
        presets = Presets(self._params, self._apply, SavedFile())
        shown = (system, presets.widget, self._controls.more)
        box = lean(VBox, children=shown)
        self._made += [system, presets, box]
        return box

    def refresh(self) -> None:
        """Show the system prompt as it is now."""
        if self._system is not None:
            self._system.value = self._talk().system

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        for made in self._made:
            made.close()
