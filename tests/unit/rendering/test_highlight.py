"""How a piece of code becomes coloured HTML."""

from __future__ import annotations

import time

import pytest

from ocinb.rendering.highlight import (
    LANGUAGES,
    TOKEN_CLASSES,
    calm_end,
    highlight,
    language_of,
)
from tests.unit.rendering.answers import Page


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ("Python", "python"),
        ("  sql  title=x", "sql"),
        ("yml", "yaml"),
        ("", ""),
        ("   ", ""),
        ("no-such-language", ""),
        ("{python}", ""),
        ('python"><script>', ""),
    ],
)
def test_the_language_of_a_fence_is_the_first_word_if_it_is_known(
    info: str, language: str
):
    assert language_of(info) == language


def test_python_is_coloured_by_the_kind_of_each_word():
    shown = highlight('@once\ndef f(x):  # note\n    return "a" if x else 3', "python")
    assert '<span class="nf">@once</span>' in shown
    assert '<span class="k">def</span> <span class="nf">f</span>(x)' in shown
    assert '<span class="c"># note</span>' in shown
    assert '<span class="s">"a"</span>' in shown
    assert '<span class="m">3</span>' in shown


def test_a_difference_shows_what_came_and_what_went():
    shown = highlight("- old\n+ new\n", "diff")
    assert '<span class="gd">- old' in shown
    assert '<span class="gi">+ new' in shown


def test_an_unknown_language_is_only_escaped():
    assert highlight("if a < b & c: 'x'", "") == "if a &lt; b &amp; c: 'x'"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_language_loses_a_character(language: str):
    code = '\n\n  x = "<é>" # \'\n\t$${a} /* 1 --\n"""\n<?php @b ?>\n\n \n'
    assert Page(highlight(code, language)).text == code


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_class_is_one_of_the_listed(language: str):
    shown = Page(highlight('def a(b): return <c d="1"> -- "x" # y\n', language))
    assert set(shown.values("span", "class")) <= TOKEN_CLASSES


def test_long_code_is_coloured_as_it_would_be_at_once():
    function = 'def f(x):\n    """Doc\n    string."""\n    return x + 1  # more\n\n'
    one = highlight(function, "python")
    assert highlight(function * 50, "python") == one * 50


def test_a_string_longer_than_a_window_keeps_its_colour():
    text = '"""\n' + "line of a long string\n" * 60 + '"""'
    shown = highlight(f"x = {text}\ny = 1", "python")
    assert shown == (f'x = <span class="s">{text}</span>\ny = <span class="m">1</span>')


def test_an_endless_string_is_still_shown_whole():
    code = '"""\n' + "line of a long string\n" * 600
    assert Page(highlight(code, "python")).text == code


def test_an_endless_line_is_still_shown_whole():
    code = 'x = "' + "a" * 9000
    assert Page(highlight(code, "python")).text == code


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("x = 1\ny", 6),
        ("x = 1\ny = 2\n", 12),
        ('x = 1\ny = """a\nb\n', 6),
        ("# note\nx", 7),
        ("no line end", 0),
        ('"""a\nb\n', 0),
    ],
)
def test_code_can_be_cut_at_a_line_end_outside_strings(code: str, end: int):
    assert calm_end(code, "python") == end


def test_code_can_be_cut_after_a_comment_that_holds_its_line_end():
    assert calm_end("// note\nx", "c") == 8
    assert calm_end("/* note\nx", "java") == 0


def test_code_without_colours_can_be_cut_at_any_line_end():
    assert calm_end('"""a\nb', "") == 5


@pytest.mark.parametrize(("language", "attack"), [("java", "\n"), ("c", "/")])
def test_time_does_not_grow_as_the_square_of_hostile_code(language: str, attack: str):
    def seconds(length: int) -> float:
        started = time.process_time()
        highlight(attack * length, language)
        return time.process_time() - started

    seconds(100)
    # 8 times the length: 8 times the time, 64 times if it were the square.
    assert seconds(6_400) < 30 * seconds(800)
