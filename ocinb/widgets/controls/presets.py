"""Settings under a name, in the user's file: kept, taken up again, forgotten."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from ipywidgets import HTML, Dropdown, HBox, Text, VBox

from ocinb.errors import ConfigurationError, OcinbError
from ocinb.saved.names import plain_name
from ocinb.saved.values import Preset, Saved
from ocinb.widgets.buttons import Sure, button
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ocinb.saved.file import SavedFile

__all__ = ["Presets"]


class Presets:
    """Keeps what is set now under a name, and sets what is kept.

    Presets are shared with `%ocichat --preset`; what else such a preset keeps stays.

    Args:
        params: what is set now.
        apply: sets what a preset holds.
        file: of the user.

    Attributes:
        widget: what is displayed.
    """

    def __init__(
        self,
        params: Callable[[], dict[str, Any]],
        apply: Callable[[Mapping[str, Any]], object],
        file: SavedFile,
    ) -> None:
        self._params = params
        self._apply = apply
        self._file = file
        self._choice = lean(Dropdown, options=[], value=None, description="Preset")
        self._name = lean(
            Text,
            value="",
            description="Name",
            placeholder="a new name",
            continuous_update=False,
            _dom_classes=("ocinb-wide",),
        )
        self._told = lean(HTML, value="")
        self._buttons = (
            button("Load", self._doing(self._load), "Set what this preset holds"),
            Sure("Delete", self._doing(self._delete), "Forget this preset").widget,
            button("Save", self._doing(self._save), "Keep what is set now"),
        )
        load, delete, save = self._buttons
        row = (self._choice, load, delete, self._name, save)
        self._row = lean(HBox, children=row, _dom_classes=("ocinb-row",))
        self.widget = lean(VBox, children=(self._row, self._told))
        self._offer()

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        fixed = (self._choice, self._name, self._told, self._row, self.widget)
        for widget in (*self._buttons, *fixed):
            widget.close()

    def _offer(self, chosen: str = "") -> None:
        saved = self._file.read()
        self._choice.options = list(saved.presets)
        if chosen in saved.presets:
            self._choice.value = chosen
        self._say(saved.problem, problem=True)

    def _doing(self, act: Callable[[], str]) -> Callable[[], None]:
        """Return what does it and says what was done, or why it cannot be."""

        def done() -> None:
            try:
                self._say(act())
            except OcinbError as error:
                self._say(str(error), problem=True)

        return done

    def _load(self) -> str:
        name = self._chosen()
        self._apply(self._file.read().presets[name].params)
        return f"{name} is set"

    def _save(self) -> str:
        name = self._name.value.strip() or self._choice.value or ""
        plain_name(name, "name of a preset")
        params = self._params()

        def kept(saved: Saved) -> Saved:
            before = saved.presets.get(name, Preset())
            return saved.with_preset(name, replace(before, params=params))

        self._file.change(kept)
        self._name.value = ""
        self._offer(name)
        return f"{name} is kept"

    def _delete(self) -> str:
        name = self._chosen()
        self._file.change(lambda saved: saved.with_preset(name, None))
        self._offer()
        return f"{name} is forgotten"

    def _chosen(self) -> str:
        name = self._choice.value
        if name is None or name not in self._file.read().presets:
            self._offer()
            msg = "there is no preset to take"
            raise ConfigurationError(msg, hint="Save keeps what is set now")
        return str(name)

    def _say(self, text: str, *, problem: bool = False) -> None:
        kind: Literal["problem", "footer"] = "problem" if problem else "footer"
        self._told.value = line_html(text, kind, "status")
