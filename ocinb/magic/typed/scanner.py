"""Reads a magic line from left to right: its flags, its words and the rest."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NoReturn

from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.typed.flags import FLAGS, PARAM, unknown_flag
from ocinb.sampling import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.magic.typed.flags import Flag

__all__ = ["Given", "Scanner"]

Given = dict[str, "tuple[Flag, list[str]]"]
"""What was typed for each target, before any value is read."""

_DASHES: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
"""What pages and word processors make of a dash, too."""


class Scanner:
    """Knows where on the line it is, and names the place of whatever is wrong.

    Args:
        line: what is read.
        usage: one line that says how the line should look.
        flags: the flags that it may hold.
    """

    _SPACE: Final = re.compile(r"\s*")  # a no-break space pasted from a page counts
    _FLAG: Final = re.compile(r"--?[A-Za-z][\w-]*(?=[\s=]|$)")
    _NAME: Final = re.compile(r"[^\W\d]|[\"'{]")
    _FIELD: Final = re.compile(r"\s*[\w-]+=(?=[\[{])")
    _PIECE: Final = r""""(?:[^"\\]|\\.)*"|'[^']*'"""
    _WORD: Final = re.compile(rf"""(?:{_PIECE}|[^\s"'])+""")
    _PIECES: Final = re.compile(rf"""({_PIECE})|[^"']+""")

    def __init__(
        self, line: str, usage: str, flags: Mapping[str, Flag] = FLAGS
    ) -> None:
        self._line = line
        self._usage = usage
        self._flags = flags
        self._last: Flag | None = None
        self._at = 0
        self._skip_space()

    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self._at >= len(self._line)

    def at_flag(self) -> bool:
        """Tell whether a flag comes next."""
        return self._FLAG.match(self._line, self._at) is not None

    def at_name(self) -> bool:
        """Tell whether the next word can be a name, or stands for one."""
        return self._NAME.match(self._line, self._at) is not None

    def rest(self) -> str:
        """Return what was not read yet."""
        return self._line[self._at :].strip()

    def skip_double_dash(self) -> bool:
        """Step over `--` and tell whether it was there."""
        if not re.match(r"--(\s|$)", self._line[self._at :]):
            return False
        self._at += 2
        self._skip_space()
        return True

    def refuse(self, word: str) -> NoReturn:
        """Refuse a word that has no place on the line.

        Raises:
            ConfigurationError: always; it names the word.
        """
        if word[0] in _DASHES:
            raise unknown_flag(word, self._flags)
        msg = f"unexpected {one_line(word, 60)!r} on the magic line"
        if self._last is not None and self._last.value:
            msg += f"; {self._last.name} takes one value"
        raise ConfigurationError(msg, hint=f"usage: {self._usage}")

    def take_flag(self, given: Given) -> None:
        """Read one flag, and its value if it has one, into `given`.

        Raises:
            ConfigurationError: the flag is unknown, given twice, or lacks its value.
        """
        match = self._FLAG.match(self._line, self._at)
        typed = "" if match is None else match[0]
        flag = self._flags.get(typed) or self._flags.get(typed.replace("_", "-"))
        if flag is None:
            raise unknown_flag(typed, self._flags)
        self._at += len(typed)
        text = self._take_value(flag)
        known, texts = given.setdefault(flag.target, (flag, []))
        if known is not flag:
            msg = f"{known.name} and {flag.name} contradict each other"
            raise ConfigurationError(msg)
        if texts and not flag.repeats:
            msg = f"{flag.name} is given twice"
            raise ConfigurationError(msg)
        texts.append(text)
        self._last = flag

    def take_word(self, owner: str) -> str:
        """Read one word as a shell would; in double quotes JSON's escapes count.

        Args:
            owner: what the word belongs to, for the error.

        Raises:
            ConfigurationError: a quote is never closed.
        """
        match = self._WORD.match(self._line, self._at)
        end = self._at if match is None else match.end()
        if self._line[end : end + 1] in {'"', "'"}:
            msg = f"{owner}: the quote at column {end + 1} is never closed"
            raise ConfigurationError(msg)
        word = self._line[self._at : end]
        self._at = end
        self._last = None
        self._skip_space()
        return "".join(_unquote(piece[0]) for piece in self._PIECES.finditer(word))

    def _take_value(self, flag: Flag) -> str:
        joined = self._line.startswith("=", self._at)
        self._at += joined
        if not flag.value:
            if joined:
                msg = f"{flag.name} takes no value"
                raise ConfigurationError(msg)
            self._skip_space()
            return ""
        if not joined:
            self._skip_space()
        if self._no_value_here(joined=joined):
            raise _no_value(flag)
        name = self._take_field_name() if flag is PARAM else ""
        return name + (self._take_json() or self.take_word(flag.name))

    def _no_value_here(self, *, joined: bool) -> bool:
        if self.at_end():
            return True
        return self._line[self._at].isspace() if joined else self.at_flag()

    def _take_field_name(self) -> str:
        """Read the `name=` before JSON, which may hold spaces; "" if there is none."""
        match = self._FIELD.match(self._line, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]

    def _take_json(self) -> str:
        """Read a JSON list or object with its spaces; "" if there is none here."""
        start = self._at
        if self._line[start] not in "[{":
            return ""
        try:
            _, end = json.JSONDecoder().raw_decode(self._line, start)
        except (ValueError, RecursionError):
            return ""  # a word such as {name}, or the flag's own check will say
        self._at = end
        self._skip_space()
        return self._line[start:end]

    def _skip_space(self) -> None:
        match = self._SPACE.match(self._line, self._at)
        self._at = self._at if match is None else match.end()


def _no_value(flag: Flag) -> ConfigurationError:
    allowed = f", {PARAMETERS[flag.target].range}" if flag.sampling else ""
    msg = f"{flag.name} needs a value: {flag.name} {flag.value}{allowed}"
    return ConfigurationError(msg)


def _unquote(piece: str) -> str:
    if piece.startswith("'"):
        return piece[1:-1]
    if not piece.startswith('"'):
        return piece
    try:
        return str(json.loads(piece))
    except ValueError:
        return piece[1:-1].replace('\\"', '"')
