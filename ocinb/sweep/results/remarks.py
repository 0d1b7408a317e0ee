"""What a reader of results has to know before they believe them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from ocinb.errors import one_line
from ocinb.sweep.metrics import percentile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocinb.sweep.results.trials import Trials

__all__ = ["CLIENT_BOUND_S", "remarks_of"]

CLIENT_BOUND_S: Final = 0.02
"""How late the event loop may come in 95 of 100 trials before times are doubtful."""

_FEW_PROMPTS: Final = 8


def remarks_of(trials: Trials) -> list[str]:
    """Return one line for each thing that may fool a reader."""
    return [
        *_missing(trials),
        *_failed(trials),
        *_late(trials),
        *_few(trials),
        *_same(trials),
        *_logprobs(trials),
    ]


def _missing(trials: Trials) -> Iterator[str]:
    missing = trials.count - len(trials.frame)
    if missing > 0:
        yield f"{missing:,} of {trials.count:,} trials have no result yet"


def _failed(trials: Trials) -> Iterator[str]:
    failed = trials.frame[~trials.is_ok]
    if len(failed):
        kinds = Counter(failed["error_kind"].tolist()).most_common(5)
        named = ", ".join(
            f"{count:,} {one_line(kind, 40) or 'unknown'}" for kind, count in kinds
        )
        yield (
            f"{len(failed):,} of {len(trials.frame):,} trials failed ({named}): means and "
            "percentiles are of the others"
        )


def _late(trials: Trials) -> Iterator[str]:
    late_s = percentile(trials.frame["lag_s"].to_numpy(), 95)
    if late_s > CLIENT_BOUND_S:
        yield (
            f"client-bound: this machine came {late_s * 1000:.0f} ms late (95th "
            "percentile), so times are not the server's alone"
        )


def _few(trials: Trials) -> Iterator[str]:
    prompts = trials.frame["prompt"].nunique()
    if 0 < prompts < _FEW_PROMPTS:
        what = "1 prompt" if prompts == 1 else f"{prompts} prompts"
        yield f"only {what}: other prompts may well come out otherwise"


def _same(trials: Trials) -> Iterator[str]:
    """Tell of settings at temperature 0 whose repeats are no independent answers."""
    cold = [s.number for s in trials.settings if s.values.get("temperature") == 0]
    frame = trials.frame
    if cold and (frame.loc[frame["setting"].isin(cold), "repeat"] > 0).any():
        yield (
            "at temperature 0 repeats are about the same answer: they tell of the "
            "server's noise, and are no new evidence"
        )


def _logprobs(trials: Trials) -> Iterator[str]:
    if (trials.frame["logprob_count"] > 0).any():
        yield "log-probabilities may be from before temperature: compare them with care"
