"""The page of faults: every fault is on it, and every test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from ocinb.errors import StreamTruncated
from ocinb.local.scripts.faults import FAULTS, HALF
from tests.contract.expected import STREAMS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "faults.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", PAGE, re.MULTILINE))
TEST = re.compile(r"`(tests/[a-z_/]+\.py)::([A-Za-z_:]+)`")
FAILS = "test_a_stream_that_fails_keeps_its_text_and_says_why"
ENDS_WELL = "test_a_stream_that_ends_well_is_whole"


def rows(section: str) -> list[list[str]]:
    """Return the rows of a section's tables, without heads and rules."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    return [row for row in cells if row[-1] != "test" and set(row[-1]) != {"-"}]


ON_THE_WIRE = {row[0].strip("`"): row for row in rows("On the wire")}


@cache
def names_in(path: str) -> frozenset[str]:
    """Return the names of the tests in a file, those in classes as `Class::name`."""
    names = set()
    for node in ast.parse((ROOT / path).read_text("utf-8")).body:
        members = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        names |= {prefix + m.name for m in members if isinstance(m, functions)}
    return frozenset(names)


@pytest.mark.parametrize("section", list(SECTIONS))
def test_every_row_names_a_test_that_is_there(section: str):
    assert rows(section)
    for row in rows(section):
        named = TEST.fullmatch(row[-1])

        assert named is not None, row
        assert named[2].rpartition("::")[2].startswith("test_")
        assert named[2] in names_in(named[1]), row[-1]


def test_every_fault_on_the_wire_has_one_row():
    assert [row[0].strip("`") for row in rows("On the wire")] == list(ON_THE_WIRE)
    assert set(ON_THE_WIRE) == set(FAULTS)


def test_a_row_says_whether_the_request_may_be_sent_again():
    told = {name: row[3] for name, row in ON_THE_WIRE.items()}

    assert told == {name: fault.retry for name, fault in FAULTS.items()}


def test_a_row_names_the_test_that_plays_its_fault():
    named = {name: row[-1] for name, row in ON_THE_WIRE.items()}

    assert {n for n, test in named.items() if FAILS in test} <= set(STREAMS)
    assert not {n for n, test in named.items() if ENDS_WELL in test} & set(STREAMS)


def test_the_example_breaks_off_with_its_text(capsys: pytest.CaptureFixture[str]):
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    with pytest.raises(StreamTruncated) as caught:
        exec(example, {})  # noqa: S102 - the page is our own

    assert capsys.readouterr().out == caught.value.partial_text == HALF
