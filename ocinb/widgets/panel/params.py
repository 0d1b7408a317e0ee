"""The sampling parameters of a panel: a mapping that can be changed in place."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Params"]


class Params(MutableMapping[str, Any]):
    """What a panel sets for its next request, by the names of the parameters.

    A value is sent. None is not sent, so that the server's default counts. What is
    absent is left to the chat model: its own setting, or its class default.

    A change in place is handed on whole, or refused whole.

    Args:
        values: what is set.
        change: takes a whole new mapping.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        change: Callable[[dict[str, Any]], object],
    ) -> None:
        self._values = dict(values)
        self._change = change

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._hand_on({**self._values, name: value})

    def __delitem__(self, name: str) -> None:
        if name not in self._values:
            raise KeyError(name)
        self._hand_on({n: v for n, v in self._values.items() if n != name})

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def _hand_on(self, values: dict[str, Any]) -> None:
        self._change(values)  # which may refuse it
        self._values = values

    def __repr__(self) -> str:
        return repr(self._values)
