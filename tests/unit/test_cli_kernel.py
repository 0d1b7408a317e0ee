from __future__ import annotations

from ocinb.cli.kernel import Printed, read_output


def test_a_stream_is_handed_on_as_it_is() -> None:
    content = {"name": "stdout", "text": "Hello"}
    assert read_output("stream", content) == Printed("stdout", "Hello")


def test_an_error_is_one_line_without_its_traceback() -> None:
    content = {"ename": "ValueError", "evalue": "a\nb\x1b[31m", "traceback": ["x"]}
    assert read_output("error", content) == Printed("error", "ValueError: a b [31m")


def test_of_a_display_the_plain_text_is_taken() -> None:
    content = {"data": {"text/html": "<b>5</b>", "text/plain": "5"}}
    assert read_output("display_data", content) == Printed("result", "5\n")
    assert read_output("execute_result", content) == Printed("result", "5\n")


def test_what_has_no_text_prints_nothing() -> None:
    assert read_output("display_data", {"data": {"text/html": "<b>5</b>"}}) is None
    assert read_output("status", {"execution_state": "busy"}) is None
    assert read_output("comm_msg", {"data": {"method": "update"}}) is None
