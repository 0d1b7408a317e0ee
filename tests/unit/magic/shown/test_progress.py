"""One line that changes while something is waited for."""

from __future__ import annotations

from typing import Any

import pytest

from ocinb.magic.shown.progress import progress
from ocinb.view.frontend import Frontend

NOTEBOOK = Frontend(kernel=True, interactive=True)
UNWATCHED = Frontend(kernel=True, interactive=False)
TERMINAL = Frontend()


class Outputs:
    """Collects what is published."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bool]] = []
        self.ids: set[str] = set()
        self.html: list[str] = []

    def publish(self, data: dict[str, Any], **how: Any) -> None:
        self.sent.append((data["text/plain"], how.get("update", False)))
        self.ids |= {how["transient"]["display_id"]} if "transient" in how else set()
        self.html += [data["text/html"]] if "text/html" in data else []


def test_a_notebook_gets_one_display_that_is_updated():
    outputs = Outputs()
    with progress(NOTEBOOK, outputs) as say:
        say("first")
        for number in range(1000):
            say(f"step {number}")
        say("ready")
    assert outputs.sent[0] == ("first", False)
    assert outputs.sent[-1] == ("ready", True)
    assert len(outputs.sent) < 10
    assert len(outputs.ids) == 1


def test_what_may_be_the_last_for_long_is_shown_at_once():
    outputs = Outputs()
    with progress(NOTEBOOK, outputs) as say:
        for number in range(5):
            say.put({"text/plain": f"row {number}"}, at_once=True)
        assert [text for text, _ in outputs.sent] == [f"row {n}" for n in range(5)]


def test_the_last_line_is_not_sent_twice():
    outputs = Outputs()
    with progress(NOTEBOOK, outputs) as say:
        say("ready")
    assert outputs.sent == [("ready", False)]


def test_where_nobody_watches_only_the_last_line_is_printed(
    capsys: pytest.CaptureFixture[str],
):
    outputs = Outputs()
    with progress(UNWATCHED, outputs) as say:
        say("first")
        say("ready")
    assert outputs.sent == []
    assert capsys.readouterr() == ("ready\n", "")


def test_a_terminal_writes_over_its_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress(TERMINAL, Outputs()) as say:
        say("first")
        say("ready")
    out, err = capsys.readouterr()
    assert out == "ready\n"
    assert err == "\r\x1b[Kfirst\r\x1b[K"


def test_a_failure_leaves_the_line_and_passes_on():
    outputs = Outputs()
    with pytest.raises(ValueError, match="broken"):
        fail_after_saying("first", outputs)
    assert outputs.sent == [("first", False)]


def fail_after_saying(text: str, outputs: Outputs) -> None:
    with progress(NOTEBOOK, outputs) as say:
        say(text)
        msg = "broken"
        raise ValueError(msg)


TABLE = {"text/plain": "a  b", "text/html": "<p>a b</p>"}


def test_a_notebook_gets_a_table_in_the_place_of_the_line():
    outputs = Outputs()
    with progress(NOTEBOOK, outputs) as show:
        show("asking")
        show.end_with(TABLE)
    assert outputs.sent == [("asking", False), ("a  b", True)]
    assert outputs.html == ["<p>a b</p>"]
    assert len(outputs.ids) == 1


def test_where_nobody_watches_the_table_is_the_only_display(
    capsys: pytest.CaptureFixture[str],
):
    outputs = Outputs()
    with progress(UNWATCHED, outputs) as show:
        show("asking")
        show.end_with(TABLE)
    assert outputs.sent == [("a  b", False)]
    assert outputs.html == ["<p>a b</p>"]
    assert capsys.readouterr() == ("", "")


def test_a_terminal_prints_the_text_of_a_table(capsys: pytest.CaptureFixture[str]):
    with progress(TERMINAL, Outputs()) as show:
        show("asking")
        show.end_with(TABLE)
    assert capsys.readouterr() == ("a  b\n", "")


def test_what_may_be_the_last_line_for_long_is_shown_at_once():
    outputs = Outputs()
    with progress(NOTEBOOK, outputs) as show:
        show("first")
        show("skipped")
        show.at_once("waiting")
        assert [text for text, _ in outputs.sent] == ["first", "waiting"]
