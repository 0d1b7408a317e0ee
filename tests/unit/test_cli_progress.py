from __future__ import annotations

import io

from ocinb.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_one_line_is_drawn_again_and_again() -> None:
    out = Terminal()
    progress = Progress("Fetching", out)
    for done in (0, 50_000_000, 100_000_000):
        progress(done, 100_000_000)
    empty, half, full = out.getvalue().split("\r")[1:]
    assert empty == "Fetching " + "░" * 32 + " 0 of 100 MB"
    assert half == "Fetching " + "█" * 16 + "░" * 16 + " 50 of 100 MB"
    assert full == "Fetching " + "█" * 32 + " 100 of 100 MB\n"


def test_in_a_log_there_are_a_few_lines_and_no_bar() -> None:
    out = io.StringIO()
    progress = Progress("Fetching", out)
    for done in range(0, 100_000_001, 1_000_000):
        progress(done, 100_000_000)
    assert out.getvalue().splitlines() == [
        "Fetching 0 of 100 MB",
        "Fetching 25 of 100 MB",
        "Fetching 50 of 100 MB",
        "Fetching 75 of 100 MB",
        "Fetching 100 of 100 MB",
    ]


def test_what_looks_the_same_is_not_drawn_again() -> None:
    out = Terminal()
    progress = Progress("Fetching", out)
    progress(1_000_000, 100_000_000)
    drawn = out.getvalue()
    progress(1_000_001, 100_000_000)
    assert out.getvalue() == drawn


def test_an_empty_download_does_not_divide_by_zero() -> None:
    out = Terminal()
    Progress("Fetching", out)(0, 0)
    assert out.getvalue().endswith("0 of 0 MB\n")
