"""An answer that grows in a widget, and what is stored of it."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.conversation import Timings
from ocinb.magic.shown.bundle import bundle_of, paused_bundle
from ocinb.magic.shown.widget_view import WidgetView
from ocinb.magic.typed.flags import FORMATS
from ocinb.view.footer import Footer
from tests.unit.magic.shown.outputs import Outputs

FOOTER = Footer("cut <here>", ("model & co", "12 prompt + 3 tokens"))
SLOW = Timings(ttft_s=0.5, total_s=1.0, tokens_per_s=10.0)
WIDGET = "application/vnd.jupyter.widget-view+json"


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


def test_reasoning_grows_in_a_closed_section_and_is_stored_folded():
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


def test_a_widget_that_never_started_still_shows_the_end():
    outputs = Outputs()
    view = WidgetView(outputs, "raw")
    view.draw("lost", SLOW)
    view.end("whole", FOOTER)
    assert outputs.sent == [({"text/plain": "whole"}, True)]


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


class TestPause:
    """What the notebook holds where nothing more comes for a while."""

    def test_a_notebook_saved_in_a_pause_holds_what_came(self):
        outputs = Outputs()
        view = WidgetView(outputs, "markdown")
        view.start()
        view.draw("Half an *answer", SLOW)
        view.pause()
        (stored,) = outputs.stored.values()
        assert WIDGET not in stored
        assert stored == paused_bundle("Half an *answer", "markdown")
        assert "this answer is not finished" in stored["text/html"]

    def test_the_widget_comes_back_with_more_and_shows_all_of_it(self):
        outputs = Outputs()
        view = WidgetView(outputs, "markdown")
        view.start()
        assert view._live is not None
        shown = view._live.widget
        view.draw("Half an ", SLOW)
        view.pause()
        view.draw("answer", SLOW)
        (stored,) = outputs.stored.values()
        assert stored[WIDGET]["model_id"] == shown.model_id
        assert "Half an answer" in shown.children[1].value
        view.end("Half an answer", FOOTER)
        assert list(outputs.stored.values()) == [
            bundle_of("Half an answer", FOOTER, "markdown")
        ]

    def test_an_answer_that_drips_is_stored_few_times(self):
        outputs = Outputs()
        view = WidgetView(outputs, "markdown")
        view.start()
        for _ in range(40):
            view.draw("drip ", SLOW)
            view.pause()
        assert len(outputs.sent) == 3
        for _ in range(40):
            view.pause()
        (stored,) = outputs.stored.values()
        assert stored["text/plain"] == "drip " * 40

    def test_nothing_is_stored_before_something_came(self):
        outputs = Outputs()
        view = WidgetView(outputs, "markdown")
        view.start()
        view.pause()
        assert len(outputs.sent) == 1

    def test_reasoning_is_stored_but_not_folded_while_it_is_read(self):
        outputs = Outputs()
        view = WidgetView(outputs, "markdown")
        view.start()
        view.think("Let me see.")
        assert view._folded is not None
        view._folded.widget.selected_index = 0
        view.pause()
        assert len(outputs.sent) == 1
        view._folded.widget.selected_index = None
        view.pause()
        (stored,) = outputs.stored.values()
        assert "Let me see." in stored["text/html"]

    def test_each_round_of_a_turn_is_stored_by_itself(self):
        outputs = Outputs()
        view = WidgetView(outputs, "markdown")
        view.start()
        view.draw("one", SLOW)
        view.show_tools("one", ())
        view.start_round()
        view.draw("two", SLOW)
        view.pause()
        first, second = outputs.stored.values()
        assert (first["text/plain"], second["text/plain"]) == ("one", "two")

    @pytest.mark.parametrize("style", ["json", "html", "code:all"])
    def test_half_of_a_form_is_shown_as_its_text_without_complaint(self, style: Any):
        stored = paused_bundle('{"a": [1,', style)
        assert stored["text/plain"] == '{"a": [1,'
        assert "not valid" not in stored["text/html"]
        assert "code block" not in stored["text/html"]
