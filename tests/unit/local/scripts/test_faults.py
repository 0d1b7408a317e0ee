"""Every fault has a script, and says whether a retry may follow."""

from __future__ import annotations

import json
import zlib
from itertools import islice

import pytest

from ocinb.local.scripts.completion import Asked
from ocinb.local.scripts.faults import FAULTS, HALF, TEXT, fault, redirect
from ocinb.local.scripts.playback import Act, Pause, play
from ocinb.local.scripts.steps import Body, Delta, Headers, Status, Wait

GROUPS = {
    "good": "ok drip long tool",
    "connect": "accept_close accept_rst slow_headers garbage stale_keepalive "
    "huge_header",
    "stream": "stall truncated_chunked truncated_length rst_mid cut_mid_line "
    "eof_no_finish eof_no_done finish_length error_mid error_mid_old error_event "
    "error_first not_json_mid",
    "sse": "utf8_split utf8_invalid crlf crlf_split cr_only u2028 multiline no_space "
    "comments bom no_last_newline after_done big_line endless_line gzip gzip_bad "
    "json_for_stream sse_for_json",
    "status": "400 401 403 404 vllm_404 408 409 413 415 422 429 500 502 503 504 "
    "vllm_400 vllm_400_old html html200 empty 204 error_ansi 401_then_ok",
    "redirect": "redirect_same redirect_other redirect_http redirect_loop",
    "shape": "shape_list shape_string shape_null shape_no_choices "
    "shape_choices_empty shape_choices_null shape_choice_str shape_predict "
    "shape_error200 content_null content_parts nan dup_key n_interleaved",
    "content": "html_content",
    "tools": "tool_bad_json tool_args_list tool_args_empty tool_two tool_dup_index "
    "tool_no_index tool_no_id tool_unknown tool_null_name tool_text_and_call",
}
RETRIED = (
    "accept_close accept_rst slow_headers error_first 408 429 500 502 503 504 html"
)
RETRIED_ONCE = "stale_keepalive 401 404 401_then_ok"


def streamed(name: str) -> bytes:
    """Return the bytes of the body that a fault's script spells out."""
    (script,) = fault(name)
    return b"".join(step.data for step in script.steps if isinstance(step, Body))


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_has_its_faults(group: str):
    names = [f.name for f in FAULTS.values() if f.group == group]
    assert names == GROUPS[group].split()


def test_there_is_no_other_group():
    assert {f.group for f in FAULTS.values()} == set(GROUPS)


def test_those_that_may_be_retried_say_so():
    assert [f.name for f in FAULTS.values() if f.retry == "yes"] == RETRIED.split()


def test_those_that_may_be_retried_once_say_so():
    assert [f.name for f in FAULTS.values() if f.retry == "once"] == (
        RETRIED_ONCE.split()
    )


def test_an_unknown_name_is_an_error():
    with pytest.raises(KeyError):
        fault("nope")


@pytest.mark.parametrize("name", sorted(FAULTS))
@pytest.mark.parametrize(
    "asked", [Asked(), Asked(stream=True)], ids=["plain", "stream"]
)
def test_each_can_be_played(name: str, asked: Asked):
    for script in fault(name):
        pieces = list(islice(play(script, asked), 200))
        assert all(isinstance(piece, bytes | Pause | Act) for piece in pieces)
        assert pieces


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_each_is_a_value(name: str):
    assert hash(fault(name, 1)) == hash(fault(name, 1))


def test_the_repr_of_a_fault_is_short():
    assert len(repr(FAULTS["huge_header"])) < 120


class TestArguments:
    def test_seconds_between_tokens(self):
        assert Wait(0.5) in fault("drip", 0.5)[0].steps

    def test_a_number_of_tokens(self):
        deltas = [s for s in fault("long", 7)[0].steps if isinstance(s, Delta)]
        assert deltas == [Delta("word ")] * 7

    def test_seconds_of_silence(self) -> None:
        assert Wait(2) in fault("stall", 2)[0].steps
        assert Wait(2) in fault("slow_headers", 2)[0].steps

    def test_megabytes_in_a_line(self):
        (first, *_) = fault("big_line", 2)[0].steps
        assert first == Delta("x" * 2_000_000)

    @pytest.mark.parametrize("name", ["html", "empty", "redirect_other"])
    def test_a_status(self, name: str):
        assert fault(name, 418)[0].steps[0] == Status(418)

    def test_seconds_until_a_retry(self):
        assert Headers({"retry-after": "2.5"}) in fault("429", 2.5)[0].steps

    def test_whether_a_connection_drops_late(self):
        at_once, late = fault("stale_keepalive"), fault("stale_keepalive", 1)
        assert len(late[0].steps) == len(at_once[0].steps) + 1

    def test_where_a_redirect_goes(self):
        steps = redirect("http://127.0.0.1:1/x", 302).steps
        assert steps == (Status(302), Headers({"location": "http://127.0.0.1:1/x"}))


class TestStreams:
    def test_half_of_the_text_is_the_begin_of_it(self):
        assert TEXT.startswith(HALF)
        assert TEXT != HALF

    def test_single_bytes_cut_characters(self):
        (piece,) = (s for s in fault("utf8_split")[0].steps if isinstance(s, Body))
        assert piece.size == 1

    def test_invalid_bytes_are_no_utf8(self):
        with pytest.raises(UnicodeDecodeError):
            streamed("utf8_invalid").decode()

    def test_line_ends_are_of_one_kind(self):
        assert streamed("crlf").count(b"\n") == streamed("crlf").count(b"\r\n") > 0
        assert b"\n" not in streamed("cr_only")
        assert streamed("crlf_split") == streamed("crlf")

    def test_no_piece_holds_both_halves_of_a_line_end(self):
        (script,) = fault("crlf_split")
        assert not any(b"\r\n" in s.data for s in script.steps if isinstance(s, Body))

    def test_separators_are_there_unescaped(self):
        assert "\u2028two\u2029three\u0085".encode() in streamed("u2028")

    def test_events_in_several_lines_are_the_same_json(self):
        first = streamed("multiline").split(b"\n\n")[0]
        lines = [line.removeprefix(b"data: ") for line in first.split(b"\n")]
        assert len(lines) > 3
        assert json.loads(b"\n".join(lines))["object"] == "chat.completion.chunk"

    def test_compressed_events_can_be_read_one_by_one(self):
        unzip = zlib.decompressobj(wbits=31)
        pieces = [s.data for s in fault("gzip")[0].steps if isinstance(s, Body)]
        assert unzip.decompress(pieces[0]).endswith(b"\n\n")
        rest = b"".join(unzip.decompress(piece) for piece in pieces[1:])
        assert rest.endswith(b"[DONE]\n\n")
        assert unzip.eof

    def test_bad_gzip_is_none(self):
        with pytest.raises(zlib.error):
            zlib.decompress(streamed("gzip_bad"), wbits=31)

    def test_the_last_line_has_no_end(self):
        assert streamed("no_last_newline").endswith(b"}")

    def test_probabilities_are_no_numbers(self) -> None:
        written = play(fault("nan")[0], Asked(stream=True))
        body = b"".join(piece for piece in written if isinstance(piece, bytes))
        assert b'"logprob":NaN' in body
        assert b'"logprob":-Infinity' in body
