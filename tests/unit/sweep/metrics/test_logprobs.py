"""How sure the model was of its own words."""

from __future__ import annotations

from math import log

import pytest

from ocinb.sweep.metrics.logprobs import mean_logprob, perplexity
from tests.unit.sweep.metrics.rows import row


def test_perplexity_is_the_number_of_equally_likely_tokens():
    sure = row("x", logprob_sum=3 * log(1 / 4), logprob_count=3)
    assert mean_logprob(sure) == pytest.approx(-1.386294)
    assert perplexity(sure) == pytest.approx(4)


def test_without_logprobs_there_is_neither():
    assert mean_logprob(row("x")) is None
    assert perplexity(row("x", logprob_sum=0.0)) is None


def test_a_perplexity_that_no_number_holds_is_none():
    assert perplexity(row("x", logprob_sum=-9999.0, logprob_count=1)) is None
