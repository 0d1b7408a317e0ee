"""What a magic line asks for: flags, their values and the prompt."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.flags import FLAGS, read_flag, unknown_flag
from ocinb.magic.interpolation import expand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.magic.flags import Flag, Format

__all__ = ["Request", "parse_cell", "parse_line"]

USAGE: Final = "%%ocichat [ALIAS] [flags], or %ocichat [flags] text"


@dataclass(frozen=True)
class Request:
    """What one use of the magic asks for.

    Attributes:
        prompt: what is sent.
        params: sampling parameters given by flags, checked.
        model: an alias or the name of a variable; "" is the current model.
        system: instructions of this request; None is the face's own.
        out: the variable that keeps the message; "" is none.
        format: how the answer is shown; None is the face's own.
        history: False to ask outside the conversation.
        verbose: True to show the opc-request-id.
    """

    prompt: str
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    model: str = ""
    system: str | None = None
    out: str = ""
    format: Format | None = None
    history: bool = True
    verbose: bool = False


def parse_cell(
    line: str, body: str, names: Mapping[str, Any], *, expanding: bool = True
) -> Request:
    """Read `%%ocichat [ALIAS] [flags]` and the cell's body.

    Args:
        line: what follows `%%ocichat`.
        body: the rest of the cell.
        names: the variables that may be named in braces.
        expanding: False to leave every brace alone; a flag can say so too.

    Raises:
        ConfigurationError: one line that says which part cannot be right.
    """
    scanner = _Scanner(line)
    given: _Given = {}
    alias = ""
    while not scanner.at_end():
        if scanner.at_flag():
            scanner.take_flag(given)
        elif alias:
            scanner.refuse(scanner.rest().split()[0])
        else:
            alias = scanner.take_word("an alias")
    if alias and "model" in given:
        msg = f"two models are given: {one_line(alias, 60)} and --model"
        raise ConfigurationError(msg)
    if alias:
        given["model"] = (FLAGS["--model"], [alias])
    return _request(given, _prompt_of(body), names, expanding=expanding)


def parse_line(
    line: str, names: Mapping[str, Any], *, expanding: bool = True
) -> Request:
    """Read `%ocichat [flags] text`; the text begins at the first word that is no flag.

    `--` ends the flags. The arguments and errors are those of `parse_cell`.
    """
    scanner = _Scanner(line)
    given: _Given = {}
    while scanner.at_flag():
        scanner.take_flag(given)
    if not scanner.skip_double_dash():
        _refuse_late_flags(scanner.rest())
    return _request(given, scanner.rest(), names, expanding=expanding)


_Given = dict[str, "tuple[Flag, list[str]]"]
"""What was typed for each target, before any value is read."""


def _request(
    given: _Given, prompt: str, names: Mapping[str, Any], *, expanding: bool
) -> Request:
    if "expand" in given or not expanding:
        names = {}
    given.pop("expand", None)
    values = {
        target: (flag.sampling, read_flag(flag, texts, names))
        for target, (flag, texts) in given.items()
    }
    settings = {t: value for t, (sampling, value) in values.items() if not sampling}
    params = {t: value for t, (sampling, value) in values.items() if sampling}
    text = expand(prompt, names)
    if not text.strip():
        msg = "nothing to send: the prompt is empty"
        raise ConfigurationError(msg, hint=USAGE)
    return Request(text, MappingProxyType(params), **settings)


def _refuse_late_flags(text: str) -> None:
    """Refuse a flag behind the text: it would be sent as part of the prompt."""
    for word in text.split():
        if word.startswith("--") and word.partition("=")[0] in FLAGS:
            msg = f"flags come before the text: {one_line(word, 60)}"
            raise ConfigurationError(msg, hint="to send it as text: %ocichat -- text")


def _prompt_of(body: str) -> str:
    """Return the body without the newline that ends a cell, or "" if all is comment."""
    lines = body.replace("\r\n", "\n").strip("\n").split("\n")
    if all(not line.strip() or line.lstrip().startswith("#") for line in lines):
        return ""
    return "\n".join(lines)


class _Scanner:
    """Reads a magic line from left to right, and knows where it is."""

    _SPACE: Final = re.compile(r"\s*")  # a no-break space pasted from a page counts
    _FLAG: Final = re.compile(r"--?[A-Za-z][\w-]*(?=[\s=]|$)")
    _PIECE: Final = r""""(?:[^"\\]|\\.)*"|'[^']*'"""
    _WORD: Final = re.compile(rf"""(?:{_PIECE}|[^\s"'])+""")
    _PIECES: Final = re.compile(rf"""({_PIECE})|[^"']+""")

    def __init__(self, line: str) -> None:
        self._line = line
        self._at = 0
        self._skip_space()

    def at_end(self) -> bool:
        return self._at >= len(self._line)

    def at_flag(self) -> bool:
        return self._FLAG.match(self._line, self._at) is not None

    def rest(self) -> str:
        return self._line[self._at :].strip()

    def skip_double_dash(self) -> bool:
        if not re.match(r"--(\s|$)", self._line[self._at :]):
            return False
        self._at += 2
        self._skip_space()
        return True

    def refuse(self, word: str) -> NoReturn:
        if word.startswith("-"):
            raise unknown_flag(word)
        msg = f"unexpected {one_line(word, 60)!r} on the magic line"
        raise ConfigurationError(msg, hint=f"usage: {USAGE}")

    def take_flag(self, given: _Given) -> None:
        """Read one flag, and its value if it has one, into `given`."""
        match = self._FLAG.match(self._line, self._at)
        typed = "" if match is None else match[0]
        flag = FLAGS.get(typed) or FLAGS.get(typed.replace("_", "-"))
        if flag is None:
            raise unknown_flag(typed)
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
            msg = f"{flag.name} needs a value: {flag.name} {flag.value}"
            raise ConfigurationError(msg)
        return self._take_json() or self.take_word(flag.name)

    def _no_value_here(self, *, joined: bool) -> bool:
        if self.at_end():
            return True
        return self._line[self._at].isspace() if joined else self.at_flag()

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

    def take_word(self, owner: str) -> str:
        """Read one word as a shell would; in double quotes JSON's escapes count."""
        match = self._WORD.match(self._line, self._at)
        end = self._at if match is None else match.end()
        if self._line[end : end + 1] in {'"', "'"}:
            msg = f"{owner}: the quote at column {end + 1} is never closed"
            raise ConfigurationError(msg)
        word = self._line[self._at : end]
        self._at = end
        self._skip_space()
        return "".join(_unquote(piece[0]) for piece in self._PIECES.finditer(word))

    def _skip_space(self) -> None:
        match = self._SPACE.match(self._line, self._at)
        self._at = self._at if match is None else match.end()


def _unquote(piece: str) -> str:
    if piece.startswith("'"):
        return piece[1:-1]
    if not piece.startswith('"'):
        return piece
    try:
        return str(json.loads(piece))
    except ValueError:
        return piece[1:-1].replace('\\"', '"')
