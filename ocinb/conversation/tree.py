"""The places of a conversation's turns: which follows which, and which are walked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ROOT", "Tree"]

ROOT: Final = ""
"""The place before the first turn."""


class Tree:
    """Places in a tree, one of which is where the conversation stands.

    Attributes:
        leaf: the place of the last turn; `ROOT` if there is none.
    """

    def __init__(self) -> None:
        self.leaf = ROOT
        self._parents: dict[str, str] = {}
        self._seen: dict[str, str] = {}  # which branch was walked last, below a place
        self._made = 0

    def __contains__(self, place: object) -> bool:
        return place in self._parents

    def __iter__(self) -> Iterator[str]:
        """Yield every place, each one after its parent."""
        return iter(tuple(self._parents))

    @property
    def path(self) -> tuple[str, ...]:
        """The places from the first turn to the last."""
        return self.path_to(self.leaf)

    def add(self, parent: str, place: str = "") -> str:
        """Make a place below `parent`, and stand there.

        Args:
            parent: a place, or `ROOT`.
            place: its name; "" makes one up.
        """
        while not place or place in self._parents:
            self._made += 1
            place = str(self._made)
        self._parents[place] = parent
        self.stand_at(place)
        return place

    def stand_at(self, place: str) -> None:
        """Let the conversation end at `place`, or before its first turn."""
        self.leaf = place
        for step in self.path_to(place):
            self._seen[self._parents[step]] = step

    def step_back(self) -> None:
        """Stand before the last place, and do not walk there again by itself."""
        place = self.parent(self.leaf)
        self._seen.pop(place, None)
        self.stand_at(place)

    def walk_to(self, place: str) -> None:
        """Stand at the place below `place` where the conversation stood last."""
        while place in self._seen:
            place = self._seen[place]
        self.stand_at(place)

    def parent(self, place: str) -> str:
        """Return the place before; `ROOT` for the first turn."""
        return self._parents[place]

    def branches(self, place: str) -> tuple[str, ...]:
        """Return the places with the same parent, this one too, the oldest first."""
        parent = self._parents[place]
        return tuple(p for p, above in self._parents.items() if above == parent)

    def below(self, place: str) -> tuple[str, ...]:
        """Return every place after `place`, in all branches."""
        found = {place}
        for each, parent in self._parents.items():  # a parent is always older
            if parent in found:
                found.add(each)
        return tuple(each for each in self._parents if each in found - {place})

    def remove(self, place: str) -> tuple[str, ...]:
        """Take a place away with all below it, and return them.

        A conversation that stood there stands at the place before.
        """
        parent, gone = self._parents[place], (place, *self.below(place))
        for each in gone:
            del self._parents[each]
            self._seen.pop(each, None)
        if self._seen.get(parent) in gone:
            del self._seen[parent]
        if self.leaf in gone:
            self.stand_at(parent)
        return gone

    def path_to(self, place: str) -> tuple[str, ...]:
        """Return the places from the first turn to `place`, this one too."""
        steps: list[str] = []
        while place != ROOT:
            steps.append(place)
            place = self._parents[place]
        return tuple(reversed(steps))
