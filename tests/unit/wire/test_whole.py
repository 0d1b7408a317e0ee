"""Bodies that are read whole."""

from __future__ import annotations

import pytest

from ocinb.errors import AnswerError
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
