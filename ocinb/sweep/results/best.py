"""Which setting is best, said only where the trials can tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ocinb.errors import ParameterError
from ocinb.sweep.metrics import Interval, cluster_interval
from ocinb.sweep.results.difference import LEVEL, difference_of
from ocinb.sweep.results.measured import higher_is_better, measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ocinb.sweep.results.trials import Trials
    from ocinb.sweep.values import Setting

__all__ = ["Best", "best_of"]


@dataclass(frozen=True, repr=False)
class Best:
    """The setting with the best mean, and those that may be as good.

    Attributes:
        metric: what was compared.
        higher: whether more is better.
        leader: the setting with the best mean.
        value: that mean.
        interval: its 95 % interval.
        ties: other settings that cannot be told from it, the next best first.
        then: what chose among those that were tied in `metric`; "" if nothing did.
        note: one line that a reader should know; "" if there is none.
    """

    metric: str
    higher: bool
    leader: Setting
    value: float
    interval: Interval
    ties: tuple[Setting, ...] = ()
    then: str = ""
    note: str = ""

    @property
    def distinguishable(self) -> bool:
        """Whether the leader is better than every other setting, beyond chance."""
        return not self.ties

    @property
    def setting(self) -> Setting:
        """The best setting.

        Raises:
            ParameterError: others may be as good; `leader` and `ties` are they.
        """
        if self.ties:
            others = "; ".join(map(str, self.ties[:3]))
            more = f" and {len(self.ties) - 3} more" if len(self.ties) > 3 else ""  # noqa: PLR2004 - as many as are named
            msg = (
                f"no best {self._what}: {self.leader} is not distinguishable from "
                f"{others}{more}"
            )
            raise ParameterError(
                msg, hint="more prompts or repeats tell, or then=, or take .leader"
            )
        return self.leader

    def __repr__(self) -> str:
        low, high = self.interval.low, self.interval.high
        told = (
            f"{self.leader}: {self.metric} {self.value:.3g} "
            f"(95 % interval {low:.3g} to {high:.3g})"
        )
        if self.ties:
            told += f"; not distinguishable from {'; '.join(map(str, self.ties))}"
        if self.then:
            told += f"; among equals by {self.then}"
        return f"{told}; {self.note}" if self.note else told

    @property
    def _what(self) -> str:
        return f"{self.metric}, then {self.then}" if self.then else self.metric


def best_of(
    trials: Trials,
    metric: str,
    then: str | None = None,
    *,
    higher: bool | Mapping[str, bool] | None = None,
) -> Best:
    """Return the best setting by a metric.

    A setting is as good as the leader if the interval of their difference, paired by
    prompt, holds 0. The intervals of all comparisons hold together with 95 % (see
    `difference_of`), since the best of many is often so by chance.

    Args:
        trials: of a sweep.
        metric: see `measure`.
        then: chooses among those that are as good.
        higher: see `higher_is_better`; a bool is said of `metric` alone.

    Raises:
        ParameterError: there is no such metric or no value of it, or nobody knows which
            way is better.
    """
    found = _first(trials, metric, trials.settings, higher=higher)
    if not found.ties or then is None:
        return found
    told = higher if not isinstance(higher, bool) else None
    among = (found.leader, *found.ties)
    second = _first(trials, then, among, higher=told)
    own = _first(trials, metric, (second.leader,), higher=higher)
    return replace(own, ties=second.ties, then=then, note=second.note)


def _first(
    trials: Trials,
    metric: str,
    among: Sequence[Setting],
    *,
    higher: bool | Mapping[str, bool] | None,
) -> Best:
    measured = measure(trials, metric)
    is_higher = higher_is_better(trials, metric, higher=higher)
    samples = {s.number: measured.of(measured.settings == s.number) for s in among}
    means = {n: values.mean() for n, (values, _) in samples.items() if values.size}
    if not means:
        msg = f"no trial has a value of {metric} yet"
        raise ParameterError(msg, hint="df shows what there is")
    order = sorted(means, key=lambda n: -means[n] if is_higher else means[n])
    by_number = {setting.number: setting for setting in among}
    leader = order[0]
    values, prompts = samples[leader]
    ties = tuple(
        by_number[other]
        for other in order[1:]
        if difference_of(measured, leader, other, comparisons=len(order) - 1).holds(0)
    )
    return Best(
        measured.name,
        is_higher,
        by_number[leader],
        float(means[leader]),
        cluster_interval(values, prompts, level=LEVEL, rate=measured.rate),
        ties,
        note=_note(trials, leader, [s for s in among if s.number not in means]),
    )


def _note(trials: Trials, leader: int, without: Sequence[Setting]) -> str:
    frame = trials.frame
    of_leader = (frame["setting"] == leader).to_numpy(dtype=bool)
    failed = int((of_leader & ~trials.is_ok).sum())
    told = []
    if failed:
        told.append(f"{failed} of its {int(of_leader.sum())} trials failed")
    if without:
        told.append(f"{len(without)} settings have no value and were left out")
    return "; ".join(told)
