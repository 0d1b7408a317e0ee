"""Two answers side by side show where they differ, whatever they say."""

from __future__ import annotations

import random
import re
import time

import pytest

from ocinb.view.differences import differences_of, marked
from tests.unit.rendering.answers import Page
from tests.unit.rendering.test_markdown import ATTACKS, UNSAFE


def marks(html: str) -> list[str]:
    return [
        Page(m).text for m in re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.DOTALL)
    ]


def test_the_words_that_differ_are_marked_on_both_sides():
    first, second = marked("The cat sat on the mat.", "The dog sat on a small mat.")
    assert marks(first) == ["cat", "the"]
    assert marks(second) == ["dog", "a small"]
    assert Page(first).text == "The cat sat on the mat."


def test_the_summary_counts_the_words_of_both():
    assert differences_of("a b c", "a x c").summary == "2 of 6 words differ"
    assert differences_of("", "a b").summary == "2 of 2 words differ"


@pytest.mark.parametrize(
    ("a", "b"), [("", ""), ("same", "same"), ("a  b\n", "a\nb"), ("\n", "")]
)
def test_white_space_alone_makes_no_difference(a: str, b: str):
    found = differences_of(a, b)
    assert found.summary == "the answers say the same"
    assert "<mark" not in found.first + found.second


def test_where_words_have_no_spaces_each_sign_counts():
    first, second = marked("\u732b\u304c\u597d\u304d", "\u72ac\u304c\u597d\u304d")
    assert marks(first) == ["\u732b"]
    assert marks(second) == ["\u72ac"]


@pytest.mark.parametrize("seed", range(10))
def test_every_character_of_both_answers_is_shown(seed: int):
    rng = random.Random(seed)  # noqa: S311 - a test needs the same texts each time
    first, second = ("".join(rng.choices("ab \n\t<&\u6570", k=300)) for _ in range(2))
    shown = marked(first, second)
    assert [Page(html).text for html in shown] == [first, second]
    kept = [re.sub(r"<mark.*?</mark>", "", html, flags=re.DOTALL) for html in shown]
    assert Page(kept[0]).squeezed == Page(kept[1]).squeezed


def test_long_answers_are_compared_by_lines():
    lines = [f"line {n} of a long answer" for n in range(1_000)]
    other = [*lines[:500], "another line", *lines[501:]]
    found = differences_of("\n".join(lines), "\n".join(other))
    assert found.summary == "2 of 2,000 lines differ"
    assert marks(found.second) == ["another line\n"]


@pytest.mark.parametrize("kind", ["two words", "one word", "two lines", "one line"])
def test_answers_that_repeat_themselves_are_compared_in_time(kind: str):
    rng = random.Random(3)  # noqa: S311 - a test needs the same texts each time
    end = " " if "word" in kind else "\n"
    choice = "ab" if "two" in kind else "a"
    first, second = (
        "".join(rng.choice(choice) + end for _ in range(size))
        for size in (90_000, 80_000)
    )
    begun = time.process_time()
    differences_of(first, second)
    differences_of(first[:2_700], second[:2_700])
    assert time.process_time() - begun < 3


def test_at_most_200_kb_are_compared():
    first, _ = marked("word " * 100_000, "x")
    assert "only the first 200 kB are compared" in first
    assert len(first) < 210_000


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_whatever_is_said_is_inert(attack: str):
    for html in marked(attack, f"other {attack[::-1]}"):
        assert set(Page(html).tags) <= {"div", "mark"}
        assert not UNSAFE.search(html)


def test_a_mark_takes_the_colours_of_the_page():
    first, _ = marked("a", "b")
    (style,) = Page(first).values("mark", "style")
    assert style is not None
    assert "background:var(--ocinb-mark, rgba(213,94,0,0.3))" in style
    assert "color:var(--jp-content-font-color1, inherit)" in style
