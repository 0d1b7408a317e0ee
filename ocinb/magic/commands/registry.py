"""The subcommands of `%ocichat`: everything that is no prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, Stopped, one_line
from ocinb.magic.commands import aliases, presets
from ocinb.magic.commands.check import CHECK_ARGUMENTS, CHECK_FLAGS, check
from ocinb.magic.commands.command import Command, run_verb
from ocinb.magic.commands.doctor import DOCTOR_ARGUMENTS, doctor
from ocinb.magic.commands.fix import fix
from ocinb.magic.commands.turns import go_on, history, undo
from ocinb.magic.commands.usage import help_of
from ocinb.magic.commands.use import USE_ARGUMENTS, USE_FLAGS, use
from ocinb.magic.known.models import LOCAL
from ocinb.magic.shown.progress import progress
from ocinb.magic.shown.said import say
from ocinb.magic.typed.flags import FLAGS
from ocinb.sampling import PARAMETERS, did_you_mean

if TYPE_CHECKING:
    from ocinb.magic.face import Face
    from ocinb.magic.typed.flags import Names

__all__ = ["COMMANDS", "command_of", "run_command"]


def command_of(line: str) -> str:
    """Return the subcommand that a line begins with, or "" for a prompt.

    `history of Rome` is a prompt, since nothing can follow `history`.
    """
    word, *rest = line.split(None, 1) or [""]
    command = COMMANDS.get(word)
    return word if command is not None and command.begins("".join(rest)) else ""


def run_command(face: Face, line: str) -> Any:
    """Run the subcommand that a line begins with, and return what it gives to Python.

    Raises:
        OcinbError: one line that says why it cannot be done.
    """
    word, *rest = line.split(None, 1)
    command = COMMANDS[word]
    if command.run is None:
        return run_verb(face, word, command, "".join(rest))
    command.run(face, "".join(rest).strip())
    return None


def _help(_face: Face, _rest: str) -> None:
    say(help_of(COMMANDS))


def _reset(face: Face, rest: str) -> None:
    name = rest or face.current
    if rest and name not in face.conversations:
        question = did_you_mean(name, face.conversations)
        msg = f"there is no conversation {one_line(name, 60)}{question}"
        raise ConfigurationError(msg, hint="`%ocichat conversations` lists them")
    face.conversations.pop(name, None)
    say("a new conversation begins" if name == face.current else f"{name} is forgotten")


def _conversations(face: Face, _rest: str) -> None:
    names = dict.fromkeys((face.current, *face.conversations))
    say("\n".join(_listed(face, name) for name in names))


def _listed(face: Face, name: str) -> str:
    talk = face.conversations.get(name)
    count = 0 if talk is None else len(talk.turns)
    mark = "*" if name == face.current else " "
    return f"{mark} {name}  {count} turn{'' if count == 1 else 's'}"


def _local(face: Face, _rest: str) -> None:
    with progress(face.frontend, face.publisher) as show:
        try:
            face.deployment.start(face.models, show)
        except KeyboardInterrupt as interrupt:
            msg = "the local deployment was not started: stopped by you"
            raise Stopped(msg) from interrupt
        face.models.current = LOCAL
        show(
            "the local deployment is ready and answers %%ocichat: a small model that "
            "shows the plumbing, not the quality"
        )


_PARAMETER: Final[Names] = "parameters"
_PARAMETERS: Final = (_PARAMETER,) * len(PARAMETERS)
"""Which names Tab offers for the words behind `check`."""

_HELP: Final = Command("show this text", _help)

COMMANDS: Final = {
    "use": Command(
        "list your model deployments, or use one",
        use,
        USE_ARGUMENTS,
        flags=USE_FLAGS,
        names=("deployments",),
    ),
    "local": Command("start the local deployment and use it", _local),
    "check": Command(
        "find out which sampling parameters the deployment acts on",
        check,
        CHECK_ARGUMENTS,
        flags=CHECK_FLAGS,
        names=_PARAMETERS,
    ),
    "doctor": Command(
        "find out what is wrong between here and the model's answer",
        doctor,
        DOCTOR_ARGUMENTS,
        names=("models",),
    ),
    "alias": Command("keep names of models", verbs=aliases.VERBS),
    "preset": Command("keep flags under names", verbs=presets.VERBS),
    "fix": Command(
        "explain and mend the last error", fix, "[flags] [words...]", flags=FLAGS
    ),
    "continue": Command(
        "go on with an answer that was cut", go_on, "[flags]", flags=FLAGS
    ),
    "undo": Command("step back before the last turn", undo),
    "history": Command("show the conversation", history),
    "conversations": Command("list the conversations", _conversations),
    "reset": Command(
        "begin the conversation anew", _reset, "[NAME]", names=("conversations",)
    ),
    "help": _HELP,
    "--help": _HELP,
    "-h": _HELP,
}
"""Every subcommand by the word that is typed, in the order in which help lists them."""
