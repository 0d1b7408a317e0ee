"""What Tab offers on the line of `%%ocisweep`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ocinb.magic.sweeping.options import AXES, OPTIONS, SWEEP_FLAGS
from ocinb.sampling import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ocinb.magic.commands.completer import Known

__all__ = ["complete_sweep", "fragment_of_sweep", "sweep_line"]

_MAGIC: Final = re.compile(r"\s*%%ocisweep\s")
_SWITCH: Final = ("true", "false")


def sweep_line(text: str, number: int) -> str:
    """Return the first line of a cell if it is ours and the cursor is in it, or else "".

    Args:
        text: the cell.
        number: of the cursor's line, counted from 0.
    """
    lines = text.split("\n")
    head = next((n for n, line in enumerate(lines) if line.strip()), number)
    return lines[number] if number == head and _MAGIC.match(lines[head]) else ""


def complete_sweep(line: str, cursor: int, known: Known) -> list[str]:
    """Return what may stand at the cursor; each begins with `fragment_of_sweep`.

    Args:
        line: of the magic.
        cursor: how many characters of it stand before the cursor.
        known: the names there are.
    """
    magic = _MAGIC.match(line)
    if magic is None or cursor < magic.end():
        return []
    *before, current = re.split(r"\s+", line[magic.end() : cursor].lstrip())
    fragment = fragment_of_sweep(line[:cursor])
    offered = dict.fromkeys(_offered(before, current, known))
    return [word for word in offered if word.startswith(fragment)]


def fragment_of_sweep(typed: str) -> str:
    """Return the part of what was typed that a completion replaces."""
    word = re.split(r"\s", typed)[-1]
    return re.split(r"[=,]", word)[-1]


def _offered(before: Sequence[str], current: str, known: Known) -> Iterator[str]:
    name, is_assigned, _ = current.partition("=")
    flag = SWEEP_FLAGS.get(before[-1]) if before else None
    if flag is not None and flag.value:
        yield from known.of(flag.names)
    elif is_assigned:
        yield from _values(name, known)
    elif current.startswith("-"):
        yield from (each for each in SWEEP_FLAGS if each not in before)
    else:
        given = {word.partition("=")[0] for word in before}
        yield from () if before else known.models
        names = [*PARAMETERS, *AXES, *OPTIONS]
        yield from (f"{each}=" for each in names if each not in given)
        if not current:
            yield from (each for each in SWEEP_FLAGS if each.startswith("--"))


def _values(name: str, known: Known) -> Iterator[str]:
    joined = SWEEP_FLAGS.get(name)
    if joined is not None:
        yield from known.of(joined.names)
        return
    option, parameter = OPTIONS.get(name), PARAMETERS.get(name)
    if option is not None:
        yield from known.tools if option.kind == "names" else ()
        yield from _SWITCH if option.kind == "switch" else ()
        return
    if parameter is not None:
        yield from parameter.choices
        yield from _SWITCH if parameter.kind == "bool" else ()
    yield from (f"${each}" for each in known.variables)
