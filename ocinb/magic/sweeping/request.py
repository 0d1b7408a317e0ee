"""What one `%%ocisweep` asks for, read from its line and its body."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ocinb.errors import ConfigurationError, one_line
from ocinb.magic.sweeping.options import AXES, OPTIONS, SWEEP_FLAGS, read_option
from ocinb.magic.sweeping.words import read_axis, read_word
from ocinb.magic.typed.arguments import read_given
from ocinb.magic.typed.flags import FLAGS
from ocinb.magic.typed.interpolation import expand
from ocinb.magic.typed.scanner import Scanner
from ocinb.sampling import PARAMETERS, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocinb.magic.typed.scanner import Given

__all__ = ["USAGE", "SweepRequest", "read_sweep"]

USAGE: Final = "%%ocisweep temperature=0,0.5,1 top_p=0.8:1:0.1 repeats=3 --out result"

_MODEL: Final = re.compile(r"[A-Za-z_][\w.:-]*(?=\s|$)")
_ASSIGNED: Final = re.compile(r"(?P<name>[A-Za-z][\w-]*)=(?=\S)")


@dataclass(frozen=True)
class SweepRequest:
    """What a cell asks for.

    Attributes:
        prompt: the body; with `df` a template.
        axes: name -> values, as `grid` takes them.
        options: arguments of `run_sweep`.
        model: an alias or the name of a variable; "" is the current model.
        df: the variable with a DataFrame; "" is none.
        out: the variable that keeps the result; "" is none.
        dry_run: True to say what would be sent.
    """

    prompt: str
    axes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    model: str = ""
    df: str = ""
    out: str = ""
    dry_run: bool = False


def read_sweep(
    line: str, body: str, names: Mapping[str, Any], *, expanding: bool = True
) -> SweepRequest:
    """Read `%%ocisweep [model] axis=values option=value --flag` and the cell's body.

    Args:
        line: what follows `%%ocisweep`.
        body: the rest of the cell.
        names: the variables that may be named.
        expanding: False to leave braces in the body alone; a flag can say so too.

    Raises:
        ConfigurationError: one line that says which part cannot be right.
    """
    given: Given = {}
    assigned: dict[str, str] = {}
    rest, named = line.strip(), _MODEL.match(line.strip())
    if named is not None:
        rest = rest[named.end() :].lstrip()
    while rest:
        match = _ASSIGNED.match(rest)
        if match is None:
            rest = _after_flag(rest, given)
            continue
        end = read_word(rest, match.end())
        name = match["name"].replace("-", "_")
        if name in assigned:
            msg = f"{name} is given twice"
            raise ConfigurationError(msg, hint=f"write {name}=a,b,c")
        assigned[name] = rest[match.end() : end]
        rest = rest[end:].lstrip()
    expanding = expanding and "expand" not in given
    given.pop("expand", None)
    flags = dict(read_given(given, names).settings)
    if named is not None:
        if "model" in flags:
            msg = f"the model is named twice: {one_line(named[0], 60)} and --model"
            raise ConfigurationError(msg, hint=f"usage: {USAGE}")
        flags["model"] = named[0]
    return SweepRequest(
        _prompt(body, names, expanding=expanding and "df" not in flags),
        {n: read_axis(n, t, names) for n, t in assigned.items() if _is_axis(n)},
        _options(assigned, names),
        **flags,
    )


def _after_flag(rest: str, given: Given) -> str:
    """Read one flag into `given`, and return what comes after it."""
    scanner = Scanner(rest, USAGE, SWEEP_FLAGS)
    typed = FLAGS.get(re.split(r"[\s=]", rest)[0])
    if typed is not None and typed.sampling:
        msg = f"{typed.name} has no place here: it is an axis, {typed.target}=a,b,c"
        raise ConfigurationError(msg)
    if scanner.at_flag():
        scanner.take_flag(given)
        return scanner.rest()
    word = rest.split(maxsplit=1)[0]
    if word[0] == "-":
        scanner.refuse(word)
    shown = one_line(word, 60)
    msg = f"unexpected {shown!r}: axes and options are typed as name=value"
    raise ConfigurationError(msg, hint=f"usage: {USAGE}")


def _is_axis(name: str) -> bool:
    if name in OPTIONS:
        return False
    known = [*PARAMETERS, *AXES]
    if name not in known:
        meant = did_you_mean(name, [*known, *OPTIONS])
        msg = f"{one_line(name, 60)} is neither a parameter nor an option{meant}"
        raise ConfigurationError(msg, hint="%%ocisweep? lists all")
    return True


def _options(assigned: Mapping[str, str], names: Mapping[str, Any]) -> dict[str, Any]:
    return {
        OPTIONS[name].target: read_option(OPTIONS[name], _bare(text), names)
        for name, text in assigned.items()
        if name in OPTIONS
    }


def _bare(text: str) -> str:
    """Return a text without the quotes round it."""
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if is_quoted else text


def _prompt(body: str, names: Mapping[str, Any], *, expanding: bool) -> str:
    prompt = body.replace("\r\n", "\n").strip("\n")
    if not prompt.strip():
        msg = "nothing to ask: the body of the cell is the prompt"
        raise ConfigurationError(msg, hint=USAGE)
    return expand(prompt, names) if expanding else prompt
