"""Progress where there are no widgets: one line that is written again and again."""

from __future__ import annotations

import builtins
import sys
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ocinb.sweep.running.sweep import Sweep

__all__ = ["shown_by_notebook", "wait_with_lines"]

_EVERY_S: Final = 0.5
_EVERY_PLAIN_S: Final = 30.0


def shown_by_notebook(sweep: Sweep) -> bool:
    """Let a notebook that knows how to draw a sweep draw it; False if it does not.

    `%load_ext ocinb` teaches it. IPython puts `display` and `get_ipython` among the
    built-in names.
    """
    shell = getattr(builtins, "get_ipython", lambda: None)()
    formatter = getattr(shell, "display_formatter", None)
    drawn = getattr(formatter, "ipython_display_formatter", None)
    if drawn is None:
        return False
    try:
        drawn.lookup_by_type(type(sweep))
    except KeyError:
        return False
    drawn(sweep)
    return True


def wait_with_lines(sweep: Sweep) -> None:
    """Wait for the end of a sweep and tell how far it is."""
    rewrites = sys.stdout.isatty() or hasattr(builtins, "get_ipython")
    start, end = ("\r\x1b[K", "") if rewrites else ("", "\n")
    every_s = _EVERY_S if rewrites else _EVERY_PLAIN_S
    due_s = time.monotonic() + every_s
    try:
        while not sweep.wait(_EVERY_S):
            if time.monotonic() >= due_s:
                sys.stdout.write(f"{start}{sweep.progress}{end}")
                sys.stdout.flush()
                due_s = time.monotonic() + every_s
    finally:
        sys.stdout.write(f"{start}{sweep.progress}\n")
        sys.stdout.flush()
