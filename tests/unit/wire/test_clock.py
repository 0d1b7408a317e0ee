"""How far two clocks are apart."""

from __future__ import annotations

import pytest

from ocinb.wire.clock import ago, skew_s

NOON = "Tue, 01 Dec 2026 12:00:00 GMT"
NOON_S = 1_796_126_400.0


@pytest.mark.parametrize("late_s", [0.0, 400.0, -400.0])
def test_the_server_is_ahead_by_as_much_as_we_are_behind(late_s: float) -> None:
    assert skew_s({"date": NOON}, NOON_S - late_s) == late_s


@pytest.mark.parametrize("headers", [{}, {"date": "yesterday"}, {"date": ""}])
def test_without_a_date_nothing_is_known(headers: dict[str, str]) -> None:
    assert skew_s(headers, NOON_S) is None


def test_hours_are_said_where_minutes_would_be_many() -> None:
    assert ago(600) == "10 min ago"
    assert ago(7 * 3600) == "7 h ago"
