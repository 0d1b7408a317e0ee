"""The section that asks one prompt with two settings, side by side."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ipywidgets import HTML, HBox, VBox

from ocinb.errors import one_line
from ocinb.rendering import escape
from ocinb.view.differences import differences_of
from ocinb.widgets.buttons import button
from ocinb.widgets.controls import Controls
from ocinb.widgets.lean import lean
from ocinb.widgets.panel.turn_view import TurnView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipywidgets import Widget

    from ocinb.conversation import Turn
    from ocinb.widgets.panel.turn_view import Actions

__all__ = ["Compare"]

HOW: Final = (
    "While this section is open, a prompt is asked twice: with the settings above (A), "
    "and with these (B). Keep one of the answers; the other one stays a branch."
)
NAMES: Final = ("A", "B")


class Compare:
    """Shows two answers to one prompt; the section is made when it is first opened.

    Args:
        own: the parameters that the model sends when nobody sets any.
        actions: what can be done with a turn.
        keep: called with the turn that the conversation is to go on with.

    Attributes:
        params: the settings of B.
        pair: the turns that are compared now, A first; empty if there are none.
    """

    def __init__(
        self,
        own: Callable[[], Mapping[str, Any]],
        actions: Actions,
        keep: Callable[[Turn], object],
    ) -> None:
        self._own = own
        self._actions = actions
        self._keep = keep
        self._controls: Controls | None = None
        self._columns = lean(HBox, children=(), _dom_classes=("ocinb-columns",))
        self._told = lean(HTML, value="")
        self._box: VBox | None = None
        self._views: tuple[TurnView, ...] = ()
        self._made: list[Any] = []
        self._around: list[Widget] = []
        self.params: dict[str, Any] = {}
        self.pair: tuple[Turn, ...] = ()

    def open(self) -> Widget:
        """Return what is displayed."""
        if self._box is None:
            self._controls = Controls(self._own(), self._tuned)
            self._controls.show(self.params)
            how = lean(HTML, value=f'<div class="ocinb ocinb-footer">{HOW}</div>')
            shown = (how, self._controls.main, self._columns, self._told)
            self._box = lean(VBox, children=shown)
            self._made += [how, self._box]
        return self._box

    def use_own(self) -> None:
        """Take up that the model was changed."""
        if self._controls is not None:
            self._controls.use_own(self._own())

    def use(self, params: Mapping[str, Any]) -> None:
        """Set what B is asked with."""
        self.params = dict(params)
        if self._controls is not None:
            self._controls.show(self.params)

    def begin(
        self, pair: tuple[Turn, Turn], settings: tuple[Mapping[str, Any], ...]
    ) -> tuple[TurnView, ...]:
        """Make room for two answers and return what draws them.

        Args:
            pair: the turns of A and B.
            settings: what each is asked with.
        """
        self.clear()
        self.pair = pair
        self._views = tuple(TurnView(turn, self._actions) for turn in pair)
        columns = []
        for name, view, given in zip(NAMES, self._views, settings, strict=True):
            title = lean(HTML, value=_title(name, given))
            column = lean(
                VBox, children=(title, view.widget), _dom_classes=("ocinb-column",)
            )
            self._around += [title, column]
            columns.append(column)
        self._columns.children = tuple(columns)
        return self._views

    def end(self, turns: tuple[Turn, Turn]) -> None:
        """Mark the words that differ, and let the user keep one answer."""
        self.pair = turns
        for name, turn, column in zip(
            NAMES, turns, self._columns.children, strict=True
        ):
            kept = button(
                f"Keep {name}",
                partial(self._keep, turn),
                f"Let the conversation go on with {name}; the other stays a branch",
                "ocinb-primary",
            )
            self._around.append(kept)
            column.children = (*column.children, kept)
        found = differences_of(turns[0].text, turns[1].text)
        columns = "".join(
            f'<div class="ocinb-column ocinb">{html}</div>'
            for html in (found.first, found.second)
        )
        self._told.value = (
            f'<div class="ocinb"><strong>{escape(found.summary)}</strong></div>'
            f'<div class="ocinb-columns">{columns}</div>'
        )

    def clear(self) -> None:
        """Take the two answers away."""
        self.pair = ()
        self._columns.children = ()
        self._told.value = ""
        for view in self._views:
            view.close()
        for widget in self._around:
            widget.close()
        self._views, self._around = (), []

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        self.clear()
        parts = [self._columns, self._told, *self._made]
        for part in [*parts, *([self._controls] if self._controls else [])]:
            part.close()

    def _tuned(self, params: dict[str, Any]) -> None:
        self.params = params


def _title(name: str, given: Mapping[str, Any]) -> str:
    told = (f"{n}={json.dumps(v, default=str)}" for n, v in given.items())
    settings = escape(one_line(", ".join(told) or "the model's own settings", 200))
    return f'<div class="ocinb ocinb-footer"><strong>{name}</strong> · {settings}</div>'
