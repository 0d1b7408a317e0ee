"""Each fault's script does what the fault's name says, streamed and plain."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocinb.local.scripts.completion import Asked
from ocinb.local.scripts.faults import HALF, TEXT, fault
from ocinb.local.scripts.playback import Act, Pause, Piece, play

STREAM = Asked(stream=True, include_usage=True)
PLAIN = Asked()


def pieces(name: str, asked: Asked = STREAM) -> list[Piece]:
    return list(play(fault(name)[0], asked))


def answer(name: str, asked: Asked) -> tuple[str, bytes]:
    """Return head and body of an answer, the body without its chunks."""
    first, *rest = (p for p in pieces(name, asked) if isinstance(p, bytes))
    head, _, body = first.partition(b"\r\n\r\n")
    if b"chunked" not in head:
        return head.decode("latin-1"), b"".join([body, *rest])
    cut = b"".join([body, *rest])
    whole = b""
    while cut:
        size, _, cut = cut.partition(b"\r\n")
        whole, cut = whole + cut[: int(size, 16)], cut[int(size, 16) + 2 :]
    return head.decode("latin-1"), whole


def events(name: str) -> list[str]:
    """Return the data of every event of a stream."""
    _, body = answer(name, STREAM)
    return [part.partition("data: ")[2] for part in body.decode().split("\n\n") if part]


def plain(name: str) -> Any:
    return json.loads(answer(name, PLAIN)[1])


def calls(name: str) -> list[tuple[str | None, str, str]]:
    """Return id, name and arguments of each call of a plain answer."""
    return [
        (call.get("id"), call["function"]["name"], call["function"]["arguments"])
        for call in plain(name)["choices"][0]["message"]["tool_calls"]
    ]


def call_deltas(name: str) -> list[dict[str, Any]]:
    chunks = [json.loads(data) for data in events(name) if data != "[DONE]"]
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    return [call for delta in deltas for call in delta.get("tool_calls", [])]


def finish_reasons(name: str) -> list[str]:
    chunks = [json.loads(data) for data in events(name) if data != "[DONE]"]
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    return [choice["finish_reason"] for choice in choices if choice["finish_reason"]]


class TestConnect:
    @pytest.mark.parametrize(
        ("name", "act"), [("accept_close", Act.CLOSE), ("accept_rst", Act.RESET)]
    )
    def test_nothing_is_sent(self, name: str, act: Act) -> None:
        assert pieces(name) == pieces(name, PLAIN) == [act]

    def test_slow_headers_wait_before_the_first_byte(self) -> None:
        assert pieces("slow_headers")[0] == Pause(3600)

    def test_garbage_is_all_there_is(self) -> None:
        first, *rest = pieces("garbage")
        assert isinstance(first, bytes)
        assert b"HTTP/1" not in first
        assert rest == [Act.WHOLE, Act.CLOSE]

    def test_a_stale_connection_drops_after_a_whole_answer(self) -> None:
        assert pieces("stale_keepalive")[-2:] == [Act.WHOLE, Act.CLOSE]


class TestStream:
    @pytest.mark.parametrize("name", ["truncated_chunked", "truncated_length"])
    @pytest.mark.parametrize("asked", [STREAM, PLAIN], ids=["stream", "plain"])
    def test_a_truncated_one_is_never_whole(self, name: str, asked: Asked) -> None:
        assert pieces(name, asked)[-1] is Act.CLOSE
        assert Act.WHOLE not in pieces(name, asked)

    def test_a_reset_comes_after_a_moment_to_read(self) -> None:
        assert pieces("rst_mid")[-2:] == [Pause(0.05), Act.RESET]

    def test_a_stall_goes_on_afterwards(self) -> None:
        assert Pause(3600) in pieces("stall")
        assert plain("stall")["choices"][0]["message"]["content"] == TEXT

    def test_a_cut_line_ends_cleanly(self) -> None:
        assert pieces("cut_mid_line")[-1] is Act.WHOLE
        assert not events("cut_mid_line")[-1].endswith("}")
        with pytest.raises(ValueError, match="Unterminated string"):
            plain("cut_mid_line")

    def test_an_end_without_finish_has_neither_finish_nor_done(self) -> None:
        assert finish_reasons("eof_no_finish") == []
        assert "[DONE]" not in events("eof_no_finish")
        assert plain("eof_no_finish")["choices"][0]["finish_reason"] is None

    def test_an_end_without_done_has_a_finish(self) -> None:
        assert finish_reasons("eof_no_done") == ["stop"]
        assert "[DONE]" not in events("eof_no_done")

    def test_an_answer_can_be_cut_by_length(self) -> None:
        assert finish_reasons("finish_length") == ["length"]
        assert plain("finish_length")["choices"][0]["finish_reason"] == "length"

    def test_an_error_in_the_middle_is_an_event_or_a_500(self) -> None:
        error = json.loads(events("error_mid")[-2])["error"]
        assert error["code"] == 500
        assert plain("error_mid")["error"] == error
        assert " 500 " in answer("error_mid", PLAIN)[0]

    def test_an_older_server_says_it_flatly(self) -> None:
        error = json.loads(events("error_mid_old")[-2])
        assert error["object"] == "error"
        assert plain("error_mid_old") == error

    def test_an_error_event_has_a_name_and_plain_text(self) -> None:
        assert b"event: error\ndata: EngineCore" in answer("error_event", STREAM)[1]

    def test_an_error_can_come_first(self) -> None:
        assert json.loads(events("error_first")[0])["error"]["code"] == 503
        assert " 503 " in answer("error_first", PLAIN)[0]

    def test_a_line_is_no_json(self) -> None:
        assert "this line is not JSON" in events("not_json_mid")
        assert answer("not_json_mid", PLAIN)[1] == b"this line is not JSON"

    def test_half_of_the_text_comes_before(self) -> None:
        chunks = [json.loads(data) for data in events("error_mid")[:-2]]
        said = [chunk["choices"][0]["delta"]["content"] for chunk in chunks]
        assert "".join(said) == HALF


class TestStatus:
    def test_each_of_ocis_errors_has_a_code_and_a_message(self) -> None:
        for name in [
            "400",
            "401",
            "403",
            "404",
            "408",
            "409",
            "413",
            "415",
            "429",
            "500",
            "502",
            "503",
            "504",
        ]:
            assert set(plain(name)) == {"code", "message"}

    def test_an_unknown_model_has_vllms_shape(self) -> None:
        assert plain("vllm_404")["error"]["type"] == "NotFoundError"

    def test_the_fields_at_fault_are_listed(self) -> None:
        assert [d["loc"][-1] for d in plain("422")["detail"]] == [
            "messages",
            "max_tokens",
        ]

    def test_a_page_is_html(self) -> None:
        for name in ("html", "html200"):
            head, body = answer(name, STREAM)
            assert "content-type: text/html" in head
            assert b"<script>" in body

    @pytest.mark.parametrize("name", ["empty", "204"])
    def test_an_empty_answer_has_no_body(self, name: str) -> None:
        assert answer(name, STREAM)[1] == answer(name, PLAIN)[1] == b""

    def test_an_error_text_can_hold_what_terminals_and_browsers_run(self) -> None:
        message = plain("error_ansi")["message"]
        assert all(c in message for c in ("\x1b", "\u202e", "<script>", "\x00"))

    def test_redirects_say_where(self) -> None:
        told = {
            name: answer(name, PLAIN)[0].partition("location: ")[2].split("\r\n")[0]
            for name in ("redirect_same", "redirect_other", "redirect_http")
        }
        assert told["redirect_same"].startswith("?")
        assert told["redirect_other"].startswith("http://")
        assert told["redirect_http"].startswith("https://")


class TestShape:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("shape_list", [1, 2, {"choices": []}]),
            ("shape_string", "a string"),
            ("shape_null", None),
            ("shape_predict", {"prediction": ["a text"]}),
        ],
    )
    def test_it_is_another_kind_of_json_whatever_was_asked(
        self, name: str, value: object
    ) -> None:
        assert json.loads(answer(name, STREAM)[1]) == plain(name) == value

    def test_choices_are_not_what_they_should_be(self) -> None:
        assert plain("shape_choices_empty")["choices"] == []
        assert plain("shape_choices_null")["choices"] is None
        assert plain("shape_choice_str")["choices"] == ["x"]
        assert "choices" not in plain("shape_no_choices")
        assert "error" in plain("shape_error200")

    def test_content_is_null_everywhere(self) -> None:
        assert plain("content_null")["choices"][0]["message"]["content"] is None
        assert answer("content_null", STREAM)[1].count(b'"content":null') == 2

    def test_content_comes_in_parts(self) -> None:
        for parts in (
            plain("content_parts")["choices"][0]["message"]["content"],
            json.loads(events("content_parts")[0])["choices"][0]["delta"]["content"],
        ):
            assert "".join(part["text"] for part in parts) == TEXT

    def test_json_can_be_odd(self) -> None:
        body = answer("dup_key", PLAIN)[1]
        assert body.count(b'"content"') == 2
        assert b"1e999" in body
        assert b"[" * 2000 in body

    def test_choices_are_interleaved(self) -> None:
        choices = plain("n_interleaved")["choices"]
        said = [choice["message"]["content"] for choice in choices]
        assert said == ["one two three"] * 3
        chunks = [json.loads(data) for data in events("n_interleaved")[3:6]]
        assert [chunk["choices"][0]["index"] for chunk in chunks] == [0, 1, 2]


class TestTools:
    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            ("tool_bad_json", '{"city": '),
            ("tool_args_list", "[1]"),
            ("tool_args_empty", ""),
            ("tool_null_name", '{"city": "Paris"}'),
        ],
    )
    def test_one_call_has_these_arguments(self, name: str, arguments: str) -> None:
        assert [call[1:] for call in calls(name)] == [("get_weather", arguments)]

    def test_two_calls_come_in_turns(self) -> None:
        assert [d["index"] for d in call_deltas("tool_two")] == [0, 1, 0, 1, 0, 1]
        assert [call[2] for call in calls("tool_two")] == [
            '{"city": "Paris"}',
            '{"city": "Wien"}',
        ]

    def test_two_calls_can_share_an_index(self) -> None:
        assert {d["index"] for d in call_deltas("tool_dup_index")} == {0}
        assert [call[1] for call in calls("tool_dup_index")] == [
            "get_weather",
            "get_time",
        ]

    def test_an_index_can_be_missing(self) -> None:
        assert not any("index" in delta for delta in call_deltas("tool_no_index"))

    def test_an_id_can_be_missing(self) -> None:
        assert not any("id" in delta for delta in call_deltas("tool_no_id"))
        assert calls("tool_no_id")[0][0] is None

    def test_a_name_can_be_null_later(self) -> None:
        first, *later = call_deltas("tool_null_name")
        assert first["function"]["name"] == "get_weather"
        assert [delta["function"]["name"] for delta in later] == [None, None]

    def test_a_text_and_a_call_come_together(self) -> None:
        message = plain("tool_text_and_call")["choices"][0]["message"]
        assert message["content"] == TEXT
        assert len(message["tool_calls"]) == 1

    def test_they_finish_for_the_calls(self) -> None:
        assert finish_reasons("tool_unknown") == ["tool_calls"]
