"""How much a deployment did at once: throughput, goodput and peak concurrency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocinb.errors import ParameterError
from ocinb.sweep.timing import tpot_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ocinb.sweep.values import Row

__all__ = ["Goodput", "Throughput", "goodput", "peak_concurrency", "throughput"]


@dataclass(frozen=True)
class Throughput:
    """What was answered in a time.

    Attributes:
        seconds: from the first request to the end of the last answer, by the wall
            clock; the last attempt of a trial counts.
        requests_per_s: answers / seconds.
        output_tokens_per_s: completion tokens / seconds; None if the server did not
            count those of some answer.
    """

    seconds: float
    requests_per_s: float
    output_tokens_per_s: float | None


@dataclass(frozen=True)
class Goodput:
    """What was answered well enough.

    Attributes:
        share: of all trials, failed ones among them, that met every limit.
        requests_per_s: those / seconds of `throughput`; None where it has none.
    """

    share: float
    requests_per_s: float | None


def throughput(rows: Sequence[Row]) -> Throughput | None:
    """Return the throughput of a sweep over its successful trials.

    Definitions of vLLM's `vllm bench serve` ("request throughput", "output token
    throughput"), but for the time of attempts that failed, which is in the duration.
    None if no trial succeeded. Units: 1/s, tokens/s.

    Args:
        rows: of one sweep that ran without a break; a sweep that was resumed has its
            pause in the duration.
    """
    answered = [row for row in rows if row.status == "ok"]
    seconds = _seconds(rows)
    if not answered or seconds <= 0:
        return None
    counts = [row.completion_tokens for row in answered]
    known = [count for count in counts if count is not None]
    rate = sum(known) / seconds if len(known) == len(counts) else None
    return Throughput(seconds, len(answered) / seconds, rate)


def goodput(
    rows: Sequence[Row],
    *,
    max_ttft_s: float | None = None,
    max_tpot_s: float | None = None,
    max_e2e_s: float | None = None,
) -> Goodput | None:
    """Return how many trials met every limit, as a share and by the second.

    From Zhong et al. 2024, "DistServe"; counted as vLLM's `vllm bench serve --goodput`
    does: requests that met all limits / duration. A limit on what was not measured (the
    answer was not streamed) is not met; an answer of one token has no TPOT and meets
    that limit. None without rows. Units: share, 1/s.

    Args:
        rows: as in `throughput`.
        max_ttft_s: time to the first token, in seconds.
        max_tpot_s: time per output token after the first, in seconds.
        max_e2e_s: the whole answer, in seconds.

    Raises:
        ParameterError: there is no limit.
    """
    limits = (max_ttft_s, max_tpot_s, max_e2e_s)
    if limits == (None, None, None):
        msg = "goodput needs a limit: max_ttft_s, max_tpot_s or max_e2e_s"
        raise ParameterError(msg)
    if not rows:
        return None
    good = sum(_is_good(row, *limits) for row in rows)
    seconds = _seconds(rows)
    return Goodput(good / len(rows), good / seconds if seconds > 0 else None)


def peak_concurrency(rows: Iterable[Row]) -> int:
    """Return how many requests were under way at once at most.

    A request is from `started_at` to `started_at + e2e_s`; one that ends as another
    starts is not beside it. The last attempt of a trial counts. Unit: requests.

    Args:
        rows: of one sweep.
    """
    moments = [
        moment
        for row in rows
        for moment in ((row.started_at, 1), (row.started_at + row.e2e_s, -1))
    ]
    now = most = 0
    for _, change in sorted(moments):
        now += change
        most = max(most, now)
    return most


def _seconds(rows: Sequence[Row]) -> float:
    if not rows:
        return 0.0
    end = max(row.started_at + row.e2e_s for row in rows)
    return end - min(row.started_at for row in rows)


def _is_good(
    row: Row, ttft_s: float | None, tpot_limit_s: float | None, e2e_s: float | None
) -> bool:
    one_token = row.completion_tokens == 1
    tpot = 0.0 if one_token else tpot_s(row.ttft_s, row.e2e_s, row.completion_tokens)
    pairs = ((row.ttft_s, ttft_s), (tpot, tpot_limit_s), (row.e2e_s, e2e_s))
    return row.status == "ok" and all(
        limit is None or (measured is not None and measured <= limit)
        for measured, limit in pairs
    )
