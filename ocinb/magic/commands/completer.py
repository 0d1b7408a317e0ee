"""What Tab offers on the magic line, and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ocinb.magic.commands.registry import COMMANDS
from ocinb.magic.typed.flags import FLAGS
from ocinb.sampling import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ocinb.magic.typed.flags import Flag, Names

__all__ = ["Known", "complete", "fragment_of", "magic_line"]

_MAGIC: Final = re.compile(r"\s*(?:\w+\s*=\s*%|%{1,2})ocichat\s")


@dataclass(frozen=True)
class Known:
    """The names that a word on the line may be.

    Attributes:
        aliases: of models.
        models: aliases, and variables that hold a chat model.
        presets: saved ones.
        conversations: begun ones.
        deployments: those that were listed last.
        schemas: variables that say what an answer looks like.
        variables: of the notebook.
        tools: variables that a model may call.
        parameters: sampling parameters.
    """

    aliases: Sequence[str] = ()
    models: Sequence[str] = ()
    presets: Sequence[str] = ()
    conversations: Sequence[str] = ()
    deployments: Sequence[str] = ()
    schemas: Sequence[str] = ()
    variables: Sequence[str] = ()
    tools: Sequence[str] = ()
    parameters: Sequence[str] = tuple(PARAMETERS)

    def of(self, names: Names) -> Sequence[str]:
        """Return the names of one kind."""
        found: Sequence[str] = getattr(self, names) if names else ()
        return found


def magic_line(text: str, number: int) -> str:
    """Return a line of a cell if it is a magic line of ours, or else "".

    Args:
        text: the cell.
        number: which line, counted from 0.
    """
    lines = text.split("\n")
    line = lines[number]
    head = next((n for n, one in enumerate(lines) if one.strip()), number)
    in_a_body = lines[head].startswith("%%ocichat") and number != head
    misplaced = line.lstrip().startswith("%%") and number != head
    return line if _MAGIC.match(line) and not in_a_body and not misplaced else ""


def complete(line: str, cursor: int, known: Known) -> list[str]:
    """Return what may stand at the cursor; each begins with `fragment_of` the line.

    Args:
        line: the magic line.
        cursor: how many characters of it stand before the cursor.
        known: the names there are.
    """
    magic = _MAGIC.match(line)
    if magic is None or cursor < magic.end():
        return []
    *before, current = re.split(r"\s+", line[magic.end() : cursor].lstrip())
    is_cell = line.lstrip().startswith("%%")
    fragment = fragment_of(line[:cursor])
    offered = dict.fromkeys(_offered(before, current, known, is_cell=is_cell))
    return [word for word in offered if word.startswith(fragment)]


def fragment_of(typed: str) -> str:
    """Return the part of what was typed that a completion replaces."""
    word = re.split(r"\s", typed)[-1]
    return word.partition("=")[2] if word.startswith("-") and "=" in word else word


@dataclass(frozen=True)
class _Place:
    """What may stand at the cursor.

    Attributes:
        words: that are typed as they are.
        names: of each word that may come, flags and their values left out.
        flags: by name.
        line: what was typed before of that.
        least: how many words must come before Tab offers flags unasked.
    """

    words: Sequence[str] = ()
    names: Sequence[Names] = ()
    flags: Mapping[str, Flag] | None = None
    line: Sequence[str] = ()
    least: int = 0


def _place(before: Sequence[str], *, is_cell: bool) -> _Place:
    if is_cell:
        return _Place(names=("models",), flags=FLAGS, line=before)
    command = COMMANDS.get(before[0]) if before else None
    if command is None:
        words = () if before else [w for w in COMMANDS if w.isalpha()]
        return _Place(words=words, flags=FLAGS, line=before)
    if not command.verbs:
        return _Place(names=command.names, flags=command.flags, line=before[1:])
    if len(before) == 1:
        return _Place(words=list(command.verbs))
    verb = command.verbs.get(before[1])
    if verb is None:
        return _Place()
    return _Place(names=verb.names, flags=verb.flags, line=before[2:], least=verb.words)


def _offered(
    before: Sequence[str], current: str, known: Known, *, is_cell: bool
) -> Iterator[str]:
    place = _place(before, is_cell=is_cell)
    flags = place.flags or {}
    words, used, open_flag = _read(place.line, flags)
    joined = flags.get(current.partition("=")[0]) if "=" in current else None
    is_prompt = flags is FLAGS and not is_cell and words
    if open_flag or joined or is_prompt:
        flag = joined or open_flag
        yield from _values(flag, known) if flag else ()
        return
    if not current.startswith("-"):
        yield from place.words
        yield from (
            known.of(place.names[len(words)]) if len(words) < len(place.names) else ()
        )
    if current.startswith("-") or (not current and len(words) >= place.least):
        yield from _free(flags, used, short=current[:2] not in {"", "--"})


def _read(
    line: Sequence[str], flags: Mapping[str, Flag]
) -> tuple[list[str], list[Flag], Flag | None]:
    """Return the words, the flags, and the flag whose value comes next."""
    words, used = [], []
    open_flag: Flag | None = None
    for word in line:
        name, joined, _ = word.partition("=")
        flag = None if open_flag else flags.get(name.replace("_", "-"))
        if flag:
            used.append(flag)
        elif not open_flag:
            words.append(word)
        open_flag = flag if flag and flag.value and not joined else None
    return words, used, open_flag


def _free(
    flags: Mapping[str, Flag], used: Sequence[Flag], *, short: bool
) -> Iterator[str]:
    taken = {flag.target for flag in used if not flag.repeats}
    for name, flag in flags.items():
        if flag.target not in taken and (short or name.startswith("--")):
            yield name


def _values(flag: Flag, known: Known) -> Sequence[str]:
    if flag.sampling:
        return PARAMETERS[flag.target].choices
    return flag.choices or known.of(flag.names)
