"""A report reads as text, as a table and as JSON, and none of them runs anything."""

from __future__ import annotations

import json

from ocinb.doctor import Report, Row

GOOD = Row("dns", "pass", "127.0.0.1 is an address, no name", seconds=0.0012)
BAD = Row("model", "fail", "nope: <script>alert(1)</script>\n\x1b[31mred", "name it")
LEFT = Row("tools", "skipped", "model failed")
REPORT = Report("https://host/predict", "nope", "a test", (GOOD, BAD, LEFT), 1.25)


def test_a_failure_makes_the_report_not_ok_and_a_skipped_check_does_not() -> None:
    assert not REPORT.ok
    assert Report("", "m", "", (GOOD, LEFT)).ok


def test_a_row_is_found_by_its_check() -> None:
    assert REPORT["model"] is BAD


def test_the_text_says_what_to_do_under_what_failed() -> None:
    lines = str(REPORT).splitlines()
    assert lines[0] == "https://host/predict (from a test), model nope"
    at = next(i for i, line in enumerate(lines) if line.startswith("FAIL"))
    assert lines[at + 1].strip() == "-> name it"
    assert lines[-1] == "1 passed, 1 failed, 1 skipped in 1.2 s"
    assert "\x1b" not in str(REPORT)


def test_the_table_is_inert() -> None:
    html = REPORT._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<strong>fail</strong>" in html


def test_json_holds_every_row() -> None:
    read = json.loads(REPORT.to_json())
    assert read["ok"] is False
    assert [row["check"] for row in read["checks"]] == ["dns", "model", "tools"]
    assert read["checks"][1]["fix"] == "name it"
    assert read["seconds"] == 1.25


def test_an_empty_report_says_that_nothing_was_checked() -> None:
    assert str(Report("", "m", "", ())).startswith("no endpoint, model m\n")
    assert Report("", "m", "", ()).summary == "nothing checked in 0.0 s"
