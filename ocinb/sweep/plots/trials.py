"""The table that is drawn: its columns checked, its trials put into groups."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ParameterError, one_line
from ocinb.sampling import did_you_mean
from ocinb.sweep.metrics import METRICS
from ocinb.sweep.plots.labels import MISSING, label, unique

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Levels", "Trials"]

_PROMPT: Final = "prompt"
_STATUS: Final = "status"
_SETTING: Final = "setting"

_PART: Final = 20
"""Characters of a name or a value in the label of a setting."""

_WHOLE: Final = 60
"""Characters of the label of a setting."""


@dataclass(frozen=True)
class Levels:
    """The different values of an axis, or the different settings.

    Attributes:
        name: of the axis, fit for a chart.
        labels: of the values, each different: numbers in their order, then the rest as
            they came.
        short: the same without the names of axes.
        values: the same as they are.
        codes: for each trial, the place of its value.
    """

    name: str
    labels: list[str]
    short: list[str]
    values: list[Any]
    codes: NDArray[Any]

    @property
    def are_numbers(self) -> bool:
        """True if the values can stand on a scale."""
        return all(_is_number(value) for value in self.values)

    def at_most(self, limit: int, hint: str) -> Levels:
        """Return these levels, if there are not too many to be drawn.

        Raises:
            ParameterError: there are.
        """
        if len(self.labels) > limit:
            msg = f"{self.name}: {len(self.labels)} values, but at most {limit} fit"
            raise ParameterError(msg, hint=hint)
        return self


class Trials:
    """The successful trials of a table, and how many failed.

    Args:
        frame: one row a trial: axes, then perhaps `prompt`, `repeat`, `status`, and
            metrics.
        axes: the columns that make up a setting; none for all that are left of `prompt`.

    Raises:
        ParameterError: an axis is no column, or no trial succeeded.
    """

    def __init__(self, frame: pd.DataFrame, axes: Sequence[str] = ()) -> None:
        ok = frame[_STATUS] == "ok" if _STATUS in frame else None
        self._frame = frame if ok is None else frame[ok]
        self.failed = len(frame) - len(self._frame)
        if not len(self._frame):
            msg = f"nothing to draw: no trial succeeded ({self.failed} failed)"
            raise ParameterError(msg)
        columns = list(map(str, frame.columns))
        before = columns.index(_PROMPT) if _PROMPT in columns else 0
        left = [name for name in columns[:before] if name != _SETTING]
        self.axes = [self._column(each, "axis") for each in (axes or left)]

    def __len__(self) -> int:
        return len(self._frame)

    @property
    def prompts(self) -> NDArray[Any]:
        """The prompt of each trial; each its own where there is no such column."""
        import numpy as np  # noqa: PLC0415 - heavy, and only a plot needs it

        if _PROMPT not in self._frame:
            return np.arange(len(self._frame))
        return _numbered(self._frame[_PROMPT])[0]

    def axis(self, name: str) -> Levels:
        """Return the values of an axis.

        Raises:
            ParameterError: there is no such column.
        """
        return self._level_of([self._column(name, "axis")])

    def settings(self, by: str | Sequence[str] | None = None) -> Levels:
        """Return the different settings.

        Args:
            by: the axes that tell settings apart; None for all that have two values.

        Raises:
            ParameterError: there is no such column.
        """
        names = [by] if isinstance(by, str) else list(self.axes if by is None else by)
        names = [self._column(name, "axis") for name in names]
        if by is None:
            names = [n for n in names if len(self._level_of([n]).labels) > 1]
        return self._level_of(names)

    def metric(self, name: str) -> NDArray[Any]:
        """Return the numbers of a metric; NaN where a trial has none.

        Raises:
            ParameterError: there is no such column, or it holds no numbers.
        """
        import numpy as np  # noqa: PLC0415 - as above
        import pandas as pd  # noqa: PLC0415 - as above

        column = self._frame[self._column(name, "metric")]
        try:
            found: NDArray[Any] = pd.to_numeric(column).to_numpy(
                float, na_value=math.nan
            )
        except (TypeError, ValueError) as error:
            msg = f"{one_line(name, 60)} holds no numbers, so it cannot be drawn"
            raise ParameterError(msg) from error
        if not np.isfinite(found).any():
            msg = f"{one_line(name, 60)} has no value in any successful trial"
            raise ParameterError(msg)
        return found

    def is_rate(self, name: str) -> bool:
        """Tell whether a metric's values are all 0 or 1."""
        import numpy as np  # noqa: PLC0415 - as above

        known = METRICS.get(name)
        if known is not None:
            return known.rate
        values = self.metric(name)
        return bool(np.isin(values[~np.isnan(values)], (0, 1)).all())

    def note(self, *notes: str) -> str:
        """Return what a reader has to know of the trials, in one line."""
        left_out = f"{self.failed} failed trials are left out" if self.failed else ""
        counted = f"{len(self):,} trials"
        return "; ".join(filter(None, (counted, left_out, *notes)))

    def _column(self, name: str, what: str) -> str:
        """Return the column of an axis, a metric or a scorer."""
        for column in (name, f"score_{name}", f"param_{name}"):
            if column in self._frame:
                return column
        known = [str(column) for column in self._frame.columns]
        shown = one_line(str(name), 60)
        msg = f"no {what} {shown}{did_you_mean(str(name), known)}"
        raise ParameterError(msg, hint=f"columns: {', '.join(known)}"[:300])

    def _level_of(self, names: Sequence[str]) -> Levels:
        import numpy as np  # noqa: PLC0415 - as above

        columns = [_numbered(self._frame[name]) for name in names]
        mixed = np.zeros(len(self._frame), int)
        for codes, values in columns:
            mixed = mixed * len(values) + codes
        _, first, places = np.unique(mixed, return_index=True, return_inverse=True)
        settings = [
            tuple(values[codes[at]] for codes, values in columns) for at in first
        ]
        order = sorted(
            range(len(first)), key=lambda n: (*map(_rank, settings[n]), first[n])
        )
        rank = np.empty(len(first), int)
        rank[order] = np.arange(len(first))
        listed = [settings[n] for n in order]
        return Levels(
            label(names[0]) if len(names) == 1 else "setting",
            unique(_shown(names, values) for values in listed),
            unique(_short(values) for values in listed),
            [values[0] if len(values) == 1 else values for values in listed],
            rank[places],
        )


def _numbered(column: pd.Series) -> tuple[NDArray[Any], list[Any]]:
    """Return the place of each value, and the values in the order in which they came."""
    import numpy as np  # noqa: PLC0415 - as above
    import pandas as pd  # noqa: PLC0415 - as above

    if column.dtype != object:
        codes, values = pd.factorize(column, use_na_sentinel=False)
        return codes, values.tolist()
    places: dict[Any, int] = {}
    kept: list[Any] = []
    found = np.empty(len(column), int)
    for number, value in enumerate(column.tolist()):
        found[number] = places.setdefault(_key(value), len(kept))
        if found[number] == len(kept):
            kept.append(value)
    return found, kept


def _key(value: Any) -> Any:
    """Return what is the same for equal values; lists and dicts have no hash."""
    if label(value) == MISSING:
        return None
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return isinstance(value, bool), value  # True is 1


def _rank(value: Any) -> tuple[int, float]:
    """Return a place in order: numbers, then the rest as it came."""
    return (0, float(value)) if _is_number(value) else (1, 0.0)


def _is_number(value: Any) -> bool:
    is_real = isinstance(value, Real) and not isinstance(value, bool)
    return is_real and not math.isnan(value)


def _shown(names: Sequence[str], values: tuple[Any, ...]) -> str:
    if len(names) == 1:
        return label(values[0])
    pairs = zip(names, values, strict=True)
    told = ", ".join(f"{label(n, _PART)}={label(v, _PART)}" for n, v in pairs)
    return label(told, _WHOLE) if told else "all trials"


def _short(values: tuple[Any, ...]) -> str:
    return label(", ".join(label(v, _PART) for v in values), _WHOLE // 2)
