"""Every sampling parameter as a row of controls, four of them always in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ipywidgets import HTML, HBox, Text, VBox

from ocinb.rendering import escape
from ocinb.sampling import PARAMETERS
from ocinb.widgets.buttons import button
from ocinb.widgets.controls.row import UNSET, Row
from ocinb.widgets.lean import lean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipywidgets import Widget

__all__ = ["MAIN", "Controls"]

MAIN: Final = ("temperature", "top_p", "max_tokens", "seed")
"""What is always in sight."""

TITLES: Final = {
    "sampling": "Sampling",
    "length": "Length and ends",
    "penalties": "Penalties",
    "search": "Several answers, and search",
    "output": "What comes back",
    "tools": "Tools",
    "prompt": "Prompt and template",
}


class Controls:
    """Shows what is set for the next request, and takes what the user changes.

    Args:
        own: what the model sends by itself, by the parameters' names.
        changed: called with everything that is set after the user has changed it: a
            value is sent, None is not sent, what is absent is left to the model.

    Attributes:
        main: the four rows that are always in sight.
    """

    def __init__(
        self,
        own: Mapping[str, Any],
        changed: Callable[[dict[str, Any]], object],
    ) -> None:
        self._own = dict(own)
        self._changed = changed
        self._params: dict[str, Any] = {}
        self._rows: dict[str, Row] = {}
        self._more: VBox | None = None
        self._made: list[Widget] = []
        rows = tuple(self._row(name).widget for name in MAIN)
        self.main = lean(
            VBox, children=rows, _dom_classes=("ocinb-params", "ocinb-main")
        )

    @property
    def rows(self) -> dict[str, Row]:
        """The rows that were made, by the parameters' names."""
        return dict(self._rows)

    @property
    def more(self) -> Widget:
        """The rows of all other parameters, made when they are first asked for."""
        if self._more is None:
            self._more = self._make_more()
        return self._more

    def show(self, params: Mapping[str, Any]) -> None:
        """Show what code has set."""
        self._params = dict(params)
        for name, row in self._rows.items():
            row.show(self._params.get(name, UNSET))

    def use_own(self, own: Mapping[str, Any]) -> None:
        """Take up what another model sends by itself."""
        self._own = dict(own)
        for name, row in self._rows.items():
            row.use_own(self._own.get(name))

    def reset_all(self) -> None:
        """Leave every parameter to the model."""
        self.show({})
        self._changed({})

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        for part in (*self._rows.values(), *self._made, self.main):
            part.close()

    def _row(self, name: str) -> Row:
        if name not in self._rows:
            row = Row(PARAMETERS[name], self._own.get(name), self._take)
            row.show(self._params.get(name, UNSET))
            self._rows[name] = row
        return self._rows[name]

    def _take(self, name: str, value: Any) -> None:
        self._params = {n: v for n, v in self._params.items() if n != name}
        if value is not UNSET:
            self._params[name] = value
        self._changed(dict(self._params))

    def _make_more(self) -> VBox:
        filtering = lean(
            Text,
            value="",
            description="Find a parameter",
            placeholder="a word of its name or of what it does",
            _dom_classes=("ocinb-wide",),
        )
        reset = button("Reset all", self.reset_all, "Leave everything to the model")
        top = lean(HBox, children=(filtering, reset), _dom_classes=("ocinb-row",))
        groups: dict[str, tuple[HTML, VBox, list[str]]] = {}
        for name, parameter in PARAMETERS.items():
            if name not in MAIN:
                group = parameter.group
                if group not in groups:
                    title = lean(HTML, value=_title(TITLES[group]))
                    box = lean(VBox, children=(), _dom_classes=("ocinb-params",))
                    groups[group] = (title, box, [])
                groups[group][2].append(name)
        shown = lean(VBox, children=())

        def find(word: str) -> None:
            parts: list[Widget] = []
            for title, box, names in groups.values():
                found = [
                    n for n in names if word in f"{n} {PARAMETERS[n].help}".lower()
                ]
                box.children = tuple(self._row(name).widget for name in found)
                parts += [title, box] if found else []
            shown.children = tuple(parts)

        find("")
        filtering.observe(lambda change: find(change["new"].strip().lower()), "value")
        more = lean(VBox, children=(top, shown), _dom_classes=("ocinb-more-params",))
        boxes = [widget for title, box, _ in groups.values() for widget in (title, box)]
        self._made += [filtering, reset, top, shown, more, *boxes]
        return more


def _title(text: str) -> str:
    return f'<div class="ocinb ocinb-footer ocinb-group"><strong>{escape(text)}</strong></div>'
