"""The subcommands of `%ocichat`: everything that is no prompt."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from ocinb.errors import ConfigurationError, Stopped, one_line
from ocinb.magic.models import LOCAL
from ocinb.magic.progress import progress
from ocinb.magic.usage import HELP
from ocinb.rendering import plain_text
from ocinb.sampling import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ocinb.conversation import Turn
    from ocinb.magic.face import Face

__all__ = ["command_of", "run_command"]

USAGE: Final = (
    "alias add NAME ENDPOINT|VARIABLE, alias set NAME, alias rm NAME, alias ls"
)


def command_of(line: str) -> tuple[str, ...]:
    """Return the words of a line that is a subcommand, or nothing for a prompt.

    `alias` always begins one; the others stand alone, so that `history of Rome` is a
    prompt.
    """
    words = tuple(line.split())
    if not words:
        return ()
    alone = words[0] in _COMMANDS and len(words) == 1
    return words if alone or words[0] == "alias" else ()


def run_command(face: Face, words: Sequence[str]) -> None:
    """Run a subcommand.

    Raises:
        OcinbError: one line that says why it cannot be done.
    """
    _COMMANDS[words[0]](face, words[1:])


def _say(text: str) -> None:
    sys.stdout.write(f"{plain_text(text).rstrip()}\n")


def _help(_face: Face, _words: Sequence[str]) -> None:
    _say(HELP)


def _reset(face: Face, _words: Sequence[str]) -> None:
    face.conversation = None
    _say("a new conversation begins")


def _history(face: Face, _words: Sequence[str]) -> None:
    _say("\n\n".join(map(_described, face.turns)) or "the conversation is empty")


def _described(turn: Turn) -> str:
    status = "" if turn.status == "done" else turn.status
    marks = [mark for mark in (status, "stale" if turn.stale else "") if mark]
    mark = f" [{', '.join(marks)}]" if marks else ""
    return f"> {turn.prompt}\n{turn.text}{mark}"


def _local(face: Face, _words: Sequence[str]) -> None:
    with progress(face.frontend, face.publisher) as say:
        try:
            face.deployment.start(face.models, say)
        except KeyboardInterrupt as interrupt:
            msg = "the local deployment was not started: stopped by you"
            raise Stopped(msg) from interrupt
        face.models.current = LOCAL
        say(
            "the local deployment is ready and answers %%ocichat: a small model that "
            "shows the plumbing, not the quality"
        )


def _alias(face: Face, words: Sequence[str]) -> None:
    verb = words[0] if words else "ls"
    run, arguments = _VERBS.get(verb, (None, 0))
    if run is None or len(words[1:]) != arguments:
        guess = nearest(verb, _VERBS)
        wrong = run is None and guess
        question = f"; did you mean alias {guess}?" if wrong else ""
        msg = f"alias {one_line(' '.join(words), 60)}: not understood{question}"
        raise ConfigurationError(msg, hint=f"usage: {USAGE}")
    run(face, *words[1:])


def _alias_add(face: Face, name: str, target: str) -> None:
    face.models.add(name, target, face.names())
    _say(
        f"%%ocichat {name} asks {target}; `%ocichat alias set {name}` makes it current"
    )


def _alias_rm(face: Face, name: str) -> None:
    face.models.remove(name)
    if face.models.current == name:
        face.models.current = ""
    _say(f"{name} is forgotten")


def _alias_set(face: Face, name: str) -> None:
    face.models.check(name, face.names())
    face.models.current = name
    _say(f"%%ocichat asks {name} from now on")


def _alias_ls(face: Face) -> None:
    lines = (
        f"{'*' if name == face.models.current else ' '} {name}  {target}"
        for name, target in face.models.aliases.items()
    )
    _say("\n".join(lines) or "no alias is set")


_VERBS: Final[dict[str, tuple[Callable[..., None], int]]] = {
    "add": (_alias_add, 2),
    "set": (_alias_set, 1),
    "rm": (_alias_rm, 1),
    "ls": (_alias_ls, 0),
}

_COMMANDS: Final[dict[str, Callable[[Face, Sequence[str]], None]]] = {
    "help": _help,
    "--help": _help,
    "-h": _help,
    "reset": _reset,
    "history": _history,
    "local": _local,
    "alias": _alias,
}
