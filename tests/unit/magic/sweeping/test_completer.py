"""What Tab offers on the line of `%%ocisweep`."""

from __future__ import annotations

import pytest

from ocinb.magic.commands.completer import Known
from ocinb.magic.sweeping.completer import complete_sweep, sweep_line

KNOWN = Known(models=("llm",), tools=("exact",), variables=("ts", "exact", "frame"))


def offered(line: str) -> list[str]:
    return complete_sweep(line, len(line), KNOWN)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("%%ocisweep temper", ["temperature="]),
        ("%%ocisweep ll", ["llm"]),
        ("%%ocisweep temperature=0 ll", []),
        ("%%ocisweep temperature=0 temper", []),
        ("%%ocisweep repea", ["repeats="]),
        ("%%ocisweep --d", ["--df", "--dry-run"]),
        ("%%ocisweep --model ", ["llm"]),
        ("%%ocisweep --model=l", ["llm"]),
        ("%%ocisweep --df fr", ["frame"]),
        ("%%ocisweep scorers=e", ["exact"]),
        ("%%ocisweep temperature=0,$t", ["$ts"]),
        ("%%ocisweep stream=", ["true", "false"]),
        ("%%ocisweep ignore_eos=true,f", ["false"]),
        ("%%ocichat temper", []),
    ],
)
def test_tab_offers_what_may_stand_there(line: str, words: list[str]) -> None:
    assert offered(line) == words


def test_an_empty_word_may_be_anything() -> None:
    words = offered("%%ocisweep ")
    assert {"llm", "temperature=", "system=", "repeats=", "--out"} <= set(words)


def test_the_body_of_the_cell_is_left_alone() -> None:
    cell = "%%ocisweep temperature=0\ntemper"
    assert sweep_line(cell, 0) == "%%ocisweep temperature=0"
    assert sweep_line(cell, 1) == ""
