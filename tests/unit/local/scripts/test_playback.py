"""The bytes, waits and breaks that a script turns into."""

from __future__ import annotations

from itertools import islice

import pytest

from ocinb.local.scripts.completion import Asked
from ocinb.local.scripts.playback import Act, Pause, Piece, play
from ocinb.local.scripts.script import Script
from ocinb.local.scripts.steps import (
    Await,
    Body,
    Close,
    Delta,
    Done,
    End,
    Endless,
    Event,
    Headers,
    Json,
    Raw,
    Reset,
    Status,
    Step,
    Trailers,
    Wait,
)

PLAIN = Asked()
STREAM = Asked(stream=True)
EVENTS = Headers({"content-type": "text/event-stream"})


def pieces(*steps: Step, asked: Asked = PLAIN, coalesce: bool = False) -> list[Piece]:
    return list(play(Script(steps, coalesce=coalesce), asked))


def sent(*steps: Step, asked: Asked = PLAIN) -> bytes:
    """Return all bytes that go on the connection."""
    return b"".join(p for p in pieces(*steps, asked=asked) if isinstance(p, bytes))


def head(*steps: Step, asked: Asked = PLAIN) -> list[str]:
    return sent(*steps, asked=asked).partition(b"\r\n\r\n")[0].decode().split("\r\n")


def body(*steps: Step, asked: Asked = PLAIN) -> bytes:
    return sent(*steps, asked=asked).partition(b"\r\n\r\n")[2]


class TestHead:
    def test_an_empty_script_is_an_empty_answer(self):
        assert sent() == b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"

    def test_the_status_has_its_usual_phrase(self):
        assert head(Status(404))[0] == "HTTP/1.1 404 Not Found"

    def test_or_the_phrase_of_the_script(self):
        assert head(Status(200, "Fine"))[0] == "HTTP/1.1 200 Fine"

    def test_a_status_nobody_knows_has_some_phrase(self):
        assert head(Status(799))[0] == "HTTP/1.1 799 Unknown"

    @pytest.mark.parametrize("code", [204, 304])
    def test_an_answer_that_has_no_body_has_no_length(self, code: int):
        assert len(head(Status(code))) == 1

    def test_headers_count_wherever_they_stand(self):
        lines = head(Status(200), Json(1), Headers({"X-Late": "yes"}))
        assert "x-late: yes" in lines

    def test_a_script_overrides_the_usual_headers(self):
        script = Script([Headers({"Opc-Request-Id": "mine"}), Json(1)])
        first = next(play(script, PLAIN, {"opc-request-id": "usual", "date": "now"}))
        assert isinstance(first, bytes)
        assert b"opc-request-id: mine\r\n" in first
        assert b"usual" not in first
        assert b"date: now\r\n" in first

    def test_it_is_sent_at_the_status(self):
        first, second, *_ = pieces(Status(200), Wait(1), Body(b"x"))
        assert isinstance(first, bytes)
        assert second == Pause(1)

    def test_without_a_status_it_comes_with_the_body(self):
        first, second, *_ = pieces(Wait(1), Body(b"x"))
        assert first == Pause(1)
        assert isinstance(second, bytes)

    def test_json_says_that_it_is_json(self):
        assert "content-type: application/json" in head(Json({}))


class TestFraming:
    def test_known_bytes_have_a_length(self):
        assert "content-length: 7" in head(Json("ü"), Body(b"abc"))
        assert body(Json("ü"), Body(b"abc")) == '"ü"abc'.encode()

    def test_a_stream_goes_in_chunks_and_ends(self):
        assert body(EVENTS, Body(b"0123456789abcdef")) == (
            b"10\r\n0123456789abcdef\r\n0\r\n\r\n"
        )

    def test_content_makes_a_stream_for_who_asked_for_one(self):
        lines = head(Delta("a"), asked=STREAM)
        assert "content-type: text/event-stream; charset=utf-8" in lines
        assert "transfer-encoding: chunked" in lines

    def test_and_one_json_body_for_who_did_not(self):
        lines = head(Delta("a"))
        assert "content-type: application/json" in lines
        assert body(Delta("a")).startswith(b'{"id":')

    def test_an_event_is_streamed_whatever_was_asked(self):
        assert b"data: x\n\n" in body(Delta("a"), Event("x"))

    def test_a_length_of_the_script_is_believed(self):
        length = Headers({"content-length": "100"})
        assert "content-length: 100" in head(length, Body(b"x"))
        assert body(length, Body(b"x")) == b"x"

    def test_a_length_holds_for_a_stream_too(self):
        length = Headers({"content-length": "1000"})
        assert body(length, Done(), asked=STREAM) == b"data: [DONE]\n\n"

    def test_an_encoding_of_the_script_is_believed(self):
        encoding = Headers({"transfer-encoding": "identity"})
        assert body(EVENTS, encoding, Body(b"x")) == b"x"

    def test_a_body_can_be_cut_in_single_bytes(self):
        assert pieces(EVENTS, Body(b"ab", size=1))[1:3] == [
            b"1\r\na\r\n",
            b"1\r\nb\r\n",
        ]

    def test_an_empty_body_does_not_end_the_chunks(self):
        assert body(EVENTS, Body(b""), Body(b"x")) == b"1\r\nx\r\n0\r\n\r\n"

    def test_trailers_follow_the_last_chunk(self):
        trailers = Trailers({"StreamFailure": "{}"})
        assert body(EVENTS, trailers, Body(b"x")) == (
            b"1\r\nx\r\n0\r\nStreamFailure: {}\r\n\r\n"
        )

    def test_an_endless_body_never_stops(self):
        script = Script([Endless(b"ab")])
        assert list(islice(play(script, PLAIN), 1, 4)) == [b"2\r\nab\r\n"] * 3


class TestTime:
    def test_waits_add_up_from_the_start(self):
        waits = [p for p in pieces(Wait(1), Wait(2)) if isinstance(p, Pause)]
        assert waits == [Pause(1), Pause(3)]

    def test_tokens_are_made_when_they_are_due(self):
        written = play(Script.answer("word " * 100_000, tokens=100_000), STREAM)
        assert len(list(islice(written, 3))) == 3


class TestConnection:
    def test_an_answer_ends_whole(self):
        assert pieces(Json(1))[-1] is Act.WHOLE

    def test_it_is_whole_only_once(self):
        assert pieces(Json(1), End(), Await(), Wait(1)).count(Act.WHOLE) == 1

    def test_what_follows_the_end_happens_to_the_connection(self):
        assert pieces(Done(), End(), Await(), Close(), asked=STREAM)[-4:] == [
            b"0\r\n\r\n",
            Act.WHOLE,
            Act.LISTEN,
            Act.CLOSE,
        ]

    @pytest.mark.parametrize(
        ("step", "act"), [(Close(), Act.CLOSE), (Reset(), Act.RESET)]
    )
    def test_a_break_ends_everything(self, step: Step, act: Act):
        assert pieces(step, Json(1)) == [act]

    def test_a_stream_can_break_without_its_end(self):
        assert pieces(EVENTS, Body(b"x"), Close())[1:] == [b"1\r\nx\r\n", Act.CLOSE]

    def test_the_connection_closes_when_the_headers_say_so(self):
        assert pieces(Headers({"connection": "close"}), Json(1))[-1] is Act.CLOSE

    def test_raw_bytes_stand_for_the_head(self):
        assert pieces(Raw(b"junk")) == [b"junk", Act.WHOLE, Act.CLOSE]

    def test_raw_bytes_after_the_head_are_not_framed(self):
        assert body(EVENTS, Body(b"x"), Raw(b"junk")) == b"1\r\nx\r\njunk0\r\n\r\n"


class TestPlainSteps:
    SCRIPT = Script([Done()], plain=[Json("plain")])

    def test_they_answer_who_asked_for_no_stream(self):
        written = list(play(self.SCRIPT, PLAIN))
        assert b'"plain"' in written

    def test_they_do_not_answer_who_did(self):
        written = list(play(self.SCRIPT, STREAM))
        assert b'"plain"' not in written


class TestCoalescing:
    def test_bytes_between_two_waits_are_one_write(self):
        written = pieces(
            EVENTS, Body(b"a"), Body(b"b"), Wait(1), Body(b"c"), coalesce=True
        )
        assert [type(p).__name__ for p in written] == ["bytes", "Pause", "bytes", "Act"]

    def test_nothing_is_lost_or_added(self):
        steps = Script.answer("one two three").steps
        joined = pieces(*steps, asked=STREAM, coalesce=True)
        assert joined[0] == sent(*steps, asked=STREAM)
        assert joined[1:] == [Act.WHOLE]

    def test_an_endless_body_is_written_all_the_same(self):
        script = Script([Endless(b"x" * 1000)], coalesce=True)
        first = next(play(script, PLAIN))
        assert isinstance(first, bytes)
        assert 65_536 <= len(first) < 70_000
