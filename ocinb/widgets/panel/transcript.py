"""The turns of a conversation, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ipywidgets import VBox

from ocinb.widgets.buttons import button
from ocinb.widgets.lean import lean
from ocinb.widgets.panel.turn_view import TurnView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ocinb.conversation import Turn
    from ocinb.widgets.panel.turn_view import Actions

__all__ = ["Transcript"]

SHOWN: Final = 30
"""Turns that are drawn at first; earlier ones on demand."""


class Transcript:
    """Draws the turns that lead to the current one.

    Args:
        actions: what the buttons of a turn do.
        footer: the line under a turn that has ended, and why it failed.

    Attributes:
        widget: what is displayed.
    """

    def __init__(
        self, actions: Actions, footer: Callable[[Turn], tuple[str, str]]
    ) -> None:
        self._actions = actions
        self._footer = footer
        self._views: dict[str, TurnView] = {}
        self._turns: tuple[Turn, ...] = ()
        self._shown = SHOWN
        self._earlier = button("Show earlier turns", self._show_earlier)
        self._list = lean(VBox, children=(), _dom_classes=("ocinb-turns",))
        # the last turn stays in sight while it grows: the box is filled from below
        self.widget = lean(
            VBox, children=(self._list,), _dom_classes=("ocinb-transcript",)
        )

    def show(self, turns: Sequence[Turn]) -> None:
        """Draw these turns; those that are drawn already stay as they are."""
        self._turns = tuple(turns)
        drawn = self._turns[-self._shown :]
        kept = {turn.id: turn for turn in drawn}
        for place in [p for p, view in self._views.items() if not _same(view, kept)]:
            self._views.pop(place).close()
        for turn in drawn:
            if turn.id not in self._views:
                self._views[turn.id] = self._drawn(turn)
        views = tuple(self._views[turn.id].widget for turn in drawn)
        above = (self._earlier,) if len(self._turns) > len(drawn) else ()
        self._list.children = (*above, *views)

    def forget(self, turn: Turn) -> None:
        """Draw a turn anew when it is shown next."""
        if turn.id in self._views:
            self._views.pop(turn.id).close()

    def view(self, turn: Turn) -> TurnView:
        """Return what draws a turn that is shown."""
        return self._views[turn.id]

    def offer(self, siblings: Callable[[Turn], Sequence[Turn]]) -> None:
        """Show under each turn what can be done with it now."""
        for turn in self._turns[-self._shown :]:
            branches = [each.id for each in siblings(turn)]
            self._views[turn.id].offer(
                branches.index(turn.id) + 1,
                len(branches),
                last=turn.id == self._turns[-1].id,
            )

    def close(self) -> None:
        """Take every widget away, in the front end too."""
        for view in self._views.values():
            view.close()
        for widget in (self._earlier, self._list, self.widget):
            widget.close()

    def _drawn(self, turn: Turn) -> TurnView:
        view = TurnView(turn, self._actions)
        if not turn.open:
            view.end(turn, *self._footer(turn))
        return view

    def _show_earlier(self) -> None:
        self._shown += SHOWN
        self.show(self._turns)


def _same(view: TurnView, kept: dict[str, Turn]) -> bool:
    """Tell whether what is drawn is the turn of its place, as it is now."""
    turn = kept.get(view.turn.id)
    return turn is not None and (
        turn is view.turn or turn.messages == view.turn.messages
    )
