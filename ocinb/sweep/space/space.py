"""Search spaces: which settings a sweep tries."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson

from ocinb.errors import ParameterError, one_line
from ocinb.sampling import PARAMETERS, check_together
from ocinb.sweep.space.axes import Axis, axis_of, check_name, checked_value, listed
from ocinb.sweep.space.distributions import Distribution, Drawn
from ocinb.sweep.space.plan import Plan, whole_number
from ocinb.sweep.space.prompts import prompts_of
from ocinb.sweep.values import Setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ocinb.sweep.space.plan import Seed

__all__ = ["Space", "grid", "sample", "zip_axes"]

Point: TypeAlias = tuple[Mapping[str, Any], Mapping[str, str]]
"""Values and labels of one setting."""

SETTINGS_LIMIT: Final = 1_000_000
"""Settings that a space may have; they are kept in memory."""


class Space(Sequence[Setting]):
    """The settings that a sweep tries, in a fixed order.

    `a + b` has the settings of both, `a * b` each of one with each of the other.

    Args:
        points: values and labels of each setting.
        notes: what was changed about the user's values, a line each.
    """

    def __init__(self, points: Iterable[Point], notes: Iterable[str] = ()) -> None:
        found: dict[bytes, Point] = {}
        count = 0
        for count, (values, labels) in enumerate(points, 1):  # noqa: B007 - the count is used below
            _check_point(values)
            found.setdefault(_key(values), (values, labels))
        merged = count - len(found)
        twice = f"{merged} settings that stood twice were merged"
        self.notes = [*dict.fromkeys(notes), *([twice] if merged else [])]
        self._settings = [
            Setting(number, values, labels)
            for number, (values, labels) in enumerate(found.values())
        ]

    @property
    def axes(self) -> list[str]:
        """Names of the parameters that are set, in the order they were given."""
        return list(dict.fromkeys(name for s in self._settings for name in s.values))

    def __len__(self) -> int:
        return len(self._settings)

    def __getitem__(self, number: Any) -> Any:
        return self._settings[number]

    def __iter__(self) -> Iterator[Setting]:
        return iter(self._settings)

    def __add__(self, other: Space) -> Space:
        if not isinstance(other, Space):
            return NotImplemented
        points = [(s.values, s.labels) for part in (self, other) for s in part]
        return Space(points, [*self.notes, *other.notes])

    def __mul__(self, other: Space) -> Space:
        if not isinstance(other, Space):
            return NotImplemented
        twice = set(self.axes) & set(other.axes)
        if twice:
            msg = f"both spaces set {', '.join(sorted(twice))}: which one counts?"
            raise ParameterError(msg)
        _check_size(len(self) * len(other))
        points = [
            ({**a.values, **b.values}, {**a.labels, **b.labels})
            for a, b in product(self, other)
        ]
        return Space(points, [*self.notes, *other.notes])

    def __repr__(self) -> str:
        return f"Space({len(self):,} settings of {', '.join(self.axes) or 'no axes'})"

    def plan(
        self,
        prompts: Any,
        *,
        repeats: int = 1,
        seed: Seed = "per-repeat",
        template: str | None = None,
        reference: str | None = None,
    ) -> Plan:
        """Return what a sweep of these settings would ask.

        Args:
            prompts: a string, a list of strings or of message lists, or a DataFrame.
            repeats: how often each prompt is asked with each setting.
            seed: `per-repeat` sends 0, 1, 2, ...; an integer is added to these;
                `fixed` sends 0 each time; None sends none.
            template: of a DataFrame's prompts: text with `{column}` in it.
            reference: column of a DataFrame with the right answers.

        Raises:
            ParameterError: there is no prompt, or a value is not valid.
        """
        listed = prompts_of(prompts, template=template, reference=reference)
        return Plan(self, listed, repeats=repeats, seed=seed)


def grid(*axes: Any, **named: Any) -> Space:
    """Return each combination of the values of some axes.

    As scikit-learn's `ParameterGrid`: a list of dicts is the union of their grids.
    `system`, `model` and `tools` may be axes beside the sampling parameters.

    Example:
        ```python
        grid(temperature=[0, 0.7], system={"terse": "One word.", "free": "Answer."})
        grid([{"temperature": [0]}, {"temperature": [0.7, 1], "top_p": [0.8, 0.95]}])
        ```

    Args:
        axes: a dict of axis -> values, or a list of such dicts.
        named: axis -> values: a list, range or array, or a dict of short name -> value.

    Raises:
        ParameterError: a name is no axis, an axis has no values, or a value is not
            valid.
    """
    given = [*_dicts(axes), *([named] if named else [])]
    made = [[axis_of(name, values) for name, values in d.items()] for d in given]
    if not any(made):
        msg = "the grid is empty: give at least one axis, as grid(temperature=[0, 1])"
        raise ParameterError(msg)
    _check_size(sum(math.prod(len(axis.values) for axis in part) for part in made))
    notes = [axis.note for part in made for axis in part if axis.note]
    points = (point for part in made for point in _combined(part))
    return Space(points, notes)


def zip_axes(**axes: Any) -> Space:
    """Return the first values of all axes together, the second ones, and so on.

    Raises:
        ParameterError: the axes are not equally long, or as in `grid`.
    """
    lists = {name: _listed(name, values) for name, values in axes.items()}
    lengths = {name: len(values) for name, values in lists.items()}
    if not lists or len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {count}" for name, count in lengths.items())
        msg = f"zip_axes needs axes of one length ({said or 'got none'})"
        raise ParameterError(msg)
    pairs = zip(*lists.values(), strict=True)
    return Space(_point(zip(lists, chosen, strict=True)) for chosen in pairs)


def sample(axes: Any, n: int, *, seed: int = 0) -> Space:
    """Return random settings, the same ones for the same seed.

    As scikit-learn's `ParameterSampler`: if each axis is a list, settings are drawn
    from the grid without replacement; with a distribution among them, with it.

    Example:
        ```python
        sample({"temperature": uniform(0, 1.2), "min_p": [0, 0.05, 0.1]}, n=40)
        ```

    Args:
        axes: axis -> a distribution (`uniform`, `log_uniform`, `integers`, `choice`, or
            one of `scipy.stats`) or a list of values.
        n: how many settings.
        seed: of the random numbers.

    Raises:
        ParameterError: as in `grid`, or n is not above 0.
    """
    n = whole_number("n", n, least=1)
    whole_number("seed", seed, least=0)
    _check_size(n)
    if not isinstance(axes, Mapping):
        shown = one_line(repr(axes), 60)
        msg = f"sample takes a dict of axis -> values (got {shown})"
        raise ParameterError(msg)
    random = Random(seed)  # noqa: S311 - for a search, not for a key
    if not any(isinstance(values, (Drawn, Distribution)) for values in axes.values()):
        return _of_grid(grid(dict(axes)), n, random)
    for name in axes:
        check_name(name)
    ways = {
        name: given
        if isinstance(given, (Drawn, Distribution))
        else _listed(name, given)
        for name, given in axes.items()
    }
    points = (
        _point((name, _drawn(name, way, random)) for name, way in ways.items())
        for _ in range(n)
    )
    return Space(points)


def _of_grid(whole: Space, n: int, random: Random) -> Space:
    notes = list(whole.notes)
    if n > len(whole):
        notes.append(f"the grid has {len(whole)} settings, fewer than n={n}: all taken")
    chosen = sorted(random.sample(range(len(whole)), min(n, len(whole))))
    return Space(((whole[i].values, whole[i].labels) for i in chosen), notes)


def _drawn(name: str, way: Any, random: Random) -> tuple[Any, str]:
    if isinstance(way, Drawn):
        return checked_value(name, way.draw(random)), ""
    if isinstance(way, list):
        chosen: tuple[Any, str] = random.choice(way)
        return chosen
    return checked_value(name, way.rvs(random_state=random.getrandbits(32))), ""


def _listed(name: str, given: Any) -> list[tuple[Any, str]]:
    """Return values with their labels, those that stand twice too."""
    check_name(name)
    if isinstance(given, Mapping):
        axis = axis_of(name, given)
        return list(zip(axis.values, axis.labels, strict=True))
    values = listed(name, given)
    axis_of(name, values)
    return [(checked_value(name, value), "") for value in values]


def _combined(axes: list[Axis]) -> Iterator[Point]:
    choices = [
        [(axis.name, (v, label)) for v, label in _with_labels(axis)] for axis in axes
    ]
    return (_point(chosen) for chosen in product(*choices))


def _with_labels(axis: Axis) -> Iterable[tuple[Any, str]]:
    return zip(axis.values, axis.labels or [""] * len(axis.values), strict=True)


def _point(chosen: Iterable[tuple[str, tuple[Any, str]]]) -> Point:
    listed = list(chosen)
    values = {name: value for name, (value, _) in listed}
    return values, {name: label for name, (_, label) in listed if label}


def _dicts(given: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    for each in given:
        parts = each if isinstance(each, (list, tuple)) else [each]
        for part in parts:
            if not isinstance(part, Mapping):
                shown = one_line(repr(part), 60)
                msg = f"grid takes axes by name, or dicts of them (got {shown})"
                raise ParameterError(msg)
            yield part


def _check_point(values: Mapping[str, Any]) -> None:
    check_together({n: v for n, v in values.items() if n in PARAMETERS})


def _check_size(count: int) -> None:
    if count > SETTINGS_LIMIT:
        msg = f"the space has {count:,} settings: at most {SETTINGS_LIMIT:,} fit"
        raise ParameterError(msg, hint="take some of them with sample(axes, n=...)")


def _key(values: Mapping[str, Any]) -> bytes:
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
