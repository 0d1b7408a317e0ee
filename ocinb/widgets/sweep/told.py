"""A sweep's progress in words, and as a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ocinb.errors import one_line
from ocinb.rendering import escape
from ocinb.sweep.running.progress import in_words

if TYPE_CHECKING:
    from ocinb.sweep.running import Progress
    from ocinb.widgets.sweep.speed import Speed

__all__ = ["bar_html", "doubts", "head", "pace", "trouble"]

CLIENT_BOUND_S: Final = 0.02
"""How late the event loop may come before times are not the server's alone."""

UNLIMITED_PER_S: Final = 1_000
"""A rate from which on it is not told, for nothing waits for it."""

_TROUBLE: Final = 160

PARTS: Final = {
    "kept": "in the store already",
    "ok": "answered",
    "failed": "failed",
    "cut": "not sent",
}
"""The parts of a bar, from left to right."""


def head(progress: Progress) -> str:
    """Return what a sweep does, and how far it is, in a few words."""
    counted = f"{progress.done:,} of {progress.total:,} trials"
    return f"{counted} · {_state(progress)}"


def _state(progress: Progress) -> str:
    spent = in_words(progress.elapsed_s)
    if progress.state == "done":
        return f"done in {spent}"
    if progress.is_over:
        why = one_line(progress.stopped, _TROUBLE)
        return f"{progress.state} after {spent}" + (f": {why}" if why else "")
    if progress.state == "paused":
        return f"paused after {spent}"
    if progress.eta_s is None:
        return f"running for {spent}"
    return f"about {in_words(progress.eta_s)} left"


def pace(progress: Progress, speed: Speed) -> str:
    """Return how fast it is, and what keeps it from being faster."""
    if progress.is_over:
        return _pace_of_all(progress)
    told = [
        f"{speed.trials_per_s:.3g} trials/s",
        f"{speed.tokens_per_s:,.0f} tokens/s",
        f"{progress.open:,} open of at most {progress.at_once:,}",
    ]
    if progress.per_s < UNLIMITED_PER_S:
        told.append(f"at most {progress.per_s:.3g} starts/s")
    if progress.refused:
        told.append(f"{progress.refused:,} refused (429)")
    if progress.closed_s:
        told.append(f"the server asks to wait {progress.closed_s:.0f} s")
    return " · ".join(told)


def _pace_of_all(progress: Progress) -> str:
    answered, seconds = progress.ok + progress.failed, progress.elapsed_s
    if not answered or seconds <= 0:
        return ""
    told = [f"{answered / seconds:.3g} trials/s"]
    told.append(f"{progress.tokens / seconds:,.0f} tokens/s")
    if progress.refused:
        told.append(f"{progress.refused:,} refused (429)")
    return " · ".join(told)


def trouble(progress: Progress) -> str:
    """Return what went wrong last, in one line; "" if nothing did."""
    if not progress.trouble:
        return ""
    return f"last trouble: {one_line(progress.trouble, _TROUBLE)}"


def doubts(progress: Progress) -> str:
    """Return whether this machine is the bottleneck; "" if it is not.

    When a sweep is over its result tells.
    """
    if progress.lag_s <= CLIENT_BOUND_S or progress.is_over:
        return ""
    return (
        f"client-bound: this machine comes {progress.lag_s * 1000:.0f} ms late (95th "
        "percentile), so times are not the server's alone"
    )


def bar_html(progress: Progress) -> str:
    """Return a bar with a part for each thing that becomes of trials, and its key."""
    counts = {name: int(getattr(progress, name)) for name in PARTS}
    total = max(1, progress.total)
    parts = "".join(
        f'<i class="ocinb-{name}" style="width:{100 * count / total:.2f}%"></i>'
        for name, count in counts.items()
        if count
    )
    key = "".join(
        f'<span><i class="ocinb-{name}"></i>{count:,} {told}</span>'
        for (name, told), count in zip(PARTS.items(), counts.values(), strict=True)
        if count
    )
    said = escape(head(progress))
    return (
        '<div class="ocinb ocinb-progress"><div class="ocinb-bar" role="progressbar" '
        f'aria-label="trials" aria-valuemin="0" aria-valuemax="{progress.total}" '
        f'aria-valuenow="{progress.done}" aria-valuetext="{said}">{parts}</div>'
        f'<div class="ocinb-key">{key}</div></div>'
    )
