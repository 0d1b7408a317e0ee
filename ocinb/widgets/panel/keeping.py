"""The section that saves, loads and exports the conversation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ipywidgets import HTML, Dropdown, HBox, Text, Textarea, VBox

from ocinb.errors import ConfigurationError, OcinbError
from ocinb.saved.file import write_whole
from ocinb.widgets.buttons import button
from ocinb.widgets.lean import lean
from ocinb.widgets.line import line_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipywidgets import Widget

__all__ = ["Keeping"]

JSON: Final = "JSON, to go on with later"


class Keeping:
    """Made when it is first opened.

    Args:
        save: writes the panel to the path that it is given.
        load: goes on with the panel in a file.
        exports: other forms of the conversation, by name: the ending of a file's name,
            and what makes the text.
    """

    def __init__(
        self,
        save: Callable[[str], object],
        load: Callable[[str], object],
        exports: Mapping[str, tuple[str, Callable[[], str]]],
    ) -> None:
        self._save = save
        self._load = load
        self._exports = exports
        self._box = lean(VBox, children=())
        self._made: list[Widget] = [self._box]

    def open(self) -> Widget:
        """Return what is displayed."""
        if not self._box.children:
            self._make()
        return self._box

    def _make(self) -> None:
        forms = [JSON, *self._exports]
        self._form = lean(Dropdown, options=forms, value=JSON, description="Form")
        self._path = lean(
            Text,
            value="conversation.json",
            description="File",
            continuous_update=False,
            _dom_classes=("ocinb-wide",),
        )
        self._text = lean(
            Textarea,
            value="",
            description="Text; Ctrl+A, Ctrl+C copies it",
            rows=10,
            _dom_classes=("ocinb-wide", "ocinb-code"),
        )
        self._told = lean(HTML, value="")
        self._form.observe(self._changed, "value")
        buttons = (
            button("Save", self._press_save, "Write the file", "ocinb-primary"),
            button("Load", self._press_load, "Go on with a conversation saved as JSON"),
        )
        row = lean(
            HBox,
            children=(self._form, self._path, *buttons),
            _dom_classes=("ocinb-row",),
        )
        self._box.children = (row, self._told)
        self._made += [self._form, self._path, self._text, self._told, *buttons, row]

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        for widget in self._made:
            widget.close()

    def _changed(self, _: Any) -> None:
        """Show the conversation in this form, and name a file for it."""
        self._told.value = ""
        row = self._box.children[0]
        if self._form.value == JSON:
            self._path.value = "conversation.json"
            self._box.children = (row, self._told)
            return
        ending, make = self._exports[self._form.value]
        self._path.value = f"conversation.{ending}"
        try:
            self._text.value = make()
        except OcinbError as error:
            self._say(str(error), problem=True)
        self._box.children = (row, self._told, self._text)

    def _press_save(self) -> None:
        path = self._path.value.strip()
        try:
            if not path:
                msg = "name a file to save to"
                raise ConfigurationError(msg)
            if self._form.value == JSON:
                self._save(path)
            else:
                text = self._exports[self._form.value][1]()
                write_whole(Path(path).expanduser(), text.encode())
        except OcinbError as error:
            self._say(str(error), problem=True)
        else:
            self._say(f"saved as {path}")

    def _press_load(self) -> None:
        path = self._path.value.strip()
        try:
            self._load(path)
        except OcinbError as error:
            self._say(str(error), problem=True)
        else:
            self._say(f"going on with {path}")

    def _say(self, text: str, *, problem: bool = False) -> None:
        kind: Literal["problem", "footer"] = "problem" if problem else "footer"
        self._told.value = line_html(text, kind, "status")
