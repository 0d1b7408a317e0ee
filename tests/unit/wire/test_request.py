"""A request as the transport is given it."""

from __future__ import annotations

import pytest

from ocinb.wire.request import Request, Timeouts


@pytest.mark.parametrize(
    ("idle_s", "total_s", "read_s"),
    [
        (60.0, None, 60.0),
        (None, 65.0, 65.0),
        (60.0, 65.0, 60.0),
        (60.0, 5.0, 5.0),
        (None, None, None),
    ],
)
def test_one_read_waits_for_the_shorter_of_idle_and_total(
    idle_s: float | None, total_s: float | None, read_s: float | None
):
    assert Timeouts(idle_s=idle_s, total_s=total_s).read_s == read_s


def test_a_request_is_a_post_with_the_usual_time_outs():
    request = Request("https://host/x/predict", {})

    assert request.method == "POST"
    assert request.timeouts == Timeouts(connect_s=10, idle_s=60, total_s=None)


def test_headers_and_body_stay_out_of_the_repr():
    request = Request("https://host/x/predict", {"x-key": "hunter2"}, b"hunter3")

    assert "hunter" not in repr(request)
