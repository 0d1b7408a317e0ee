"""One subcommand of `%ocichat`: what runs it, what may follow it, what help says."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.typed.arguments import parse_flags
from ocinb.sampling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ocinb.magic.face import Face
    from ocinb.magic.typed.flags import Flag, Names

__all__ = ["Command", "Verb", "run_verb"]


@dataclass(frozen=True)
class Verb:
    """The word behind a subcommand that says what to do, such as `add` of `alias add`.

    Attributes:
        help: one phrase.
        run: is given the face and the words that follow, and the flags as `typed` if
            it takes any.
        arguments: what must follow, as help shows it; what stands in `[` may be left out.
        flags: the flags that may follow.
        names: which names Tab offers for each word that follows.
    """

    help: str
    run: Callable[..., Any]
    arguments: str = ""
    flags: Mapping[str, Flag] = field(default_factory=lambda: MappingProxyType({}))
    names: tuple[Names, ...] = ()

    @property
    def words(self) -> int:
        """How many words must follow."""
        return sum(not word.startswith("[") for word in self.arguments.split())


@dataclass(frozen=True)
class Command:
    """A word that begins a subcommand and no prompt.

    Attributes:
        help: one phrase.
        run: is given the face and the rest of the line; None if there are verbs.
        arguments: what may follow, as help shows it. More words than it has make the
            line a prompt, unless it ends in `...`.
        verbs: the words of which one follows; then the line is never a prompt.
        flags: those that Tab offers.
        names: which names Tab offers for each word that follows.
    """

    help: str
    run: Callable[[Face, str], None] | None = None
    arguments: str = ""
    verbs: Mapping[str, Verb] = field(default_factory=lambda: MappingProxyType({}))
    flags: Mapping[str, Flag] = field(default_factory=lambda: MappingProxyType({}))
    names: tuple[Names, ...] = ()

    def begins(self, rest: str) -> bool:
        """Tell whether what follows the word belongs to the subcommand."""
        if self.verbs or "..." in self.arguments or (self.flags and rest[:1] == "-"):
            return True
        words = [word for word in self.arguments.split() if word != "[flags]"]
        return len(rest.split()) <= len(words)

    def forms(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield each way to type it under this name, and what that does."""
        if not self.verbs:
            yield f"{name} {self.arguments}".rstrip(), self.help
        for word, verb in self.verbs.items():
            yield f"{name} {word} {verb.arguments}".rstrip(), verb.help


def run_verb(face: Face, name: str, command: Command, rest: str) -> Any:
    """Run the verb that the rest of a line begins with; `ls` if there is none.

    Args:
        face: what it is run on.
        name: the subcommand's name.
        command: the subcommand.
        rest: the line behind the name.

    Returns:
        What the verb gives to Python, None if nothing.

    Raises:
        OcinbError: there is no such verb, it takes other words, or it cannot be done.
    """
    word, *more = rest.split(None, 1) or ["ls"]
    usage = ", ".join(form for form, _ in command.forms(name))
    verb = command.verbs.get(word)
    if verb is not None:
        words, typed = parse_flags("".join(more), usage, verb.flags, face.names())
        if len(words) == verb.words:
            return verb.run(face, *words, **({"typed": typed} if verb.flags else {}))
    question = "" if verb else did_you_mean(word, command.verbs, f"{name} ")
    msg = f"{name} {one_line(rest, 60)}: not understood{question}"
    raise ConfigurationError(msg, hint=f"usage: {usage}")
