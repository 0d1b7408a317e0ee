"""The list of probes: one a parameter, each with few and valid requests."""

from __future__ import annotations

import warnings

import pytest

from ocinb.chat_models.effects.probes import PLAIN, PROBES
from ocinb.sampling import PARAMETERS, ParameterWarning, check, check_together

LONGEST = 48


def test_every_parameter_has_one_probe() -> None:
    assert set(PROBES) == set(PARAMETERS)
    assert all(name == probe.name for name, probe in PROBES.items())


@pytest.mark.parametrize("name", PROBES)
def test_a_probe_sends_the_parameter_that_it_tries(name: str) -> None:
    tried = [ask.params for ask in PROBES[name].asks if name in ask.params]
    assert tried
    assert all(
        ask.tries in ask.params
        for probe in PROBES.values()
        for ask in probe.asks
        if ask.tries
    )


@pytest.mark.parametrize("name", PROBES)
def test_a_probe_sends_only_values_that_are_valid(name: str) -> None:
    for ask in PROBES[name].asks:
        sampling = {k: v for k, v in ask.params.items() if k in PARAMETERS}
        with warnings.catch_warnings():
            if PARAMETERS[name].obsolete:
                warnings.simplefilter("ignore", ParameterWarning)
            check_together({k: check(k, v) for k, v in sampling.items()})


@pytest.mark.parametrize("name", PROBES)
def test_a_probe_asks_for_few_tokens_and_fixes_the_seed(name: str) -> None:
    for ask in PROBES[name].asks:
        assert 1 <= ask.params["max_tokens"] <= LONGEST
        assert "seed" in ask.params


def test_the_plain_request_tries_nothing() -> None:
    assert PLAIN.tries == ""
    assert set(PLAIN.params) == {"temperature", "seed", "max_tokens"}


def test_twins_are_two_requests() -> None:
    first, again = PROBES["stop"].asks[:2]
    assert first.params == again.params
    assert first != again
