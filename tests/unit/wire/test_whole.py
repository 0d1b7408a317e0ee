"""Bodies that are read whole, and the total time-out."""

from __future__ import annotations

import pytest

from ocinb.errors import AnswerError, TimedOut
from ocinb.wire.deadline import Deadline
from ocinb.wire.request import Timeouts
from ocinb.wire.whole import WHOLE_LIMIT, Whole


class TestWhole:
    def test_pieces_are_joined(self):
        whole = Whole()
        for piece in (b"a", b"", b"bc"):
            whole.add(piece)

        assert whole.joined() == b"abc"

    def test_a_body_up_to_the_limit_is_taken(self):
        whole = Whole(limit=3)
        whole.add(b"abc")

        assert whole.joined() == b"abc"

    def test_a_longer_one_is_refused_by_a_named_limit(self):
        whole = Whole(limit=3)
        whole.add(b"abc")

        with pytest.raises(AnswerError) as caught:
            whole.add(b"d")

        assert str(caught.value) == "the answer is longer than 3 bytes (phase answer)"

    def test_the_limit_is_well_over_what_answers_need(self):
        assert WHOLE_LIMIT == 64 * 1024 * 1024


class TestDeadline:
    def test_without_a_total_time_out_it_never_runs_out(self):
        Deadline(Timeouts(total_s=None)).check()

    def test_within_the_time_nothing_happens(self):
        Deadline(Timeouts(total_s=60)).check()

    def test_after_it_the_time_out_is_named_with_its_value(self):
        deadline = Deadline(Timeouts(total_s=-0.5))

        with pytest.raises(TimedOut) as caught:
            deadline.check()

        assert caught.value.message == (
            "the answer took longer than the total time-out of -0.5 s"
        )
        assert caught.value.phase == "stream"
        assert "raise timeout" in caught.value.hint
