"""The report of a check, as text, HTML and plain values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from html.parser import HTMLParser

import pytest

from ocinb.chat_models.effects import Finding, ParameterReport
from ocinb.errors import ParameterError

HOSTILE = "<script>alert(1)</script>&\"'\x1b[31m"

ROWS = (
    Finding("temperature", "honoured", "0 and 2", "0: always the same; 2: varies"),
    Finding("top_k", "no observable effect", "1", "the same answer"),
    Finding("bad_words", "refused", "the", HOSTILE, 400),
    Finding("priority", "not checkable", "1", "accepted"),
)
REPORT = ParameterReport("odsc-llm", ROWS, 9)


def test_a_row_prints_as_one_inert_line():
    assert str(ROWS[0]) == "temperature: honoured: 0: always the same; 2: varies"
    assert str(ROWS[2]).isprintable()


class Tags(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.seen.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def drawn() -> Tags:
    page = Tags()
    page.feed(REPORT._repr_html_())
    return page


def test_it_begins_with_how_many_parameters_are_honoured() -> None:
    assert str(REPORT).splitlines()[0] == (
        "odsc-llm: 1 honoured, 1 no observable effect, 1 refused, 1 not checkable "
        "(9 requests)"
    )


def test_its_text_is_a_table_with_aligned_columns() -> None:
    head, *rows = str(REPORT).splitlines()[2:]
    assert head.split() == ["parameter", "result", "tried", "seen"]
    assert [row.split()[0] for row in rows] == [row.parameter for row in ROWS]
    at = head.index("result")
    assert all(row[at:].startswith(r.result) for row, r in zip(rows, ROWS, strict=True))


def test_its_repr_is_its_text() -> None:
    assert repr(REPORT) == str(REPORT)


def test_a_refusal_is_shown_with_its_status() -> None:
    assert "(status 400)" in str(REPORT)
    assert "(status 400)" in drawn().text


def test_a_servers_words_are_inert_as_html() -> None:
    page = drawn()
    tags = {"style", "div", "p", "table", "thead", "tbody", "tr", "th", "td"}
    assert page.seen == tags | {"code", "strong"}
    assert "<script>alert(1)</script>" in page.text
    assert "\x1b" not in page.text


def test_a_servers_words_are_one_inert_line_of_text() -> None:
    row = Finding("stop", "refused", "e", "two\nlines\x1b[2J\u202e", 400)
    text = str(ParameterReport("odsc-llm", (row,), 2))
    assert text.splitlines()[-1].endswith("two lines [2J (status 400)")


def test_it_takes_the_colours_of_the_page() -> None:
    html = REPORT._repr_html_()
    assert '<div class="ocinb tex2jax_ignore mathjax_ignore">' in html
    assert '[data-jp-theme-light="false"] .ocinb' in html


def test_a_row_is_found_by_the_name_of_its_parameter() -> None:
    assert REPORT["top_k"].result == "no observable effect"
    with pytest.raises(ParameterError, match="did you mean top_k"):
        REPORT["topk"]


def test_parameters_are_listed_by_result() -> None:
    assert REPORT.names("refused") == ["bad_words"]
    assert REPORT.names("honoured") == ["temperature"]


def test_its_rows_are_plain_values() -> None:
    assert REPORT.to_dicts()[1] == {
        "parameter": "top_k",
        "result": "no observable effect",
        "tried": "1",
        "seen": "the same answer",
        "status": None,
    }


def test_it_is_a_value_that_does_not_change() -> None:
    assert ParameterReport("odsc-llm", ROWS, 9) == REPORT
    with pytest.raises(FrozenInstanceError):
        REPORT.model = "other"  # type: ignore[misc]  # what is tested


def test_a_report_of_nothing_says_so() -> None:
    assert str(ParameterReport("odsc-llm", (), 1)).startswith(
        "odsc-llm: no parameters (1 request)"
    )
