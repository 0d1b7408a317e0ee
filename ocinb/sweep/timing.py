"""Formulas of latency, each with its unit and source."""

from __future__ import annotations

__all__ = ["itl_mean_s", "output_tokens_per_s", "tpot_s"]

_TWO = 2


def tpot_s(ttft_s: float | None, e2e_s: float, tokens: int | None) -> float | None:
    """Return the time per output token after the first, in seconds.

    `(e2e - ttft) / (n - 1)` with n = `usage.completion_tokens`, as vLLM's
    `vllm bench serve` has it; None if n < 2 or the answer was not streamed. Events of a
    stream are not tokens: a server may put several into one.

    Args:
        ttft_s: time to the first token, in seconds.
        e2e_s: from the request to the end of the answer, in seconds.
        tokens: completion tokens as the server counted them.
    """
    if ttft_s is None or tokens is None or tokens < _TWO:
        return None
    return (e2e_s - ttft_s) / (tokens - 1)


def itl_mean_s(content_s: float | None, tokens: int | None) -> float | None:
    """Return the mean inter-token latency in seconds.

    `(t_n - t_1) / (n - 1)`: from the first event with content to the last one, without
    what the server takes to close the stream; None as in `tpot_s`. The definition is
    NVIDIA's (GenAI-Perf, "inter token latency"), with the tokens of `usage`.

    Args:
        content_s: t_n - t_1 in seconds.
        tokens: completion tokens as the server counted them.
    """
    if content_s is None or tokens is None or tokens < _TWO:
        return None
    return content_s / (tokens - 1)


def output_tokens_per_s(e2e_s: float, tokens: int | None) -> float | None:
    """Return output tokens per second of one answer: n / e2e.

    Args:
        e2e_s: from the request to the end of the answer, in seconds.
        tokens: completion tokens as the server counted them.
    """
    if tokens is None or e2e_s <= 0:
        return None
    return tokens / e2e_s
