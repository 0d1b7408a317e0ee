"""Which trials of a plan have a row, in little memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ocinb.sweep.values import Status

__all__ = ["KEY_BYTES", "Kept"]

KEY_BYTES: Final = 16


class Kept(Mapping[bytes, "Status"]):
    """Key -> status of the rows that are there already; 16 bytes of memory a key.

    Args:
        found: keys in rising order, each with its status; a key may come again.
    """

    def __init__(self, found: Iterable[tuple[bytes, Status]]) -> None:
        keys = bytearray()
        failed = set()
        last = None
        for key, status in found:
            if key != last:
                keys += key
            if status == "failed":
                failed.add(key)
            last = key
        self._keys = bytes(keys)
        self._failed = frozenset(failed)

    def __len__(self) -> int:
        return len(self._keys) // KEY_BYTES

    def __iter__(self) -> Iterator[bytes]:
        return map(self._at, range(len(self)))

    def __getitem__(self, key: bytes) -> Status:
        place = bisect_left(range(len(self)), key, key=self._at)
        if place == len(self) or self._at(place) != key:
            raise KeyError(key)
        return "failed" if key in self._failed else "ok"

    def _at(self, place: int) -> bytes:
        return self._keys[place * KEY_BYTES : (place + 1) * KEY_BYTES]
