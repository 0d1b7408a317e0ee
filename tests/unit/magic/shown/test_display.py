"""How an answer is drawn, and what stays in the notebook."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.conversation import Timings
from ocinb.magic.shown.bundle import bundle_of
from ocinb.magic.shown.display import OnceView, TextView, WidgetView
from ocinb.magic.shown.footer import Footer
from ocinb.magic.typed.flags import FORMATS

FOOTER = Footer("cut <here>", ("model & co", "12 prompt + 3 tokens"))
SLOW = Timings(ttft_s=0.5, total_s=1.0, tokens_per_s=10.0)
WIDGET = "application/vnd.jupyter.widget-view+json"


class Outputs:
    """Collects what is published, each display in its last state."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, Any], bool]] = []
        self.stored: dict[str, dict[str, Any]] = {}

    def publish(
        self,
        data: dict[str, Any],
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
    ) -> None:
        self.sent.append((data, update))
        self.stored[(transient or {}).get("display_id", "")] = data


def test_once_shows_one_display_at_the_end():
    outputs = Outputs()
    view = OnceView(outputs, "markdown")
    view.start()
    view.draw("half", SLOW)
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


@pytest.mark.parametrize("style", FORMATS)
def test_a_widget_is_replaced_by_the_bundle_under_the_same_id(style: Any):
    outputs = Outputs()
    view = WidgetView(outputs, style)
    view.start()
    view.draw("one ", SLOW)
    view.draw("two", SLOW)
    view.end("one two", FOOTER)
    (first, updated), (last, replaced) = outputs.sent
    assert first[WIDGET]["model_id"]
    assert (updated, replaced) == (False, True)
    assert (
        list(outputs.stored.values()) == [last] == [bundle_of("one two", FOOTER, style)]
    )


def test_the_speed_is_shown_while_it_streams():
    outputs = Outputs()
    view = WidgetView(outputs, "markdown")
    view.start()
    assert view._live is not None
    status = view._live.widget.children[-1]
    assert "waiting for the first token" in status.value
    view.draw("one", SLOW)
    assert "first token 0.50 s · 10 tokens/s" in status.value
    view.draw("two", Timings(ttft_s=0.5, tokens_per_s=99.0))
    assert "99" not in status.value, "at most once a second"
    view.end("onetwo", FOOTER)


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

    def test_it_grows_in_a_closed_section_and_is_stored_folded(self):
        outputs = Outputs()
        view = WidgetView(outputs, "markdown")
        view.start()
        for piece in ("Let ", "me see."):
            view.think(piece)
        assert view._live is not None
        _, folded, *_ = view._live.widget.children
        assert folded.selected_index is None
        assert "thinking" in view._live._status.value
        view.draw("Yes", SLOW)
        view.end("Yes", FOOTER)
        (stored,) = outputs.stored.values()
        assert stored == bundle_of("Yes", FOOTER, "markdown", "Let me see.")
        assert "<details" in stored["text/html"]
        assert folded.comm is None, "it is closed with the view"

    def test_it_is_in_the_one_display_of_an_unattended_run(self):
        outputs = Outputs()
        view = OnceView(outputs, "markdown")
        view.think("Let ")
        view.think("me see.")
        view.end("Yes", FOOTER)
        ((bundle, _),) = outputs.sent
        assert bundle == bundle_of("Yes", FOOTER, "markdown", "Let me see.")


def test_a_widget_that_never_started_still_shows_the_end():
    outputs = Outputs()
    view = WidgetView(outputs, "raw")
    view.draw("lost", SLOW)
    view.end("whole", FOOTER)
    assert outputs.sent == [({"text/plain": "whole"}, True)]


def test_a_wait_is_printed_once_for_each_reason(capsys: pytest.CaptureFixture[str]):
    view = TextView("markdown")
    for seconds in (3, 2, 1):
        view.wait(seconds, "too many\x1b[31m requests")
    view.start_again()
    view.wait(2, "too many requests")

    assert capsys.readouterr().out.splitlines() == [
        "[asking again in 3 s: too many requests]",
        "[asking again in 2 s: too many requests]",
    ]


def test_a_wait_counts_down_under_the_widget_as_text():
    view = WidgetView(Outputs(), "markdown")
    view.start()
    live = view._live
    assert live is not None
    view.wait(2, "<b>busy</b>")

    assert "asking again in 2 s: &lt;b&gt;busy&lt;/b&gt;" in live._status.value
    view.start_again()
    assert "waiting for the first token" in live._status.value
    view.end("hi", Footer())


def test_a_wait_after_the_end_is_shown_nowhere():
    outputs = Outputs()
    view = WidgetView(outputs, "markdown")
    view.start()
    view.end("hi", Footer())
    view.wait(2, "busy")

    assert "hi" in next(iter(outputs.stored.values()))["text/plain"]


def test_nobody_watches_a_wait_in_an_unattended_run():
    outputs = Outputs()
    view = OnceView(outputs, "markdown")
    view.start()
    view.wait(2, "busy")
    view.start_again()

    assert outputs.sent == []
