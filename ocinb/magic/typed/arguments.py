"""What a magic line asks for: flags, their values and the prompt."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.typed.flags import FLAGS, PARAM
from ocinb.magic.typed.interpolation import expand
from ocinb.magic.typed.scanner import Scanner
from ocinb.magic.typed.values import read_flag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.magic.typed.flags import Flag, Format, Reasoning
    from ocinb.magic.typed.scanner import Given

__all__ = ["Request", "Typed", "parse_cell", "parse_flags", "parse_line", "read_given"]

USAGE: Final = "%%ocichat [ALIAS] [flags], or %ocichat [flags] text"


@dataclass(frozen=True)
class Request:
    """What one use of the magic asks for.

    Attributes:
        prompt: what is sent.
        params: sampling parameters and other fields given by flags, checked.
        model: an alias or the name of a variable; "" is the current model.
        system: instructions of this request; None is the face's own.
        out: the variable that keeps the message; "" is none.
        format: how the answer is shown; None is the face's own.
        preset: the preset that fills in what is not typed; "" is none.
        conversation: the conversation that goes on; "" is the current one.
        history: False to ask outside the conversation.
        images: files, or variables that hold a picture, to go with the prompt.
        schema: the variable with the schema that the answer follows; "" is none.
        tools: variables that the model may call once the user allows each call.
        auto_tools: variables that it may call without being asked about.
        reasoning: whether what the model thinks is shown, folded, or hidden.
        about: what the prompt is made of, where the user did not write it.
        goes_on: True to go on with the last answer instead of asking anew.
        dry_run: True to show the request and send nothing.
        verbose: True to show the opc-request-id.
    """

    prompt: str
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    model: str = ""
    system: str | None = None
    out: str = ""
    format: Format | None = None
    preset: str = ""
    conversation: str = ""
    history: bool = True
    images: tuple[str, ...] = ()
    schema: str = ""
    tools: tuple[str, ...] = ()
    auto_tools: tuple[str, ...] = ()
    reasoning: Reasoning = "show"
    about: str = ""
    goes_on: bool = False
    dry_run: bool = False
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
    scanner = Scanner(line, USAGE)
    given: Given = {}
    alias = ""
    while not scanner.at_end():
        if scanner.at_flag():
            scanner.take_flag(given)
        elif alias or not scanner.at_name():
            scanner.refuse(scanner.rest().split()[0])
        else:
            alias = scanner.take_word("an alias")
    if alias and "model" in given:
        msg = f"two models are given: {one_line(alias, 60)} and --model"
        raise ConfigurationError(msg)
    if alias:
        given["model"] = (FLAGS["--model"], [alias])
    return _asking(_request(given, _prompt_of(body), names, expanding=expanding))


def parse_line(
    line: str,
    names: Mapping[str, Any],
    *,
    expanding: bool = True,
    needs_text: bool = True,
) -> Request:
    """Read `%ocichat [flags] text`; the text begins at the first word that is no flag.

    `--` ends the flags.

    Args:
        line: what follows `%ocichat`.
        names: the variables that may be named in braces.
        expanding: False to leave every brace alone; a flag can say so too.
        needs_text: False if the line may hold flags alone.

    Raises:
        ConfigurationError: one line that says which part cannot be right.
    """
    scanner = Scanner(line, USAGE)
    given: Given = {}
    while scanner.at_flag():
        scanner.take_flag(given)
    if not scanner.skip_double_dash():
        _refuse_late_flags(scanner.rest())
    request = _request(given, scanner.rest(), names, expanding=expanding)
    return _asking(request) if needs_text else request


@dataclass(frozen=True)
class Typed:
    """The values of flags, apart by what they set.

    Attributes:
        params: sampling parameters and other fields of the server.
        settings: everything else by the flag's target.
    """

    params: Mapping[str, Any]
    settings: Mapping[str, Any]


def parse_flags(
    line: str, usage: str, flags: Mapping[str, Flag], names: Mapping[str, Any]
) -> tuple[tuple[str, ...], Typed]:
    """Read a line of words and flags in any order, as subcommands take it.

    Args:
        line: what follows the subcommand.
        usage: one line that says how it should look.
        flags: the flags that it may hold.
        names: the variables that may be named in braces.

    Returns:
        The words, and the values of the flags.

    Raises:
        ConfigurationError: one line that says which part cannot be right.
    """
    scanner = Scanner(line, usage, flags)
    given: Given = {}
    words: list[str] = []
    while not scanner.at_end():
        if scanner.at_flag():
            scanner.take_flag(given)
        else:
            words.append(scanner.take_word(f"word {len(words) + 1}"))
    return tuple(words), read_given(given, names)


def read_given(given: Given, names: Mapping[str, Any]) -> Typed:
    """Read the values of the flags that were typed."""
    params: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    for target, (flag, texts) in given.items():
        value = read_flag(flag, texts, names)
        if flag is PARAM:
            params |= value
        else:
            (params if flag.sampling else settings)[target] = value
    return Typed(MappingProxyType(params), MappingProxyType(settings))


def _request(
    given: Given, prompt: str, names: Mapping[str, Any], *, expanding: bool
) -> Request:
    if "expand" in given or not expanding:
        names = {}
    given.pop("expand", None)
    typed = read_given(given, names)
    if "conversation" in typed.settings and "history" in typed.settings:
        msg = "--conversation and --no-history contradict each other"
        raise ConfigurationError(msg)
    return Request(expand(prompt, names), typed.params, **typed.settings)


def _asking(request: Request) -> Request:
    """Refuse a request that asks nothing."""
    if not request.prompt.strip():
        msg = "nothing to send: the prompt is empty"
        raise ConfigurationError(msg, hint=USAGE)
    return request


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
