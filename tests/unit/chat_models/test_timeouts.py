"""The user's time-outs as the three of the wire."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

from ocinb.chat_models.timeouts import timeouts_of
from ocinb.errors import ParameterError
from ocinb.wire.request import Timeouts
from tests.unit.chat_models.recorder import make


class TestDefaults:
    def test_a_stream_may_pause_a_minute_and_last_for_ever(self):
        assert timeouts_of(None, stream=True) == Timeouts(10, 60, None)

    def test_a_whole_answer_may_take_a_little_longer_than_oracles_limit(self):
        assert timeouts_of(None, stream=False) == Timeouts(10, None, 65)


class TestGiven:
    def test_a_number_bounds_the_pauses_of_a_stream(self):
        assert timeouts_of(5, stream=True) == Timeouts(10, 5, None)

    def test_a_number_bounds_the_whole_of_an_answer(self):
        assert timeouts_of(0.5, stream=False) == Timeouts(10, None, 0.5)

    @pytest.mark.parametrize("stream", [True, False])
    def test_parts_are_taken_as_they_are(self, *, stream: bool):
        given = {"connect": 1, "idle": 2, "total": 3}

        assert timeouts_of(given, stream=stream) == Timeouts(1, 2, 3)

    def test_missing_parts_are_the_defaults(self):
        assert timeouts_of({"idle": 5}, stream=True) == Timeouts(10, 5, None)
        assert timeouts_of({"idle": 5}, stream=False) == Timeouts(10, 5, 65)
        assert timeouts_of({}, stream=False) == Timeouts(10, None, 65)

    def test_none_as_a_part_waits_for_ever(self):
        given = {"connect": None, "idle": None, "total": None}

        assert timeouts_of(given, stream=False) == Timeouts(None, None, None)

    def test_a_number_of_another_library_counts(self):
        assert timeouts_of(Fraction(1, 2), stream=True) == Timeouts(10, 0.5, None)

    @pytest.mark.parametrize("seconds", [10**7, 1e300, 10**400])
    def test_more_than_a_socket_takes_is_three_weeks(self, seconds: float):
        assert timeouts_of({"idle": seconds}, stream=True).idle_s == 2_000_000

    def test_a_model_passes_its_own_on(self):
        call = make(timeout={"idle": 5})._call(b"{}", stream=True)

        assert call.timeouts == Timeouts(10, 5, None)

    @pytest.mark.parametrize("retries", [0, 1, 3])
    def test_a_model_passes_its_retries_on_as_they_are(self, retries: int):
        call = make(max_retries=retries)._call(b"{}", stream=True)

        assert call.policy.max_retries == retries


class TestRefused:
    @pytest.mark.parametrize(
        "value",
        [0, -1, 0.0, math.nan, math.inf, -math.inf, "x", "5", True, [5], (1, 2)],
    )
    @pytest.mark.parametrize("part", [None, "connect", "idle", "total"])
    def test_what_is_no_number_of_seconds_above_zero(
        self, value: Any, part: str | None
    ):
        with pytest.raises(ParameterError) as caught:
            timeouts_of(value if part is None else {part: value}, stream=True)

        name = "timeout" if part is None else f"timeout[{part!r}]"
        assert str(caught.value) == (f"{name} must be a number > 0 s (got {value!r})")

    @pytest.mark.parametrize("part", ["read", "", 5, "Idle"])
    def test_a_part_that_there_is_not(self, part: Any):
        with pytest.raises(ParameterError) as caught:
            timeouts_of({part: 5}, stream=True)

        assert str(caught.value) == (
            f"timeout has no part {part!r} (connect, idle, total)"
        )
