"""What an exchange tells whoever listens, in order and with its times."""

from __future__ import annotations

from ocinb.errors import ServerError
from ocinb.wire.exchange import Told
from ocinb.wire.notices import Answered, Sent, Waiting
from tests.unit.wire.course import BUSY, GOOD, call_of, failed, run


def nobody(_: object) -> None:
    """Stand for a listener; the course itself keeps the notices."""


def test_a_good_answer_is_a_request_and_its_head():
    sent, answered = run(GOOD, call=call_of(tell=nobody), takes_s=0.25).notices

    assert isinstance(sent, Sent)
    assert isinstance(answered, Answered)
    assert (sent.attempt, sent.at_s) == (1, 0)
    assert sent.url.endswith("/predict")
    assert (answered.attempt, answered.at_s) == (1, 0.25)
    assert (answered.status, answered.request_id) == (200, "A/B/C")


def test_a_retry_is_told_before_it_is_waited_for():
    course = run(BUSY, GOOD, call=call_of(tell=nobody))
    kinds = [type(notice) for notice in course.notices]
    (wait,) = (notice for notice in course.notices if isinstance(notice, Waiting))

    assert kinds == [Sent, Answered, Waiting, Sent, Answered]
    assert wait.attempt == 1
    assert wait.seconds == course.waits[0]
    assert type(wait.error) is ServerError


def test_an_answer_that_never_came_has_no_head():
    gone = ServerError("gone", phase="headers")
    _, course = failed(gone, call=call_of(tell=nobody))

    assert [type(notice) for notice in course.notices] == [Sent]


def test_where_nobody_listens_nothing_is_told():
    assert run(BUSY, GOOD).only(Told) == []
