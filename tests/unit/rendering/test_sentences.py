"""Where a paragraph that is still growing can be cut in two."""

from __future__ import annotations

import pytest

from ocinb.rendering.sentences import sentence_end, starts_plain


def parts(content: str, patience: int = 0) -> tuple[str, str] | None:
    found = sentence_end(content, patience)
    return (content[: found[0]], content[found[1] :]) if found else None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("One. Two. And thr", ("One. Two.", "And thr")),
        ("Is it? Yes! So", ("Is it? Yes!", "So")),
        ("one line\nand another", ("one line", "and another")),
        ("A **bold.** Then", ("A **bold.**", "Then")),
        ("**One.** **Two** then", ("**One.** **Two**", "then")),
        ("See [a](https://b.test). Then", ("See [a](https://b.test).", "Then")),
        ("数据。模型。值", ("数据。模型。", "值")),
    ],
)
def test_the_cut_is_at_the_last_end_of_a_sentence_or_line(
    content: str, expected: tuple[str, str]
):
    assert parts(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        "no end here",
        "**One. Two",
        "**One. Two**",
        "`One. Two`",
        "[One. Two](https://a.test)",
        "[One. Two",
        "~~One. Two~~",
        r"\(a. b\)",
        "$$ a. b",
        "_One. Two_",
        "One. ",
        "One. 2 three",
        "One.\n- two",
        "One.\n# two",
    ],
)
def test_there_is_no_cut_that_would_change_how_it_reads(content: str):
    assert parts(content) is None


def test_the_head_of_a_coming_table_is_not_cut():
    assert parts("Text. More.\nFirst. Name | Second") == (
        "Text. More.",
        "First. Name | Second",
    )


def test_with_patience_at_an_end_any_space_will_do():
    assert parts("**one two three", patience=1) == ("**one two", "three")
    assert parts("one two", patience=1) == ("one", "two")
    assert parts("onetwo", patience=1) is None


def test_as_a_last_resort_any_place_will_do():
    assert parts("onetwo", patience=2) == ("onetw", "o")
    assert parts("o", patience=2) is None


@pytest.mark.parametrize(
    "text", ["word", "Ünï", "数", '"x"', "(x)", "**b**", "`c`", "[x]"]
)
def test_words_can_begin_only_a_paragraph(text: str):
    assert starts_plain(text)


@pytest.mark.parametrize(
    "text",
    ["", "- x", "* x", "1. x", "2024", "# x", "> x", "```", "    x", "| x", "==="],
)
def test_marks_can_begin_another_block(text: str):
    assert not starts_plain(text)
