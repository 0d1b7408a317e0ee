"""The turns in the places of a tree: reading them, moving among them, removing them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ocinb.conversation.run import Run
from ocinb.conversation.tree import ROOT, Tree
from ocinb.conversation.turn import Turn
from ocinb.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

__all__ = ["Places"]


class Places:
    """Holds a turn in each place of a tree, or the run that its turn comes from.

    Args:
        turns: those there are, each one after its parent.
    """

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        self._tree = Tree()
        self._held: dict[str, Run | Turn] = {}
        for turn in turns:
            self._held[self._tree.add(turn.parent, turn.id)] = turn

    @property
    def leaf(self) -> str:
        """The place of the last turn; "" if there is none."""
        return self._tree.leaf

    @property
    def all(self) -> tuple[Turn, ...]:
        """Every turn of every branch, each one after its parent."""
        return tuple(map(self.turn, self._tree))

    def turn(self, place: str) -> Turn:
        """Return a place's turn as it is now."""
        held = self._held[place]
        return held if isinstance(held, Turn) else held.turn

    def turns_to(self, place: str) -> tuple[Turn, ...]:
        """Return the turns from the first one to that of `place`."""
        return tuple(map(self.turn, self._tree.path_to(place)))

    def known(self, turn: Turn | None) -> Turn:
        """Return a turn as it is now; None is the last one.

        Raises:
            ParameterError: there is no such turn.
        """
        place = self.leaf if turn is None else turn.id
        if place not in self._tree:
            what = "there is no turn yet" if turn is None else "this turn is not here"
            raise ParameterError(what, hint="`turns` has those there are")
        return self.turn(place)

    def with_key(self, key: Hashable) -> Turn | None:
        """Return the turn that was asked with `key`, on the way to the last one."""
        if key is None:
            return None
        walked = self.turns_to(self.leaf)
        return next((turn for turn in walked if turn.key == key), None)

    def make(self, parent: str) -> str:
        """Make a place for a turn after that of `parent`, and go there."""
        return self._tree.add(parent)

    def put(self, place: str, run: Run) -> None:
        """Let a run be what a place's turn comes from."""
        self._held[place] = run

    def clear(self, place: str) -> None:
        """Make room for another turn in a place: later ones were answers to this one."""
        self._stop(place)
        for later in self._tree.below(place):
            held = self._held[later]
            if isinstance(held, Turn):
                self._held[later] = replace(held, stale=True)
            else:
                held.mark_stale()

    def undo(self) -> Turn | None:
        """Step back to before the last turn, and return it."""
        if self.leaf == ROOT:
            return None
        undone = self.leaf
        self._stop(undone)
        self._tree.step_back()
        return self.turn(undone)

    def branches(self, turn: Turn) -> tuple[Turn, ...]:
        """Return the turns in a turn's place, the oldest first."""
        return tuple(map(self.turn, self._tree.branches(self.known(turn).id)))

    def switch(self, turn: Turn) -> None:
        """Walk to a branch, and to where the conversation stood last in it."""
        self._tree.walk_to(self.known(turn).id)

    def stand_at(self, place: str) -> None:
        """Let the conversation end at `place`; "" is before its first turn."""
        self._tree.stand_at(place)

    def delete(self, turn: Turn) -> None:
        """Take a turn away, with all that follows it in every branch."""
        for place in self._tree.remove(self.known(turn).id):
            self._stop(place)
            del self._held[place]

    def _stop(self, place: str) -> None:
        held = self._held.get(place)
        if isinstance(held, Run):
            held.stop()
