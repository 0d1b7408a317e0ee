"""Rules that join several sampling parameters, as vLLM answers them with 400."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.errors import ParameterError
from ocinb.sampling import check_together


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"n": 1, "temperature": 0},
        {"n": 2, "temperature": 0.1},
        {"n": 2},
        {"n": 2, "temperature": 0, "use_beam_search": True},
        {"best_of": 2, "n": 2},
        {"best_of": 1},
        {"min_tokens": 10, "max_tokens": 10},
        {"min_tokens": 10},
        {"min_tokens": 10, "max_tokens": None},
        {"min_tokens": None, "max_tokens": 1},
        {"top_logprobs": 5, "logprobs": True},
        {"top_logprobs": 0},
        {"top_logprobs": None, "logprobs": None},
        {"n": None, "temperature": 0},
    ],
)
def test_parameters_that_go_together_are_let_through(values: dict[str, Any]):
    check_together(values)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            {"n": 2, "temperature": 0},
            (
                "n must be 1 when temperature is 0 (got n=2): all answers would be "
                "the same - raise temperature or leave n at 1"
            ),
        ),
        (
            {"best_of": 1, "n": 2, "temperature": 1},
            "best_of must be at least n (got best_of=1, n=2)",
        ),
        (
            {"min_tokens": 11, "max_tokens": 10},
            "min_tokens must be in [0, max_tokens] (got min_tokens=11, max_tokens=10)",
        ),
        ({"top_logprobs": 5}, "top_logprobs needs logprobs=True"),
        ({"top_logprobs": 5, "logprobs": False}, "top_logprobs needs logprobs=True"),
    ],
)
def test_parameters_that_cannot_go_together_are_refused_by_name(
    values: dict[str, Any], line: str
):
    with pytest.raises(ParameterError) as caught:
        check_together(values)

    assert str(caught.value) == line
