"""How sure the model was of its own words.

Servers may report log-probabilities before or after temperature and top-p are applied:
vLLM's are of the raw model unless it was started with another `--logprobs-mode`. So a
perplexity says how likely the text is to the model, and not how it was sampled; compare
it among settings of one deployment only.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocinb.sweep.values import Row

__all__ = ["mean_logprob", "perplexity"]


def mean_logprob(row: Row) -> float | None:
    """Return the mean log-probability of an answer's tokens.

    sum(ln p) / n over the tokens that had one; None if there were none (`logprobs=True`
    asks for them). May be from before temperature is applied: see the module. Unit:
    nats per token, up to 0.
    """
    if row.logprob_sum is None or not row.logprob_count:
        return None
    return row.logprob_sum / row.logprob_count


def perplexity(row: Row) -> float | None:
    """Return the perplexity of an answer to the model that wrote it.

    exp(-mean_logprob), as in Jelinek et al. 1977: among how many equally likely tokens
    it chose on average. None as in `mean_logprob`, and where it is too large a number.
    Unit: tokens, from 1.
    """
    mean = mean_logprob(row)
    if mean is None:
        return None
    try:
        return math.exp(-mean)
    except OverflowError:
        return None
