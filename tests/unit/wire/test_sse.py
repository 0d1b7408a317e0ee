"""Server-sent events out of bytes, whatever way the bytes were cut."""

from __future__ import annotations

import time
import tracemalloc
from itertools import pairwise

import pytest

from ocinb.errors import AnswerError
from ocinb.wire.sse import LINE_LIMIT, Decoder, Event

SAID = 'data: {"t":"Grüße 🙂"}\n\ndata: two\n\ndata: [DONE]\n\n'.encode()
HEARD = [Event('{"t":"Grüße 🙂"}'), Event("two"), Event("[DONE]")]


def events(*pieces: bytes) -> list[Event]:
    """Feed pieces one after the other, then end the stream."""
    decoder = Decoder()
    found = [event for piece in pieces for event in decoder.feed(piece)]
    return found + decoder.close()


def cut_at(raw: bytes, *borders: int) -> list[bytes]:
    return [raw[a:b] for a, b in pairwise([0, *borders, len(raw)])]


def feed_for_ever(decoder: Decoder, piece: bytes) -> None:
    while True:
        decoder.feed(
            bytes(bytearray(piece))
        )  # a new object each time, as from a socket


def bytewise(raw: bytes) -> list[bytes]:
    return [raw[i : i + 1] for i in range(len(raw))]


class TestLineEnds:
    @pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
    def test_each_of_the_three_line_ends_is_known(self, end: bytes):
        assert events(SAID.replace(b"\n", end)) == HEARD

    @pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
    def test_cutting_at_every_byte_changes_nothing(self, end: bytes):
        raw = SAID.replace(b"\n", end)

        for border in range(len(raw) + 1):
            assert events(*cut_at(raw, border)) == HEARD

    @pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
    def test_one_byte_at_a_time_changes_nothing(self, end: bytes):
        assert events(*bytewise(SAID.replace(b"\n", end))) == HEARD

    def test_line_ends_may_be_mixed(self):
        assert events(b"data: a\r\rdata: b\n\r\ndata: c\r\n\n") == [
            Event("a"),
            Event("b"),
            Event("c"),
        ]

    def test_a_cr_lf_cut_in_two_makes_no_empty_event(self):
        assert events(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == [Event("a\nb")]

    def test_an_empty_write_between_cr_and_lf_makes_no_difference(self):
        assert events(b"data: a\r", b"", b"\n\r\n") == [Event("a")]

    def test_an_event_is_known_as_soon_as_its_last_cr_has_come(self):
        assert Decoder().feed(b"data: a\r\r") == [Event("a")]

    @pytest.mark.parametrize(
        "separator", ["\u2028", "\u2029", "\x85", "\v", "\f", "\x1c", "\x1d", "\x1e"]
    )
    def test_characters_at_which_python_splits_lines_do_not_end_one(
        self, separator: str
    ):
        raw = f"data: one{separator}two\n\n".encode()

        assert events(raw) == [Event(f"one{separator}two")]
        assert events(*bytewise(raw)) == [Event(f"one{separator}two")]


class TestByteOrderMark:
    RAW = b"\xef\xbb\xbfdata: a\n\n"

    def test_a_mark_at_the_start_is_ignored(self):
        assert events(self.RAW) == [Event("a")]

    @pytest.mark.parametrize("borders", [(1,), (2,), (3,), (1, 2), (1, 2, 3)])
    def test_a_mark_may_come_in_pieces(self, borders: tuple[int, ...]):
        assert events(*cut_at(self.RAW, *borders)) == [Event("a")]

    def test_an_empty_first_write_does_not_hide_the_mark(self):
        assert events(b"", self.RAW) == [Event("a")]

    def test_only_the_first_mark_is_ignored(self):
        assert events(b"\xef\xbb\xbf" + self.RAW) == []

    def test_a_mark_inside_the_text_is_text(self):
        raw = "data: a\ufeffb\n\n".encode()

        assert events(*bytewise(raw)) == [Event("a\ufeffb")]

    def test_what_begins_like_a_mark_and_is_none_is_kept(self):
        assert events(b"\xef\xbb", b"data: a\n\ndata: b\n\n") == [Event("b")]
        assert events("ﻀ: c\ndata: a\n\n".encode()) == [Event("a")]

    def test_a_stream_of_half_a_mark_holds_nothing(self):
        assert events(b"\xef\xbb") == []


class TestFields:
    def test_data_lines_of_one_event_are_joined_by_newlines(self):
        assert events(b"data: a\ndata: b\ndata:\ndata: c\n\n") == [Event("a\nb\n\nc")]

    def test_the_space_after_the_colon_may_be_missing(self):
        assert events(b"data:a\n\n") == [Event("a")]

    def test_only_one_space_after_the_colon_is_dropped(self):
        assert events(b"data:  a \n\n") == [Event(" a ")]

    def test_a_tab_after_the_colon_is_data(self):
        assert events(b"data:\ta\n\n") == [Event("\ta")]

    def test_data_without_a_colon_is_an_empty_line(self):
        assert events(b"data: a\ndata\n\n") == [Event("a\n")]

    def test_a_colon_in_the_data_is_data(self):
        assert events(b"data: a: b\n\n") == [Event("a: b")]

    def test_comments_and_unknown_fields_are_ignored(self):
        raw = b": ping\n\n:\nid: 7\nretry: 100\nfoo: bar\nfoo\ndatax: y\ndata: a\n\n"

        assert events(raw) == [Event("a")]

    def test_a_comment_between_data_lines_does_not_part_them(self):
        assert events(b"data: a\n: ping\ndata: b\n\n") == [Event("a\nb")]

    def test_the_name_of_an_event_is_kept(self):
        assert events(b"event: error\ndata: oops\n\n") == [Event("oops", "error")]

    def test_the_name_needs_no_space_and_may_follow_the_data(self):
        assert events(b"data: oops\nevent:error\n\n") == [Event("oops", "error")]

    def test_the_last_name_counts(self):
        assert events(b"event: a\nevent: b\ndata: x\n\n") == [Event("x", "b")]

    def test_the_name_of_one_event_does_not_stick_to_the_next(self):
        assert events(b"event: error\ndata: a\n\ndata: b\n\n") == [
            Event("a", "error"),
            Event("b"),
        ]

    def test_a_name_without_data_is_no_event(self):
        assert events(b"event: error\n\ndata: b\n\n") == [Event("b")]

    def test_blank_lines_are_no_events(self):
        assert events(b"\n\n\r\n\r\r\n") == []

    def test_fields_are_known_by_their_exact_names(self):
        assert events(b"Data: a\n data: b\n\n") == []


class TestText:
    def test_a_character_cut_between_its_bytes_is_whole_again(self):
        raw = 'data: "日本語 🙂 ü"\n\n'.encode()

        assert events(*bytewise(raw)) == [Event('"日本語 🙂 ü"')]

    def test_bytes_that_are_no_utf_8_become_replacement_characters(self):
        assert events(b"data: a\xffb\n\ndata: c\n\n") == [Event("a\ufffdb"), Event("c")]

    def test_bytes_that_are_no_utf_8_in_a_name_do_not_stop_the_stream(self):
        assert events(b"event: \xff\ndata: a\n\n") == [Event("a", "\ufffd")]

    def test_a_nul_is_data(self):
        assert events(b"data: a\x00b\n\n") == [Event("a\x00b")]


class TestEnd:
    @pytest.mark.parametrize("end", [b"", b"\n", b"\r", b"\r\n"])
    def test_an_event_without_its_blank_line_is_kept(self, end: bytes):
        assert events(b"data: a\n\ndata: b" + end) == [Event("a"), Event("b")]

    def test_an_empty_stream_holds_nothing(self):
        assert events() == []

    def test_after_the_end_there_is_nothing_left(self):
        decoder = Decoder()
        decoder.feed(b"data: a")

        assert decoder.close() == [Event("a")]
        assert decoder.close() == []


class TestTheUsualWrite:
    """One event in one write takes a short cut; it must not be seen."""

    def test_it_follows_a_half_line(self):
        assert events(b"data: a\n\n", b"da", b"data: b\n\n") == [Event("a")]

    def test_it_follows_an_open_event(self):
        assert events(b"data: a\n\n", b"data: b\n", b"data: c\n\n") == [
            Event("a"),
            Event("b\nc"),
        ]

    def test_it_follows_a_name(self):
        assert events(b"data: a\n\n", b"event: x\n", b"data: b\n\n") == [
            Event("a"),
            Event("b", "x"),
        ]

    def test_it_follows_a_lone_cr(self):
        assert events(b"data: a\r\r", b"data: b\n\n") == [Event("a"), Event("b")]

    def test_it_holds_a_cr_inside(self):
        assert events(b"data: a\n\n", b"data: b\rdata: c\n\n") == [
            Event("a"),
            Event("b\nc"),
        ]

    def test_it_holds_two_lines(self):
        assert events(b"data: a\n\n", b"data: b\ndata: c\n\n", b"data: d\n\n") == [
            Event("a"),
            Event("b\nc"),
            Event("d"),
        ]


class TestLimits:
    def test_a_line_that_never_ends_is_refused_by_a_named_limit(self):
        with pytest.raises(AnswerError) as caught:
            feed_for_ever(Decoder(line_limit=1000), b"x" * 50)

        assert str(caught.value) == (
            "one line of the stream is longer than 1000 bytes (phase stream)"
        )

    def test_memory_stays_bounded_by_the_limit(self):
        tracemalloc.start()
        try:
            with pytest.raises(AnswerError):
                feed_for_ever(Decoder(line_limit=1_000_000), b"x" * 65_536)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

        assert peak < 3_000_000

    def test_many_lines_below_the_limit_are_fine(self):
        decoder = Decoder(line_limit=100)

        found = [decoder.feed(b"data: " + b"x" * 90 + b"\n\n") for _ in range(50)]

        assert sum(map(len, found)) == 50

    def test_an_event_of_endless_lines_is_refused_too(self):
        with pytest.raises(AnswerError, match=r"one event .* longer than 1000 bytes"):
            feed_for_ever(Decoder(line_limit=1000), b"data: x\n")

    def test_lines_without_data_are_not_counted_as_an_event(self):
        decoder = Decoder(line_limit=1000)
        for _ in range(1000):
            decoder.feed(b": ping\nid: 7\n")

        assert decoder.feed(b"data: a\n\n") == [Event("a")]

    def test_ten_megabytes_in_one_line_are_delivered(self):
        decoder, size = Decoder(), 10_000_000
        raw = b"data: " + b"x" * size + b"\n\n"
        start = time.perf_counter()
        found = [
            event
            for i in range(0, len(raw), 65_536)
            for event in decoder.feed(raw[i : i + 65_536])
        ]

        assert [len(event.data) for event in found] == [size]
        assert time.perf_counter() - start < 5
        assert size < LINE_LIMIT

    def test_time_grows_with_the_number_of_pieces_and_not_with_its_square(self):
        def seconds(pieces: int) -> float:
            decoder = Decoder()
            start = time.perf_counter()
            for _ in range(pieces):
                decoder.feed(b"x" * 64)
            decoder.feed(b"\n\n")
            return time.perf_counter() - start

        few = min(seconds(2_000) for _ in range(5))
        many = min(seconds(32_000) for _ in range(3))

        assert many / few < 16 * 4  # a decoder that joins each time has 16 * 16
