"""Every metric, once: columns, directions of better, help and docs derive from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ocinb.sweep import timing
from ocinb.sweep.metrics import agreement, diversity, logprobs, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ocinb.sweep.values import Row

__all__ = ["METRICS", "Better", "Metric", "measured", "measured_together"]

Better: TypeAlias = Literal["higher", "lower"]


@dataclass(frozen=True)
class Metric:
    """One thing that is measured.

    Attributes:
        name: its column.
        unit: of its values; "" for a plain number, "share" for 0 to 1.
        better: which way is better; None where it depends on what one wants.
        help: one sentence for a reader of a table.
        kind: `row`: of one answer; `group`: of all repeats of one (setting, prompt).
        of: the function, whose docstring has formula and source. It takes a `Row`, or
            the texts of a group, and returns None where there is no value.
        rate: each value is 0 or 1, so that its mean is a share of answers.
    """

    name: str
    unit: str
    better: Better | None
    help: str
    kind: Literal["row", "group"]
    of: Callable[[Any], float | None]
    rate: bool = False


def measured(row: Row, names: Sequence[str] = ()) -> dict[str, float | None]:
    """Return the metrics of one row; None where one has no value.

    A failed trial has none but `queue_s`, `attempts` and `lag_s`: percentiles and means
    are over successful ones.

    Args:
        row: a finished trial.
        names: metrics of kind `row`; all of them if empty.
    """
    is_ok = row.status == "ok"
    return {
        name: _number(METRICS[name].of(row)) if is_ok or name in _OF_FAILED else None
        for name in names or _OF_ROWS
    }


def measured_together(
    rows: Sequence[Row], names: Sequence[str] = ()
) -> dict[str, float | None]:
    """Return the metrics of all repeats of one (setting, prompt); failed ones aside.

    Args:
        rows: the repeats.
        names: metrics of kind `group`; all of them if empty.
    """
    texts = [row.text for row in rows if row.status == "ok"]
    return {name: METRICS[name].of(texts) for name in names or _OF_GROUPS}


def _number(value: float | None) -> float | None:
    """Return True as 1.0, so that a column holds numbers of one type."""
    return None if value is None else float(value)


def _row(
    name: str,
    unit: str,
    better: Better | None,
    of: Callable[[Row], float | None],
    help_: str,
    *,
    rate: bool = False,
) -> Metric:
    return Metric(name, unit, better, help_, "row", of, rate)


def _group(
    name: str,
    unit: str,
    of: Callable[[Sequence[str]], float | None],
    help_: str,
) -> Metric:
    # Whether answers should be alike depends on what they are for.
    return Metric(name, unit, None, help_, "group", of)


def _queue_s(row: Row) -> float:
    """Return t_s - t_q in seconds: waiting for a turn and between attempts."""
    return row.queue_s


def _ttft_s(row: Row) -> float | None:
    """Return t_1 - t_s in seconds, from the request to the first event with content."""
    return row.ttft_s


def _e2e_s(row: Row) -> float:
    """Return t_e - t_s in seconds, from the request to the end of the answer."""
    return row.e2e_s


def _lag_s(row: Row) -> float:
    """Return how late the event loop came at most, in seconds."""
    return row.lag_s


def _tpot_s(row: Row) -> float | None:
    return timing.tpot_s(row.ttft_s, row.e2e_s, row.completion_tokens)


def _itl_mean_s(row: Row) -> float | None:
    return timing.itl_mean_s(row.content_s, row.completion_tokens)


def _output_tokens_per_s(row: Row) -> float | None:
    return timing.output_tokens_per_s(row.e2e_s, row.completion_tokens)


def _prompt_tokens(row: Row) -> int | None:
    return row.prompt_tokens


def _completion_tokens(row: Row) -> int | None:
    return row.completion_tokens


def _attempts(row: Row) -> int:
    return row.attempts


_ALL: Final = (
    _row("ttft_s", "s", "lower", _ttft_s, "time to the first token"),
    _row("tpot_s", "s", "lower", _tpot_s, "time per output token after the first"),
    _row("itl_mean_s", "s", "lower", _itl_mean_s, "mean time between two tokens"),
    _row("e2e_s", "s", "lower", _e2e_s, "time of the whole answer"),
    _row(
        "output_tokens_per_s",
        "tokens/s",
        "higher",
        _output_tokens_per_s,
        "completion tokens by the time of the whole answer",
    ),
    _row("queue_s", "s", "lower", _queue_s, "time in our own queue and between tries"),
    _row("lag_s", "s", "lower", _lag_s, "how late this machine came, at most"),
    _row("attempts", "requests", "lower", _attempts, "requests that a trial took"),
    _row("prompt_tokens", "tokens", None, _prompt_tokens, "as the server counted"),
    _row(
        "completion_tokens", "tokens", None, _completion_tokens, "as the server counted"
    ),
    _row(
        *("truncated", "share", "lower", text.truncated),
        "answers cut off at max_tokens or the end of the context",
        rate=True,
    ),
    _row(
        *("empty", "share", "lower", text.empty),
        "answers without text and without tool calls",
        rate=True,
    ),
    _row("characters", "characters", None, text.characters, "length of the text"),
    _row("words", "words", None, text.words, "length of the text, by white space"),
    _row(
        *("mean_logprob", "nats/token", None, logprobs.mean_logprob),
        "mean log-probability of the tokens; may be from before temperature",
    ),
    _row(
        *("perplexity", "tokens", None, logprobs.perplexity),
        "exp(-mean_logprob); may be from before temperature",
    ),
    _group(
        *("distinct_1", "share", lambda texts: diversity.distinct(texts, 1)),
        "different words by all words of the repeats; falls with length",
    ),
    _group(
        *("distinct_2", "share", lambda texts: diversity.distinct(texts, 2)),
        "different pairs of words by all pairs of the repeats; falls with length",
    ),
    _group(
        *("distinct_3", "share", lambda texts: diversity.distinct(texts, 3)),
        "different runs of 3 words by all such of the repeats; falls with length",
    ),
    _group(
        *("distinct_adjusted", "", diversity.adjusted_distinct),
        "different words by how many were likely at that length",
    ),
    _group(
        *("unique_rate", "share", diversity.unique_rate),
        "different answers by all repeats",
    ),
    _group(
        *("similarity", "share", diversity.similarity),
        "how alike two repeats are: runs of 3 words in common",
    ),
    _group(
        *("exact_agreement", "share", agreement.exact_agreement),
        "pairs of repeats that are the same text",
    ),
    _group(
        *("self_consistency", "share", agreement.self_consistency),
        "repeats that gave the most frequent answer",
    ),
    _group(
        *("entropy_bits", "bits", agreement.entropy_bits),
        "how uncertain the answer is; 0 if all repeats are the same",
    ),
)

METRICS: Final[Mapping[str, Metric]] = {metric.name: metric for metric in _ALL}
"""Every metric by its name, in the order of columns."""

_OF_FAILED: Final = frozenset({"queue_s", "attempts", "lag_s"})
_OF_ROWS: Final = [each.name for each in _ALL if each.kind == "row"]
_OF_GROUPS: Final = [each.name for each in _ALL if each.kind == "group"]
