"""The token view tells how certain a model was, to the eye and to a reader."""

from __future__ import annotations

import math
import re
import time
from typing import Any

import pytest

from ocinb.view.logprobs import Token, certainty_of, tokens_of
from ocinb.view.tokens import LEVELS, tokens_html
from tests.unit.rendering.answers import Page
from tests.unit.rendering.test_markdown import ATTACKS, UNSAFE


def entry(token: Any, p: Any = 1.0, tops: Any = (), data: Any = "own") -> Any:
    logprob = math.log(p) if isinstance(p, float) and p > 0 else p
    told = list(token.encode()) if data == "own" else data
    listed = [
        {"token": t, "logprob": math.log(q), "bytes": list(t.encode())} for t, q in tops
    ]
    return {"token": token, "logprob": logprob, "bytes": told, "top_logprobs": listed}


def answer(*entries: Any) -> dict[str, Any]:
    return {"content": list(entries)}


def page(*entries: Any) -> Page:
    return Page(tokens_html(answer(*entries)).partition("</style>")[2])


def shown(*entries: Any) -> str:
    html = tokens_html(answer(*entries))
    drawn = re.search(r'<div class="ocinb-text">(.*?)</div>', html, re.DOTALL)
    assert drawn
    return Page(drawn[1]).text


def test_a_title_tells_the_token_its_probability_and_what_might_have_stood_there():
    tops = [(" the", 0.6), (" a", 0.3), ("\n", 0.0001)]
    titles = page(entry(" the", 0.6, tops)).values("span", "title")
    assert titles[-1] == "' the' 60.0% | ' a' 30.0%, '\\n' <0.1%"


@pytest.mark.parametrize(
    ("p", "level"), [(1.0, 0), (0.9, 0), (0.89, 1), (0.3, 2), (0.1, 3), (0.01, 4)]
)
def test_less_likely_is_stronger(p: float, level: int):
    assert page(entry("x", p)).values("span", "class")[-1] == f"p{level}"


def test_every_shade_is_told_in_words_and_underlined_in_its_own_way():
    lines = [line for _, _, line, _ in LEVELS]
    assert len(set(lines)) == len(LEVELS)
    text = page(entry("x")).text
    assert all(words in text for *_, words in LEVELS)


def luminance(rgb: tuple[float, ...]) -> float:
    parts = [c / 255 for c in rgb]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("paper", "ink"),
    [((255,) * 3, (33,) * 3), ((17,) * 3, (224,) * 3), ((48,) * 3, (224,) * 3)],
    ids=["light", "dark", "less dark"],
)
def test_text_can_be_read_on_every_shade(paper: Any, ink: Any):
    for _, alpha, _, _ in LEVELS:
        hue = (213, 94, 0)
        back = tuple(
            alpha * h + (1 - alpha) * c for h, c in zip(hue, paper, strict=True)
        )
        low, high = sorted((luminance(back), luminance(ink)))
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_what_cannot_be_seen_is_made_visible():
    assert shown(entry("a"), entry(" "), entry("\n\n"), entry(" b\tc"), entry("")) == (
        "a·↵\n↵\n b→\tc∅"
    )
    assert shown(entry("\x1b[31m\u202e")) == "\\x1b[31m\\u202e"


def test_the_pieces_of_a_split_character_are_one():
    parrot = "\U0001f99c".encode()
    pieces = [
        entry("\ufffd", 0.5, data=[*parrot[:2]]),
        entry("\ufffd", 0.5, data=[parrot[2]]),
        entry("\ufffd", 1.0, data=[parrot[3]]),
    ]
    (parrot_token, end) = tokens_of(answer(*pieces, entry("!", 0.5)))
    assert (parrot_token.text, parrot_token.pieces) == ("\U0001f99c", 3)
    assert parrot_token.probability == pytest.approx(0.25)
    assert end.text == "!"
    assert shown(*pieces) == "\U0001f99c"


def test_pieces_of_which_no_bytes_are_told_are_one_too():
    broken = [entry("\ufffd", 0.5) for _ in range(3)]
    (first, last) = tokens_of(answer(*broken, entry("x")))
    assert (first.text, first.pieces, last.text) == ("\ufffd", 3, "x")


def test_bytes_that_never_become_text_are_shown_as_they_are_told():
    tokens = tokens_of(answer(entry("\ufffd", data=[255]), entry("x"), entry("y")))
    assert [token.text for token in tokens] == ["\ufffd", "x", "y"]
    (half,) = tokens_of(answer(entry("?", data=[0xF0, 0x9F])))
    assert half.text == "?"


@pytest.mark.parametrize("logprob", [None, math.nan, "x", True, [], {}])
def test_a_probability_that_was_not_told_is_unknown(logprob: Any):
    told = page({"token": "x", "logprob": logprob, "top_logprobs": None})
    assert told.values("span", "title")[-1] == "'x' ?"
    assert "no probability is known" in told.text


def test_nothing_is_likely_that_has_no_probability():
    told = page(entry("x", -math.inf), entry("y", 1.0), entry("z", None))
    assert "'x' 0.0%" in told.values("span", "title")
    assert (
        "2 tokens, 1 more unknown · mean probability 50.0% · perplexity ∞" in told.text
    )


def test_a_logprob_over_zero_is_certain():
    (token,) = tokens_of({"content": [{"token": "x", "logprob": 1e-6}]})
    assert token.probability == 1.0


@pytest.mark.parametrize(
    "logprobs",
    [None, {}, {"content": None}, {"content": "x"}, [], "x", {"content": [None, 3]}],
)
def test_without_probabilities_it_says_how_to_get_them(logprobs: Any):
    assert "ask with logprobs on" in tokens_html(logprobs)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"token": None, "logprob": -1, "bytes": "x", "top_logprobs": "y"},
        {"token": "x", "logprob": -1, "bytes": [-1, 999], "top_logprobs": [None, {}]},
        {"token": "x", "logprob": -1e9, "bytes": [True], "top_logprobs": {}},
    ],
)
def test_an_odd_shape_is_drawn_as_far_as_it_goes(odd: Any):
    assert "ocinb-text" in tokens_html({"content": [odd, entry("y")]})


def test_the_mean_and_the_perplexity_are_those_of_the_formula():
    whole = certainty_of([Token("a", 0.5), Token("b", 0.125), Token("c")])
    assert whole is not None
    assert (whole.count, whole.mean) == (2, 0.3125)
    assert whole.perplexity == pytest.approx(4.0)


def test_the_least_certain_tokens_are_told_in_a_table():
    entries = [entry(f"t{n}", 0.5 + n / 100, [("x", 0.3)]) for n in range(40)]
    entries[30] = entry("odd", 0.01, [("even", 0.9)])
    html = tokens_html(answer(*entries))
    rows = html.partition("<tbody>")[2].split("<tr>")[1:]
    assert len(rows) == 10
    assert "<td>31</td><td><code>&#x27;odd&#x27;</code></td><td>1.0%</td>" in rows[0]
    assert "even&#x27; 90.0%" in rows[0]


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_whatever_a_token_says_is_inert(attack: str):
    html = tokens_html(answer(entry(attack, 0.1, [(attack + "x", 0.5)])))
    told = Page(html.partition("</style>")[2])
    cells = {"table", "caption", "thead", "tbody", "tr", "th", "td", "code"}
    assert set(told.tags) <= {"div", "p", "span"} | cells
    assert {name for _, name, _ in told.attributes} <= {"class", "title", "scope"}
    assert not UNSAFE.search(html)


def test_many_tokens_are_drawn_fast_and_not_all():
    tops = [("alternative", 0.1), (" other", 0.05), ("x", 0.01), ("y", 0.01)]
    many = answer(*(entry(" word", 0.3, tops) for _ in range(8_000)))
    start = time.thread_time()
    html = tokens_html(many)
    assert time.thread_time() - start < 0.3
    assert len(html) < 1_000_000
    assert html.count('title="') == 4_000
    assert "Only the first 4,000 of 8,000 tokens are drawn" in html
    assert "8,000 tokens · mean probability 30.0%" in html
