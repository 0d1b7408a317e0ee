"""One metric of all trials as an array, and which way is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ParameterError, one_line
from ocinb.sweep.metrics.catalogue import METRICS
from ocinb.sweep.results.answers import answers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ocinb.sweep.results.trials import Trials

__all__ = ["Measured", "higher_is_better", "measure", "usual"]

_USUAL: Final = ("ttft_s", "tpot_s", "e2e_s", "output_tokens_per_s")
"""What a summary tells if nothing else is asked, beside the scores."""


@dataclass(frozen=True)
class Measured:
    """The values of one metric; of successful trials only, where it has one.

    Attributes:
        name: of the metric.
        values: numbers, all finite.
        settings: number of the setting of each value.
        prompts: number of the prompt of each value.
        rate: each value is 0 or 1, so that the mean is a share.
    """

    name: str
    values: NDArray[Any]
    settings: NDArray[Any]
    prompts: NDArray[Any]
    rate: bool = False

    def of(self, chosen: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the values of some places and their prompts."""
        return self.values[chosen], self.prompts[chosen]


def measure(trials: Trials, name: str) -> Measured:
    """Return a metric of all successful trials.

    Args:
        trials: of a sweep.
        name: a column of numbers, the name of a scorer, or one of
            `ocinb.sweep.metrics.METRICS`.

    Raises:
        ParameterError: there is no such metric, or it is a text.
    """
    column = trials.scores.get(name, name)
    metric = METRICS.get(name)
    if column in trials.frame:
        return _of_column(trials, column, rate=bool(metric and metric.rate))
    if metric is None:
        raise _unknown(trials, name)
    places, values = answers_of(trials, metric)
    return _of(trials, name, values, places, rate=metric.rate)


def usual(trials: Trials) -> list[str]:
    """Return the metrics that a summary tells if nothing else is asked."""
    names = [*_USUAL, *trials.scores.values()]
    return [name for name in names if _is_number(trials, name)]


def higher_is_better(
    trials: Trials, name: str, *, higher: bool | Mapping[str, bool] | None
) -> bool:
    """Tell which way a metric is better.

    Args:
        trials: of a sweep.
        name: of the metric.
        higher: what the user said, if anything; a mapping says it by name.

    Raises:
        ParameterError: nobody knows.
    """
    said = higher.get(name) if isinstance(higher, Mapping) else higher
    if said is not None:
        return said
    if name in trials.scores or name in trials.scores.values():
        return True
    better = METRICS[name].better if name in METRICS else None
    if better is None:
        shown = one_line(name, 60)
        msg = f"which way is better is not known of {shown}"
        raise ParameterError(
            msg, hint="say higher=True or higher=False, or {name: True} for each"
        )
    return better == "higher"


def _of_column(trials: Trials, column: str, *, rate: bool) -> Measured:
    import numpy as np  # noqa: PLC0415 - heavy, and only a summary needs it

    values = _numbers(trials, column)
    places = (np.isfinite(values) & trials.is_ok).nonzero()[0]
    found = values[places]
    is_score = column in trials.scores.values()
    share = rate or (is_score and bool(np.isin(found, (0.0, 1.0)).all()))
    return _of(trials, column, found, places, rate=share)


def _of(trials: Trials, name: str, values: Any, places: Any, *, rate: bool) -> Measured:
    frame = trials.frame
    settings, prompts = frame["setting"].to_numpy(), frame["prompt"].to_numpy()
    return Measured(name, values, settings[places], prompts[places], rate)


def _numbers(trials: Trials, column: str) -> Any:
    try:
        return trials.frame[column].to_numpy(dtype=float, na_value=float("nan"))
    except (TypeError, ValueError) as error:
        msg = f"{one_line(column, 60)} holds no numbers, so it has no mean"
        raise ParameterError(msg, hint="df shows what it holds") from error


def _is_number(trials: Trials, column: str) -> bool:
    try:
        return bool(measure(trials, column).values.size)
    except ParameterError:
        return False


def _unknown(trials: Trials, name: str) -> ParameterError:
    listed: Sequence[str] = [*trials.scores.values(), *METRICS]
    msg = f"there is no metric {one_line(name, 60)}"
    return ParameterError(msg, hint=f"there are: {', '.join(listed)}")
