"""The last error of a notebook, as IPython keeps it: what failed, where and why."""

from __future__ import annotations

import linecache
import sys
import traceback
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import OcinbError, one_line
from ocinb.view.redaction import without_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["Cell", "Failure", "failure_of", "last_error"]

CODE_LIMIT: Final = 8_000
"""Characters of one cell that are told."""

MESSAGE_LIMIT: Final = 2_000
"""Characters of one error's own words."""

FRAMES: Final = 12
"""Lines of a traceback: its first half and its last."""

CAUSES: Final = 3


@dataclass(frozen=True)
class Cell:
    """A cell that took part.

    Attributes:
        name: such as `In[3]`.
        code: as it was typed, without what looks like a key.
    """

    name: str
    code: str


@dataclass(frozen=True)
class Failure:
    """What is known of an error. Nothing of it holds what looks like a key.

    Attributes:
        message: the kind of error and its words.
        trace: where it happened, a line for each place, the outermost first.
        cells: the cell that ran, and the one whose code failed if that is another.
    """

    message: str
    trace: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()

    @property
    def title(self) -> str:
        """The error in one inert line."""
        where = f"{self.cells[-1].name}: " if self.cells else ""
        return where + one_line(self.message.strip().rpartition("\n")[2], 120)


def last_error() -> BaseException | None:
    """Return the last error that IPython has shown, from where it leaves each."""
    error: BaseException | None = getattr(sys, "last_value", None)
    return error


def failure_of(shell: InteractiveShell, error: BaseException) -> Failure:
    """Return what is known of an error that IPython has shown.

    Args:
        shell: whose cells are told.
        error: what was raised.
    """
    frames = list(_frames(shell, error.__traceback__))
    told = frames
    causes: Iterable[str] = _causes(error)
    if isinstance(error, OcinbError):  # its line says all, and its way there nothing
        told, causes = [frame for frame in frames if frame.cell], ()
    return Failure(
        message=_said(error),
        trace=(*_trimmed([frame.line for frame in told]), *causes),
        cells=tuple(_cells(shell, error, frames)),
    )


@dataclass(frozen=True)
class _Frame:
    """One place of a traceback: its file, the cell that it is, and what is told."""

    file: str
    cell: str
    line: str


def _frames(shell: Any, trace: TracebackType | None) -> Iterator[_Frame]:
    """Yield the places from the first cell on; before it stands IPython's own code."""
    begun = False
    for frame, number in traceback.walk_tb(trace):
        file, name = frame.f_code.co_filename, frame.f_code.co_name
        cell = _cell_name(shell, file)
        begun = begun or bool(cell)
        if begun:
            source = linecache.getline(file, number).strip()
            where = f"{cell or _short(file)}, line {number}, in {name}"
            yield _Frame(file, cell, without_keys(f"{where}: {source}"))


def _cell_name(shell: Any, file: str) -> str:
    """Return `In[3]` for the file of a cell; "" for any other."""
    found = shell.compile.format_code_name(file)
    return found[1] if found else ""


def _short(file: str) -> str:
    """Return a path without the folders of this machine."""
    parts = PurePath(file).parts
    for folder in ("site-packages", "dist-packages"):
        if folder in parts:
            return "/".join(parts[parts.index(folder) + 1 :])
    return parts[-1] if parts else file


def _trimmed(lines: Sequence[str]) -> list[str]:
    if len(lines) <= FRAMES:
        return list(lines)
    half = FRAMES // 2
    left_out = f"... {len(lines) - 2 * half} more places ..."
    return [*lines[:half], left_out, *lines[-half:]]


def _causes(error: BaseException) -> Iterator[str]:
    for _ in range(CAUSES):
        context = None if error.__suppress_context__ else error.__context__
        cause = error.__cause__ or context
        if cause is None:
            return
        yield f"caused by {one_line(_said(cause))}"
        error = cause


def _said(error: BaseException) -> str:
    """Return an error's kind and words; whatever its own `str` does."""
    told = traceback.TracebackException(type(error), error, None)
    text = "".join(told.format_exception_only()).strip()
    return without_keys(text[:MESSAGE_LIMIT])


def _cells(
    shell: Any, error: BaseException, frames: Sequence[_Frame]
) -> Iterator[Cell]:
    files = [frame.file for frame in frames if frame.cell]
    if isinstance(error, SyntaxError) and error.filename:
        files.append(error.filename)
    for file in dict.fromkeys((*files[:1], *files[-1:])):
        name = _cell_name(shell, file)
        if name:
            yield Cell(name, without_keys(_source(shell, file, name)[:CODE_LIMIT]))


def _source(shell: Any, file: str, name: str) -> str:
    """Return a cell as it was typed, or as Python got it where that is not kept."""
    compiled = "".join(linecache.getlines(file))
    number, history = int(name[3:-1]), shell.history_manager
    parsed, raw = history.input_hist_parsed, history.input_hist_raw
    kept = number < min(len(parsed), len(raw))
    typed = kept and parsed[number].strip() == compiled.strip()
    return str(raw[number] if typed else compiled).strip("\n")
