"""Where a block that is still growing can be cut, and how its rest goes on."""

from __future__ import annotations

import pytest

from ocinb.rendering.parser import parse
from ocinb.rendering.sealing import find_cut, join


def cut(text: str, patience: int = 0, joined: tuple[int, ...] = ()) -> tuple[str, ...]:
    """Return the closed part and the source of the rest."""
    found = find_cut(text, joined, patience)
    if found is None:
        return ()
    return text[: found.end], found.head + text[found.resume :]


LONG = "words " * 20 + "end."

CUTS = {
    "blocks": ("one\n\ntwo\n\nthree\n", "one\n\ntwo\n\n", "three\n"),
    "blank lines": ("\n\n\n", "\n\n\n", ""),
    "a finished heading": ("# Title\n", "# Title\n", ""),
    "a finished setext heading": ("Title\n=====\n", "Title\n=====\n", ""),
    "a rule": ("---\n", "---\n", ""),
    "a finished fence": ("```\nx\n```\n", "```\nx\n```\n", ""),
    "an empty finished fence": ("```\n```\n", "```\n```\n", ""),
    "items": ("- a\n- b\n- c\n", "- a\n- b\n", "- c\n"),
    "numbered items": ("1. a\n2. b\n3. c\n", "1. a\n2. b\n", "3. c\n"),
    "lines of a quote": (
        "> some words.\n> more words\n",
        "> some words.\n",
        "> more words\n",
    ),
    "a lazy line of a quote": ("> one.\ntwo", "> one.\n", "> two"),
    "blocks of a quote": ("> # a\n> b\n", "> # a\n", "> b\n"),
    "a fence": ("```py\nx = 1\ny = 2\n", "```py\nx = 1\ny = 2\n", "```py\n"),
    "a fence with half a line": ("~~~\nx = 1\ny", "~~~\nx = 1\n", "~~~\ny"),
    "indented code": ("    a\n    b\n    c\n", "    a\n    b\n", "    c\n"),
    "rows of a table": (
        "|a|b|\n|-|-|\n|some words|2|\n|more words|4|\n|5|6|\n",
        "|a|b|\n|-|-|\n|some words|2|\n|more words|4|\n",
        "|a|b|\n|-|-|\n|5|6|\n",
    ),
    "a paragraph": (f"{LONG} Then more", f"{LONG} ", "Then more"),
    "lines of a paragraph": ("one line\n  and another", "one line\n", "and another"),
    "blocks of an item": ("- some words\n\n  more\n", "- some words\n\n", "- more\n"),
    "items in an item": (
        "1. some words\n   - a\n   - b\n",
        "1. some words\n",
        "1. - a\n   - b\n",
    ),
    "a paragraph in an item": (f"- {LONG} Then", f"- {LONG} ", "- Then"),
    "a fence in an item": (
        "2. words\n\n   ```py\n   x = 1\n",
        "2. words\n\n",
        "2. ```py\n   x = 1\n",
    ),
    "a fence that opens an item": (
        "10. ```py\n    x = 1\n    y = 2\n",
        "10. ```py\n    x = 1\n    y = 2\n",
        "10. ```py\n",
    ),
    "a fence in a quote": (
        "> ```\n> some code\n> more\n",
        "> ```\n> some code\n> more\n",
        "> ```\n",
    ),
    "a table in an item": (
        "- |a|b|\n  |-|-|\n  |some words|2|\n  |more words|4|\n  |5|6|\n",
        "- |a|b|\n  |-|-|\n  |some words|2|\n  |more words|4|\n",
        "- |a|b|\n  |-|-|\n  |5|6|\n",
    ),
    "an item that begins on the next line": (
        "-\n  some words.\n  more words\n",
        "-\n  some words.\n",
        "- more words\n",
    ),
    "an item with code": (
        "-     some code\n      b\n      c\n",
        "-     some code\n      b\n",
        "-     c\n",
    ),
}


@pytest.mark.parametrize(("text", "closed", "rest"), CUTS.values(), ids=CUTS)
def test_the_rest_reads_as_the_same_kind_of_block(text: str, closed: str, rest: str):
    assert cut(text) == (closed, rest)


UNCUT = {
    "one short paragraph": "one",
    "an unfinished heading": "# Title",
    "an unfinished rule": "---",
    "a fence with no whole line": "```py\nx",
    "an unfinished end of a fence": "```\nx\n```",
    "a string in a fence": '```py\n"""a\nb\n',
    "one line of code": "    a\n",
    "one row": "|a|\n|-|\n|1|\n",
    "one empty item": "-\n",
    "an item set apart with a tab": "-\tone\n\n\ttwo\n\n\tthree\n",
    "a quote with uneven marks": "> # a\n>b\n",
    "an item in a quote with uneven marks": "> \n>- a\n",
    "a fence in a quote with uneven marks": "> \n>```\n>some words\n",
    "a quote in a quote with uneven marks": "> \n>> a.\n>> b\n",
    "an item with a finished heading": "- # a\n",
    "less code than the opening of its fence": "```python\nx = 1\n",
}


@pytest.mark.parametrize("text", UNCUT.values(), ids=UNCUT)
def test_there_is_no_cut_without_patience_at_an_end(text: str):
    assert cut(text) == ()


def test_with_patience_at_an_end_a_string_is_cut():
    assert cut('```py\n"""a\nbcdefg\n', patience=1) == (
        '```py\n"""a\nbcdefg\n',
        "```py\n",
    )


def test_as_a_last_resort_a_line_of_code_is_cut():
    assert cut("```py\n" + "x" * 20, patience=2) == ("```py\n" + "x" * 20, "```py\n")


def test_as_a_last_resort_a_heading_goes_on_as_a_heading():
    assert cut("## one two", patience=2) == ("## one ", "## two")
    assert cut(f"## {'1' * 99}", patience=2) == (f"## {'1' * 98}", "## &#49;")


def test_as_a_last_resort_what_is_too_deep_is_cut_anywhere():
    assert cut(">" * 50, patience=2) == (">" * 50, "")
    assert cut(">" * 50, patience=1) == ()
    assert cut(f"{'>' * 50}\n{'>' * 50}\n") == (f"{'>' * 50}\n", f"{'>' * 50}\n")


def test_a_box_of_code_knows_that_it_goes_on():
    code, prose = find_cut("```\nx = 1\n", ()), find_cut("- a\n- b\n", ())
    assert code
    assert code.in_code
    assert prose
    assert not prose.in_code


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("one\n\ntwo\n", ()),
        ("- a\n- b\n", (0,)),
        ("4. a\n4. b\n4. c\n", (6,)),
        ("7. some words\n   - a\n   - b\n", (7, 0)),
        ("> ```\n> some words\n", (0, 0)),
        (f"- {LONG} Then", (0, 0, 0)),
    ],
)
def test_every_block_that_goes_on_is_counted(text: str, joined: tuple[int, ...]):
    found = find_cut(text, ())
    assert found
    assert found.joined == joined


def test_the_count_of_a_list_goes_on_from_the_parts_before():
    found = find_cut("1. a\n1. b\n1. c\n", (5,))
    assert found
    assert found.joined == (7,)


def test_joined_blocks_are_marked_and_numbered():
    tokens = parse("1. > words\n2. more")
    join(tokens, (3, 0, 0))
    marked = [t.type for t in tokens if t.attrs.get("class") == "ocinb-more"]
    assert marked == ["ordered_list_open", "list_item_open", "blockquote_open"]
    assert tokens[0].attrs["start"] == "3"


def test_a_joined_table_does_not_repeat_its_header():
    tokens = parse("|a|\n|-|\n|1|\n")
    join(tokens, (0,))
    assert [t.content for t in tokens if t.type == "inline"] == ["1"]


def test_nothing_is_marked_where_nothing_goes_on():
    tokens = parse("words")
    join(tokens, ())
    assert all(not token.attrs for token in tokens)
