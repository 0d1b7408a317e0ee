"""What a result shows of itself: static, safe, bounded, the same text in a terminal."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from ocinb.sweep.results.shown import PROMPTS, SETTINGS
from tests.unit.sweep.results.made import made

pytest.importorskip("pandas")

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></table><iframe src='https://evil'>",
    '"><a href="javascript:alert(1)">x</a>',
    "<style>*{display:none}</style>",
    "[x](javascript:alert(1)) ![](https://evil/p.png)",
    "$$\\href{javascript:alert(1)}{x}$$",
    "\x1b[2J\x1b]8;;https://evil\x1b\\click\x1b]8;;\x1b\\",
    "a\u202ebadge\u2066",
    "half \ud83e",
    "&lt;script&gt;",
]

TAGS = {
    *("style", "div", "p", "strong", "em", "table", "thead", "tbody", "tr", "th", "td"),
}


class Elements(HTMLParser):
    """Collects the elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.text = ""
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside != "style":
            self.text += data


def shown(value: Any) -> tuple[Elements, str]:
    bundle = value._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    return Elements(bundle["text/html"]), bundle["text/plain"]


def assert_inert(page: Elements, plain: str) -> None:
    assert page.tags <= TAGS
    assert {name for name, _ in page.attributes} <= {"class", "scope"}
    for character in "\x1b\u202e\u2066\x9b\x00":
        assert character not in page.text
        assert character not in plain
    plain.encode()
    page.text.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_anybody_said_acts(text: str):
    result = made(
        lambda s, *_: {"text": text, "error_kind": text, "error": text if s else ""},
        settings=[{"system": text}, {"system": f"other {text}"}],
        prompts=[text, "p"],
        scores=lambda *_: {text: 1.0, "label": text},
        notes=[text],
        status=text,
    )
    for value in (result, result.compare(0, 1)):
        page, plain = shown(value)
        assert_inert(page, plain)
        assert "<td>" in value._repr_mimebundle_()["text/html"]
    assert "\n" not in repr(result)


def test_nothing_is_loaded_and_nothing_has_a_colour_of_its_own():
    html = made(lambda *_: {"text": "x"})._repr_mimebundle_()["text/html"]
    style, _, body = html.partition("</style>")
    assert "url(" not in style
    assert "http" not in html
    assert "style=" not in body
    assert "color" not in body


def test_a_row_has_the_setting_its_figures_and_what_was_answered():
    result = made(
        lambda s, p, _: {"text": f"answer {s} {p}", "e2e_s": 1.5, "ttft_s": 0.25},
        prompts=["Why?", "How?"],
        scores=lambda *_: {"good": 1.0},
    )
    page, plain = shown(result)
    for text in (page.text, plain):
        assert "a sweep: 8 of 8 trials finished, 2 settings" in text
        for part in ("temperature", "4/4", "1.5 [1.5, 1.5]", "Why?", "answer 1 1"):
            assert part in text
        assert text.index("score_good") < text.index("ttft_s")


def test_repeats_that_differ_and_failures_are_told_beside_an_answer():
    result = made(
        lambda s, _, k: (
            {"text": f"answer {k}", "error": "boom" if k == 2 else ""}
            | ({"error": "all gone"} if s else {})
        ),
        repeats=3,
        status="done",
    )
    page, plain = shown(result)
    for text in (page.text, plain):
        assert "answer 0 (2 different of 2, 1 failed)" in text
        assert "failed: all gone" in text
        assert "a sweep: done, 12 of 12 trials finished, 8 failed" in text
        assert "8 of 12 trials failed" in text


def test_what_is_not_there_yet_is_said():
    result = made(lambda s, p, _: {"text": "x"} if p == 0 and s == 0 else None)
    page, plain = shown(result)
    assert "6 of 8 trials have no result yet" in page.text
    assert (
        "no answer yet"
        in made(lambda s, p, _: {"text": "x"} if p != s else None)._repr_mimebundle_()[
            "text/html"
        ]
    )
    assert "2 of 8 trials finished" in plain


def test_a_sweep_without_any_answer_shows_its_settings():
    page, plain = shown(made(lambda *_: None))
    assert "0 of 8 trials finished" in page.text
    assert "0/4" in plain


def test_an_answer_that_calls_tools_says_which():
    calls = ({"name": "add", "args": {"a": 1}, "id": "1"},)
    page, _ = shown(made(lambda *_: {"tool_calls": calls}))
    assert 'add({"a": 1})' in page.text
    assert "(empty)" in shown(made(lambda *_: {}))[0].text


def test_what_is_huge_is_cut_and_what_is_left_out_is_counted():
    result = made(
        lambda *_: {"text": "word " * 10_000, "error": ""},
        settings=[{"system": f"{n} " + "s" * 10_000} for n in range(SETTINGS + 3)],
        prompts=["q" * 10_000] * (PROMPTS + 2),
        repeats=1,
    )
    html = result._repr_mimebundle_()["text/html"]
    page, plain = shown(result)
    assert len(html) < 60_000
    assert len(plain) < 20_000
    assert page.text.count("word word") <= SETTINGS * PROMPTS * 200
    assert "not shown: 3 more settings, 2 more prompts" in page.text
    assert "not shown: 3 more settings, 2 more prompts" in plain


def test_a_comparison_shows_both_answers_and_how_far_apart_they_are():
    result = made(
        lambda s, *_: {"text": f"from {s}", "e2e_s": 1.0 + s, "ttft_s": 0.1},
        prompts=["Why?"] * 4,
    )
    page, plain = shown(result.compare(0, 1))
    for text in (page.text, plain):
        assert "A: temperature=0.0 | B: temperature=1.0" in text
        assert "from 0" in text
        assert "from 1" in text
        assert "not distinguishable" in text
        assert "3 more answers" in text
