"""How an answer is drawn, and what stays in the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.conversation import Timings
from ocinb.magic.shown.bundle import bundle_of
from ocinb.magic.shown.display import OnceView, TextView
from ocinb.view.footer import Footer
from tests.unit.magic.shown.outputs import Outputs

if TYPE_CHECKING:
    import pytest

FOOTER = Footer("cut <here>", ("model & co", "12 prompt + 3 tokens"))
SLOW = Timings(ttft_s=0.5, total_s=1.0, tokens_per_s=10.0)


def test_once_shows_one_display_at_the_end():
    outputs = Outputs()
    view = OnceView(outputs, "markdown")
    view.start()
    view.draw("half", SLOW)
    view.pause()
    assert outputs.sent == []
    view.end("whole", FOOTER)
    assert outputs.sent == [(bundle_of("whole", FOOTER, "markdown"), False)]


def test_text_prints_each_piece_and_then_the_footer(capsys: Any):
    view = TextView("markdown")
    view.start()
    for piece in ("one ", "two\r", "\n\x1b[", "31mthree"):
        view.draw(piece, SLOW)
    view.end("one two\r\n\x1b[31mthree, the end", FOOTER)
    assert capsys.readouterr().out == (
        "one two\nthree, the end\n[cut <here> · model & co · 12 prompt + 3 tokens]\n"
    )


def test_text_shows_an_answer_that_was_never_drawn(capsys: Any):
    TextView("raw").end("whole", FOOTER)
    assert capsys.readouterr().out == "whole\n"


def test_json_is_printed_when_it_is_whole(capsys: Any):
    view = TextView("json")
    view.draw('{"a":', SLOW)
    assert capsys.readouterr().out == ""
    view.end('{"a":"\u202eb"}', Footer("", ("model",)))
    assert capsys.readouterr().out == '{\n  "a": "b"\n}\n[model]\n'


def test_what_is_not_as_asked_for_is_noted_in_a_line(capsys: Any):
    TextView("json").end("no", Footer("", ("model",)))
    out = capsys.readouterr().out
    assert out == "no\n[not valid JSON: Expecting value (line 1, column 1)]\n[model]\n"


class TestReasoning:
    """What a model thinks, in each view."""

    def test_it_is_printed_dimmed_before_the_answer(self, capsys: Any):
        view = TextView("markdown", dim=True)
        for piece in ("Let me\x1b", "[31m see."):
            view.think(piece)
        view.draw("Yes", SLOW)
        view.draw(".", SLOW)
        view.end("Yes.", Footer("", ("model",)))
        assert capsys.readouterr().out == (
            "\x1b[2mLet me\x1b[22m\x1b[2m see.\x1b[22m\n\nYes.\n[model]\n"
        )

    def test_it_stands_in_brackets_where_nothing_can_be_dimmed(self, capsys: Any):
        view = TextView("json")
        view.think("Let me see.")
        view.draw("[1]", SLOW)
        view.end("[1]", Footer("", ("model",)))
        assert capsys.readouterr().out == (
            "[reasoning:\nLet me see.]\n\n[\n  1\n]\n[model]\n"
        )

    def test_raw_is_the_answer_alone(self, capsys: Any):
        view = TextView("raw", dim=True)
        view.think("Let me see.")
        view.end("Yes.", FOOTER)
        assert capsys.readouterr().out == "Yes.\n"

    def test_reasoning_without_an_answer_is_ended_too(self, capsys: Any):
        view = TextView("markdown")
        view.think("Let me")
        view.end("", Footer("stopped by you"))
        assert capsys.readouterr().out == (
            "[reasoning:\nLet me]\n\n\n[stopped by you]\n"
        )

    def test_it_is_in_the_one_display_of_an_unattended_run(self):
        outputs = Outputs()
        view = OnceView(outputs, "markdown")
        view.think("Let ")
        view.think("me see.")
        view.end("Yes", FOOTER)
        ((bundle, _),) = outputs.sent
        assert bundle == bundle_of("Yes", FOOTER, "markdown", "Let me see.")


def test_a_wait_is_printed_once_for_each_reason(capsys: pytest.CaptureFixture[str]):
    view = TextView("markdown")
    for seconds in (3, 2, 1):
        view.wait(seconds, "too many\x1b[31m requests")
    view.start_again()
    view.wait(2, "too many requests")
    view.pause()

    assert capsys.readouterr().out.splitlines() == [
        "[asking again in 3 s: too many requests]",
        "[asking again in 2 s: too many requests]",
    ]


def test_nobody_watches_a_wait_in_an_unattended_run():
    outputs = Outputs()
    view = OnceView(outputs, "markdown")
    view.start()
    view.wait(2, "busy")
    view.start_again()

    assert outputs.sent == []
